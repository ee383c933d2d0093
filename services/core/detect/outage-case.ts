import type { Family } from '../prefix.ts';
import type { AsState, FamilyState, KeptVisibility, Minute } from './as-state.ts';
import { countFacts, outageEvidence, saysCounts } from './evidence.ts';
import { isPartlyBack, type OutageIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { countOf, countOwned, entriesOf, type LostEntry, weakest, writtenOff } from './lost-prefixes.ts';
import { limits } from './thresholds.ts';

/** One family of one AS in one minute. */
export interface Case {
  readonly state: AsState;
  readonly family: Family;
  readonly own: FamilyState;
  readonly visibility: KeptVisibility;
  readonly now: Minute;
  readonly book: IncidentBook;
}

export const openOutages = ({ own, book }: Case): OutageIncident[] =>
  own.outageIds
    .map((id) => book.get(id) as OutageIncident)
    .filter((incident) => incident.ended === undefined);

/** Lost prefixes of the incident, or, without one, of none. */
export const lostOf = ({ own }: Case, owner: string): LostEntry[] =>
  entriesOf(own.lost).filter((entry) => entry.owner === owner);

/** Lost prefixes that no longer count against the AS: of losses that nothing changes in, or that were closed without them. */
export const discounted = ({ own, book }: Case): number =>
  countOwned(own.lost, (owner) => {
    if (owner === writtenOff) return true;
    const incident = own.outageIds.includes(owner) ? (book.get(owner) as OutageIncident) : undefined;
    return incident !== undefined && incident.ended === undefined && incident.settled;
  });

export const share = (visible: number, expected: number): number => (expected <= 0 ? 1 : visible / expected);

/** Prefixes become part of the incident. */
export function take(at: Case, incident: OutageIncident, entries: readonly LostEntry[]): void {
  if (entries.length === 0) return;
  for (const entry of entries) entry.owner = incident.id;
  const owned = lostOf(at, incident.id);
  incident.lostNow = countOf(owned);
  incident.lostChangedSecond = at.now.eventSecond;
  incident.peakLost = Math.max(incident.peakLost, incident.lostNow);
  incident.prefixCount = incident.peakLost;
  incident.lostBlocks = Math.max(incident.lostBlocks, blocksOf(at, incident.lostNow));
  const names = new Set([...incident.prefixes, ...owned.map((entry) => entry.prefix)]);
  names.delete('');
  incident.prefixes = [...names].sort().slice(0, limits.prefixesSent);
}

/** Its part of the lost address space: exact if it is all that is lost. */
function blocksOf({ visibility: { lost, lostBlocks } }: Case, count: number): number {
  return lost <= 0 ? 0 : Math.ceil((lostBlocks * Math.min(count, lost)) / lost);
}

/** How many peers lack its prefixes now. */
export function countPeers(at: Case, incident: OutageIncident): void {
  const { by, partlyBack } = weakest(lostOf(at, incident.id));
  incident.partlyBack = partlyBack;
  if (!isPartlyBack(incident)) incident.partlyBackSecond = undefined;
  else incident.partlyBackSecond ??= at.now.eventSecond;
  if (by === undefined) return;
  if (!saysCounts(incident.evidence, by)) incident.evidence = { ...incident.evidence, ...countFacts(by) };
  const most = incident.mostPeers;
  if (most === undefined || by.peers * most.livePeers >= most.peers * by.livePeers) incident.mostPeers = by;
}

export function describe({ state, visibility }: Case, incident: OutageIncident): void {
  incident.evidence = outageEvidence(state, incident, visibility, incident.evidence);
}
