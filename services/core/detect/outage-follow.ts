import { firstSecondOf } from '../event-time.ts';
import { type ComeBack, changePhase, type OutageIncident } from './incident.ts';
import { countOwned, entriesOf, noOwner, startOfLoss } from './lost-prefixes.ts';
import { type Case, countPeers, describe, lostOf, openOutages, share, take } from './outage-case.ts';
import { closeOutage } from './outage-end.ts';
import { followPrecursor } from './precursor.ts';
import { noteMissedEnd } from './schedules.ts';
import { cluster, outage, standing } from './thresholds.ts';

/** Whether an open outage came back, became another kind, settled, or has been there for too long. */
export function follow(at: Case, incident: OutageIncident): void {
  const { visibility, now, own } = at;
  const lostNow = countOwned(own.lost, (owner) => owner === incident.id);
  if (lostNow !== incident.lostNow) incident.lostChangedSecond = now.eventSecond;
  incident.lostNow = lostNow;
  countPeers(at, incident);
  const others = countOwned(own.lost, (owner) => owner !== incident.id && owner !== noOwner);
  const expected = visibility.expected - others;
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
  tellPartlyBack(at, incident);
  followPrecursor(at.state, incident, visible, now, at.book);
  incident.settled ||= now.eventSecond - incident.lostChangedSecond >= standing.settledSeconds;
}

/** Said once, when it has lasted as long as a return must. */
function tellPartlyBack({ book, now }: Case, incident: OutageIncident): void {
  const { toldPartlyBack, partlyBackSecond = now.eventSecond } = incident;
  if (toldPartlyBack || now.eventSecond - partlyBackSecond < outage.endMinutes * 60) return;
  incident.toldPartlyBack = true;
  book.update(incident);
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
    forgetComeBack(incident);
    const minuteStart = firstSecondOf(now.minute);
    incident.comeBack = {
      second: Math.max(visibility.lastReturnedSecond, minuteStart),
      wellMinutes: 0,
      backMinutes: 0,
      outMinutes: 0,
    };
    noteMove(at, incident);
  }
  incident.comeBack.backMinutes++;
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
    closeOutage(state, own, incident, back.second, 'recovered', book);
  } else if (back.outMinutes > outage.relapseMinutes) {
    forgetComeBack(incident);
    take(at, incident, lostOf(at, noOwner));
  }
}

/** It did not last. */
function forgetComeBack(incident: OutageIncident): void {
  incident.backMinutes += incident.comeBack?.backMinutes ?? 0;
  incident.comeBack = undefined;
}

function changeKind(at: Case, incident: OutageIncident, visible: number): void {
  const { own, now, book } = at;
  if (incident.kind === 'outageFull') {
    incident.noLongerFullMinutes = visible > outage.fullShare ? incident.noLongerFullMinutes + 1 : 0;
    if (incident.noLongerFullMinutes < outage.noLongerFullMinutes) return;
    incident.kind = 'outagePartial';
    incident.fullSinceSecond = undefined;
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
