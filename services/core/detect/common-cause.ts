import type { AsState } from './as-state.ts';
import type { Incident, OutageIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { blocksInSlash24, setSeverity } from './severity.ts';
import { commonCause, limits } from './thresholds.ts';

/**
 * Outages with a common cause (7.4): three or more origin ASes that lose 10 or more prefixes, or all they have, within 2
 * minutes, with one AS on most of the lost paths. The one that opened first leads; the others are told quietly, and point at it.
 */
export function findCommonCauses(
  book: IncidentBook,
  ases: ReadonlyMap<number, AsState>,
  eventSecond: number,
): void {
  for (const incident of book.opened().sort(byStart)) {
    if (isWide(incident) && incident.leadId === undefined) group(incident, book, ases, eventSecond);
  }
}

const byStart = (a: Incident, b: Incident): number =>
  a.startSecond - b.startSecond || a.originAs - b.originAs;

function isWide(incident: Incident | undefined): incident is OutageIncident {
  return (
    incident?.type === 'outage' &&
    incident.ended === undefined &&
    incident.precursor?.relation !== 'inside' &&
    (incident.kind === 'outageFull' || incident.peakLost >= commonCause.prefixes)
  );
}

function group(
  incident: OutageIncident,
  book: IncidentBook,
  ases: ReadonlyMap<number, AsState>,
  eventSecond: number,
): void {
  const near = outagesNear(incident, book, ases);
  for (const via of incident.evidence.viaAses) {
    const sharing = near.filter((other) => other.evidence.viaAses.includes(via));
    const lead = sharing.find(({ evidence: { members } }) => members.length > 0);
    if (lead !== undefined) {
      join(lead, [incident], via, book, eventSecond);
      return;
    }
    const all = [...sharing, incident].sort((a, b) => a.openedSecond - b.openedSecond || byStart(a, b));
    const free = all.filter(({ leadId }) => leadId === undefined);
    if (new Set(free.map(({ originAs }) => originAs)).size < commonCause.origins) continue;
    join(free[0]!, free.slice(1), via, book, eventSecond);
    return;
  }
}

/** Open outages of other ASes that started within 2 minutes. */
function outagesNear(
  incident: OutageIncident,
  book: IncidentBook,
  ases: ReadonlyMap<number, AsState>,
): OutageIncident[] {
  const near: OutageIncident[] = [];
  for (const other of book.incidents()) {
    if (Math.abs(other.startSecond - incident.startSecond) > commonCause.withinSeconds) continue;
    if (other.originAs !== incident.originAs && ases.has(other.originAs) && isWide(other)) near.push(other);
  }
  return near;
}

function join(
  lead: OutageIncident,
  followers: readonly OutageIncident[],
  via: number,
  book: IncidentBook,
  eventSecond: number,
): void {
  for (const follower of followers) {
    follower.leadId = lead.id;
    follower.evidence = { ...follower.evidence, viaAses: viaFirst(follower, via) };
    book.join(lead, follower);
    lead.othersBlocks += blocksInSlash24(follower);
    setSeverity(follower, eventSecond, book);
  }
  setSeverity(lead, eventSecond, book);
  const members = [lead.subject, ...lead.evidence.members, ...followers.map(({ subject }) => subject)];
  lead.evidence = {
    ...lead.evidence,
    viaAses: viaFirst(lead, via),
    members: [...new Set(members)].slice(0, limits.membersKept),
  };
  book.update(lead);
}

const viaFirst = ({ evidence }: OutageIncident, via: number): number[] => [
  via,
  ...evidence.viaAses.filter((as) => as !== via),
];
