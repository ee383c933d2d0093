import type { EventSecond } from '../event-time.ts';
import { nextId } from './as-state.ts';
import { outageEvidence } from './evidence.ts';
import { isPartlyBack, type OutageIncident } from './incident.ts';
import {
  countOf,
  densestWindow,
  entriesOf,
  type LossWindow,
  type LostEntry,
  largestChain,
  noOwner,
  startOfLoss,
  writtenOff,
} from './lost-prefixes.ts';
import { type Case, countPeers, lostOf, openOutages, take } from './outage-case.ts';
import { precursorAt } from './precursor.ts';
import { noteOutageStart } from './schedules.ts';
import { cluster, mostlyCovered, outage } from './thresholds.ts';

export function openNew(at: Case): void {
  const fresh = lostOf(at, noOwner);
  if (fresh.length === 0) return;
  const active = openOutages(at).findLast((incident) => !incident.settled);
  if (active?.comeBack !== undefined) return;
  if (at.own.fullMinutes >= outage.fullMinutes) {
    if (active === undefined) open(at, 'outageFull', 'share', fresh);
    else take(at, active, fresh);
    return;
  }
  const isAged = (entry: LostEntry) => at.now.ticks[at.family] - entry.tick >= cluster.minutes;
  const aged = writeOffReshaped(at, fresh, fresh.filter(isAged));
  openPartial(
    at,
    active,
    fresh.filter(({ owner }) => owner === noOwner),
    aged,
  );
}

/** Prefixes that went with more covered ones are no outage: the AS announces its addresses in another way now. Returns the others. */
function writeOffReshaped(
  { own }: Case,
  fresh: readonly LostEntry[],
  aged: readonly LostEntry[],
): LostEntry[] {
  // Ten that are not covered are an outage whatever else went (7.3).
  if (own.coveredLosses.length === 0 || densestWindow(fresh).count >= cluster.prefixes) return [...aged];
  const chain = largestChain(aged);
  const margin = mostlyCovered.marginSeconds;
  const near = (second: EventSecond) =>
    second >= chain.firstSecond - margin && second <= chain.lastSecond + margin;
  const covered = own.coveredLosses
    .filter(({ second }) => near(second))
    .reduce((sum, { count }) => sum + count, 0);
  if (covered <= mostlyCovered.share * (covered + chain.count)) return [...aged];
  for (const entry of aged) if (near(entry.second)) entry.owner = writtenOff;
  return aged.filter(({ owner }) => owner === noOwner);
}

function openPartial(
  at: Case,
  active: OutageIncident | undefined,
  fresh: readonly LostEntry[],
  aged: readonly LostEntry[],
): void {
  const isPartial = at.own.partialMinutes >= outage.partialMinutes;
  const together = densestWindow(aged);
  if (together.count >= cluster.prefixes && !continues(at, active, together)) {
    const chain = largestChain(aged);
    const near = fresh.filter((entry) => entry.second >= chain.firstSecond);
    open(at, 'outagePartial', isPartial && active === undefined ? 'share' : 'cluster', near);
  } else if (active !== undefined) take(at, active, aged);
  else if (isPartial && aged.length > 0) open(at, 'outagePartial', 'share', fresh);
}

/** True if what was lost goes on with what the open outage lost. */
function continues(at: Case, active: OutageIncident | undefined, loss: LossWindow): boolean {
  if (active === undefined) return false;
  const last = Math.max(...lostOf(at, active.id).map((entry) => entry.second), active.startSecond);
  return loss.firstSecond - last <= cluster.withinSeconds;
}

function open(
  at: Case,
  kind: OutageIncident['kind'],
  rule: OutageIncident['rule'],
  entries: readonly LostEntry[],
): void {
  const { state, family, visibility, now, book, own } = at;
  const startSecond = Math.min(startOfLoss(entries), now.eventSecond);
  const id = nextId(state, family === 'ipv4' ? 'outage' : 'outage-ipv6', startSecond, book);
  const precursor = precursorAt(state, startSecond, book);
  const facts: Omit<OutageIncident, 'evidence'> = {
    type: 'outage',
    kind,
    rule,
    id,
    family,
    subject: `as:${state.originAs}`,
    originAs: state.originAs,
    startSecond,
    openedSecond: now.eventSecond,
    severity: 'info',
    prefixes: [],
    prefixCount: 0,
    linked: precursor === undefined ? [] : [precursor.id],
    phases: [{ kind, startSecond }],
    peakLost: 0,
    expected: 0,
    wholeTable: visibility.wholeTable,
    lostBlocks: 0,
    fullSinceSecond: kind === 'outageFull' ? startSecond : undefined,
    noLongerFullMinutes: 0,
    lostNow: 0,
    partlyBack: 0,
    partlyBackSecond: undefined,
    toldPartlyBack: false,
    backMinutes: 0,
    lostChangedSecond: now.eventSecond,
    settled: false,
    comeBack: undefined,
    othersBlocks: 0,
    ...(precursor === undefined ? {} : { precursor }),
  };
  const incident = facts as OutageIncident;
  take(at, incident, entries);
  const others = entriesOf(own.lost).filter((entry) => entry.owner !== id && entry.owner !== noOwner);
  incident.expected = Math.max(visibility.expected - countOf(others), incident.lostNow);
  incident.evidence = outageEvidence(state, incident, visibility);
  countPeers(at, incident);
  incident.toldPartlyBack = isPartlyBack(incident);
  own.outageIds.push(id);
  noteOutageStart(state, incident, now, book);
  linkOtherFamily(at, incident);
  book.open(incident);
}

/** The same AS out in the other family at the same time: two incidents that point at each other. */
function linkOtherFamily({ state, family, book }: Case, incident: OutageIncident): void {
  const other = state[family === 'ipv4' ? 'ipv6' : 'ipv4'];
  for (const id of other.outageIds) {
    const sibling = book.get(id) as OutageIncident;
    if (Math.abs(sibling.startSecond - incident.startSecond) <= 600) book.join(sibling, incident);
  }
}
