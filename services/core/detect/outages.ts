import { type EventMinute, type EventSecond, firstSecondOf, minuteOf } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import { type AsState, type FamilyState, type KeptVisibility, type Minute, nextId } from './as-state.ts';
import { outageEvidence } from './evidence.ts';
import { type ComeBack, changePhase, type OutageIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
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
import { closeOutage } from './outage-end.ts';
import { followPrecursor, precursorAt } from './precursor.ts';
import { noteMissedEnd, noteOutageStart } from './schedules.ts';
import { outageSeverity, severitySteps } from './severity.ts';
import { cluster, insideBeat, limits, mostlyCovered, outage, standing } from './thresholds.ts';

/** One family of one AS in one minute. */
interface Case {
  readonly state: AsState;
  readonly family: Family;
  readonly own: FamilyState;
  readonly visibility: KeptVisibility;
  readonly now: Minute;
  readonly book: IncidentBook;
}

/**
 * Decides the outages of one family of an AS for a minute. Returns the minute in which time alone may
 * change something next.
 */
export function decideOutages(state: AsState, family: Family, now: Minute, book: IncidentBook): EventMinute {
  const own = state[family];
  const isQuiet = own.outageIds.length === 0 && own.fullMinutes + own.partialMinutes === 0;
  if (own.visibility === undefined || (isQuiet && own.visibility.lost === 0)) return Number.POSITIVE_INFINITY;
  if (now.frozen[family]) return now.minute + 1;
  const at: Case = { state, family, own, visibility: own.visibility, now, book };
  countMinutes(at);
  for (const incident of openOutages(at)) follow(at, incident);
  openNew(at);
  for (const incident of openOutages(at)) setSeverity(incident, now.eventSecond, book);
  return nextMinute(at);
}

const openOutages = ({ own, book }: Case): OutageIncident[] =>
  own.outageIds
    .map((id) => book.get(id) as OutageIncident)
    .filter((incident) => incident.ended === undefined);

/** Lost prefixes of the incident, or, without one, of none. */
const lostOf = ({ own }: Case, owner: string): LostEntry[] =>
  entriesOf(own.lost).filter((entry) => entry.owner === owner);

/** Lost prefixes that no longer count against the AS: of losses that nothing changes in, or that were closed without them. */
function discounted(at: Case): number {
  const settled = openOutages(at).filter((incident) => incident.settled);
  return (
    countOf(lostOf(at, writtenOff)) +
    settled.reduce((sum, incident) => sum + countOf(lostOf(at, incident.id)), 0)
  );
}

const share = (visible: number, expected: number): number => (expected <= 0 ? 1 : visible / expected);

function countMinutes(at: Case): void {
  const { own, visibility } = at;
  const without = discounted(at);
  const expected = visibility.expected - without;
  const visible = share(visibility.visible, expected);
  const isFew = expected <= outage.fewPrefixes && visibility.lost - without >= 1;
  const isFull = visible <= outage.fullShare;
  const isPartial = visible <= outage.partialShare || isFew;
  own.fullMinutes = isFull ? Math.min(own.fullMinutes + 1, outage.fullMinutes) : 0;
  own.partialMinutes = isPartial ? Math.min(own.partialMinutes + 1, outage.partialMinutes) : 0;
}

/** Whether an open outage came back, became another kind, settled, or has been there for too long. */
function follow(at: Case, incident: OutageIncident): void {
  const { visibility, now, own } = at;
  const lostNow = countOf(lostOf(at, incident.id));
  if (lostNow !== incident.lostNow) incident.lostChangedSecond = now.eventSecond;
  incident.lostNow = lostNow;
  const others = entriesOf(own.lost).filter(
    (entry) => entry.owner !== incident.id && entry.owner !== noOwner,
  );
  const expected = visibility.expected - countOf(others);
  // Of an AS whose prefixes moved away it is still said how many there were.
  incident.expected = Math.max(expected, incident.peakLost);
  incident.wholeTable = visibility.wholeTable;
  const visible = share(visibility.visible, expected);
  if (isBack(incident, visible, expected)) {
    comeBack(at, incident);
    return;
  }
  if (incident.comeBack !== undefined) relapse(at, incident, incident.comeBack);
  // While it is open whether it came back, it stays what it was.
  if (incident.comeBack !== undefined || incident.ended !== undefined) return;
  if (now.eventSecond - incident.startSecond >= standing.expiredSeconds) {
    closeOutage(at.state, own, incident, now.eventSecond, 'expired', at.book);
    return;
  }
  noteMissedEnd(incident, now, at.book);
  changeKind(at, incident, visible);
  followPrecursor(at.state, incident, visible, now, at.book);
  incident.settled ||= now.eventSecond - incident.lostChangedSecond >= standing.settledSeconds;
}

/** What else went since a partial outage began is not what it waits for. */
function isBack(
  { kind, rule, lostNow, peakLost }: OutageIncident,
  visible: number,
  expected: number,
): boolean {
  if (kind === 'outageFull') return visible >= outage.fullEndShare;
  if (rule === 'cluster') return lostNow <= cluster.endShare * peakLost;
  return share(expected - lostNow, expected) >= outage.partialEndShare;
}

/** It ended when it came back, which is said when it has stayed for 5 minutes. */
function comeBack(at: Case, incident: OutageIncident): void {
  const { now, visibility } = at;
  if (incident.comeBack === undefined || incident.comeBack.outMinutes > 0) {
    const minuteStart = firstSecondOf(now.minute);
    incident.comeBack = {
      second: Math.max(visibility.lastReturnedSecond, minuteStart),
      wellMinutes: 0,
      outMinutes: 0,
    };
    noteMove(at, incident);
  }
  if (++incident.comeBack.wellMinutes < outage.endMinutes) return;
  closeOutage(at.state, at.own, incident, incident.comeBack.second, 'recovered', at.book);
}

/** An AS whose prefixes are announced by another one now is not back, and yet its outage is over (9.8). */
function noteMove({ state }: Case, incident: OutageIncident): void {
  const moved = state.score?.events.find(
    ({ kind, prefix }) => kind === 'origin' && incident.prefixes.includes(prefix),
  );
  if (moved !== undefined) incident.movedToAs = moved.newOriginAs;
}

/** Out again before the 5 minutes were over. A loss that meets the rule by itself is another one. */
function relapse(at: Case, incident: OutageIncident, back: ComeBack): void {
  const { own, state, book } = at;
  back.wellMinutes = 0;
  back.outMinutes++;
  const isAnother = own.fullMinutes >= outage.fullMinutes || own.partialMinutes >= outage.partialMinutes;
  if (isAnother) {
    for (const entry of lostOf(at, incident.id)) if (entry.second > back.second) entry.owner = noOwner;
    closeOutage(state, own, incident, back.second, 'recovered', book);
  } else if (back.outMinutes > outage.relapseMinutes) {
    delete incident.comeBack;
    take(at, incident, lostOf(at, noOwner));
  }
}

function changeKind(at: Case, incident: OutageIncident, visible: number): void {
  const { own, now, book } = at;
  if (incident.kind === 'outageFull') {
    incident.noLongerFullMinutes = visible > outage.fullShare ? incident.noLongerFullMinutes + 1 : 0;
    if (incident.noLongerFullMinutes < outage.noLongerFullMinutes) return;
    incident.kind = 'outagePartial';
    delete incident.fullSinceSecond;
    changePhase(incident, incident.kind, now.eventSecond - outage.noLongerFullMinutes * 60);
  } else {
    if (incident.settled || own.fullMinutes < outage.fullMinutes || incident !== openOutages(at).at(-1))
      return;
    const fullSince = startOfLoss(entriesOf(own.lost));
    take(at, incident, lostOf(at, noOwner));
    incident.kind = 'outageFull';
    incident.noLongerFullMinutes = 0;
    incident.fullSinceSecond = Math.max(fullSince, incident.startSecond);
    changePhase(incident, incident.kind, incident.fullSinceSecond);
  }
  describe(at, incident);
  book.update(incident);
}

/** Prefixes become part of the incident. */
function take(at: Case, incident: OutageIncident, entries: readonly LostEntry[]): void {
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

function openNew(at: Case): void {
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
  const aged = writeOffReshaped(at, fresh.filter(isAged));
  openPartial(
    at,
    active,
    fresh.filter(({ owner }) => owner === noOwner),
    aged,
  );
}

/** Prefixes that went with more covered ones are no outage: the AS announces its addresses in another way now. Returns the others. */
function writeOffReshaped({ own }: Case, aged: readonly LostEntry[]): LostEntry[] {
  // Ten that are not covered are an outage whatever else went (7.3).
  if (own.coveredLosses.length === 0 || densestWindow(aged).count >= cluster.prefixes) return [...aged];
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
    ...(kind === 'outageFull' ? { fullSinceSecond: startSecond } : {}),
    noLongerFullMinutes: 0,
    lostNow: 0,
    lostChangedSecond: now.eventSecond,
    settled: false,
    othersBlocks: 0,
    ...(precursor === undefined ? {} : { precursor }),
  };
  const incident = facts as OutageIncident;
  take(at, incident, entries);
  const others = entriesOf(own.lost).filter((entry) => entry.owner !== id && entry.owner !== noOwner);
  incident.expected = Math.max(visibility.expected - countOf(others), incident.lostNow);
  incident.evidence = outageEvidence(state, incident, visibility);
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

function describe({ state, visibility }: Case, incident: OutageIncident): void {
  incident.evidence = outageEvidence(state, incident, visibility, incident.evidence);
}

/** Tells people when the word of the severity table has changed. */
export function setSeverity(incident: OutageIncident, eventSecond: EventSecond, book: IncidentBook): void {
  const severity = outageSeverity(incident, eventSecond);
  if (severity === incident.severity) return;
  incident.severity = severity;
  book.update(incident);
}

/** The next minute in which a count goes on or a time limit is reached. */
function nextMinute(at: Case): EventMinute {
  const { own, now, family } = at;
  const outages = openOutages(at);
  const counts =
    (own.fullMinutes > 0 && own.fullMinutes < outage.fullMinutes) ||
    (own.partialMinutes > 0 && own.partialMinutes < outage.partialMinutes) ||
    outages.some((incident) => incident.comeBack !== undefined || incident.noLongerFullMinutes > 0) ||
    lostOf(at, noOwner).some((entry) => now.ticks[family] - entry.tick < cluster.minutes);
  if (counts) return now.minute + 1;
  const seconds = outages.flatMap((incident) => [
    ...severitySteps.map((step) => incident.startSecond + step),
    incident.lostChangedSecond + standing.settledSeconds,
    incident.startSecond + standing.expiredSeconds,
    incident.startSecond + insideBeat.blackoutSeconds,
    (incident.fullSinceSecond ?? incident.startSecond) + insideBeat.blackoutSeconds,
    ...(incident.scheduled === undefined ? [] : [incident.scheduled.untilSecond]),
  ]);
  const next = Math.min(...seconds.filter((second) => second > now.eventSecond));
  // Decided at the first end of a minute that is not before it.
  return Number.isFinite(next) ? minuteOf(next + 59) - 1 : next;
}
