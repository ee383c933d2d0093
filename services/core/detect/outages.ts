import { type EventMinute, type EventSecond, minuteOf } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import type { AsState, Minute } from './as-state.ts';
import type { IncidentBook } from './incident-book.ts';
import { noOwner } from './lost-prefixes.ts';
import { type Case, discounted, lostOf, openOutages, share } from './outage-case.ts';
import { follow } from './outage-follow.ts';
import { openNew } from './outage-open.ts';
import { setSeverity, severitySteps } from './severity.ts';
import { cluster, insideBeat, outage, standing } from './thresholds.ts';

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
  let next = Number.POSITIVE_INFINITY;
  const consider = (second: EventSecond): void => {
    if (second > now.eventSecond && second < next) next = second;
  };
  for (const incident of outages) {
    for (const step of severitySteps) consider(incident.startSecond + step);
    if (incident.partlyBackSecond !== undefined) consider(incident.partlyBackSecond + outage.endMinutes * 60);
    consider(incident.lostChangedSecond + standing.settledSeconds);
    consider(incident.startSecond + standing.expiredSeconds);
    consider(incident.startSecond + insideBeat.blackoutSeconds);
    consider((incident.fullSinceSecond ?? incident.startSecond) + insideBeat.blackoutSeconds);
    if (incident.scheduled !== undefined) consider(incident.scheduled.untilSecond);
  }
  // Decided at the first end of a minute that is not before it.
  return Number.isFinite(next) ? minuteOf(next + 59) - 1 : next;
}
