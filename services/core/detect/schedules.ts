import { type EventMinute, type EventSecond, minuteOf } from '../event-time.ts';
import { type AsState, type Minute, nextId } from './as-state.ts';
import { noPeers } from './evidence.ts';
import { addPhase, link, type OutageIncident, type ScheduleIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { limits, schedule } from './thresholds.ts';

const day = 86_400;

interface Occurrence {
  readonly id: string;
  readonly startSecond: EventSecond;
  /** Absent for the outage that is open. */
  readonly endSecond?: EventSecond;
}

/**
 * A new outage: does it start at the time of day at which others did, on at least two other days? From the third on, the outages are
 * as on days before, and told quietly.
 */
export function noteOutageStart(
  state: AsState,
  incident: OutageIncident,
  now: Minute,
  book: IncidentBook,
): void {
  const open = book.get(state.scheduleId) as ScheduleIncident | undefined;
  if (open !== undefined) {
    if (Math.abs(phaseOffset(incident.startSecond, open.timeOfDay)) > schedule.spreadSeconds) return;
    takePart(open, incident, book);
    return;
  }
  const found = findSchedule(state, incident);
  if (found === undefined) return;
  takePart(openSchedule(state, incident, found, now, book), incident, book);
}

/** The outages at this time of day, one a day, oldest first; undefined if they are no schedule. */
function findSchedule(state: AsState, incident: OutageIncident): Occurrence[] | undefined {
  const past = state.outages.filter(
    ({ startSecond, merged }) => !merged && incident.startSecond - startSecond <= schedule.horizonSeconds,
  );
  const all: Occurrence[] = [...past, incident].map(({ id, startSecond }, i) => ({
    id,
    startSecond,
    ...(past[i] === undefined ? {} : { endSecond: past[i].endSecond }),
  }));
  const matching = all.filter(
    ({ startSecond }) => Math.abs(phaseOffset(startSecond, incident.startSecond)) <= schedule.spreadSeconds,
  );
  const byDay = new Map(
    matching.map((one) => [Math.round((one.startSecond - incident.startSecond) / day), one]),
  );
  const days = [...byDay.values()].sort((a, b) => a.startSecond - b.startSecond);
  const offsets = days.map(({ startSecond }) => phaseOffset(startSecond, incident.startSecond));
  const spread = Math.max(...offsets) - Math.min(...offsets);
  const isSchedule =
    days.length >= schedule.distinctDays &&
    spread <= schedule.spreadSeconds &&
    rayleigh(all.map(({ startSecond }) => startSecond)) >= schedule.periodicity;
  return isSchedule ? days : undefined;
}

/** Rayleigh R at 24 hours: 1 if all are at the same time of day. */
export function rayleigh(seconds: readonly EventSecond[]): number {
  let cosines = 0;
  let sines = 0;
  for (const second of seconds) {
    const angle = (2 * Math.PI * (second % day)) / day;
    cosines += Math.cos(angle);
    sines += Math.sin(angle);
  }
  return Math.hypot(cosines, sines) / seconds.length;
}

/** How much later than the other in the day, in seconds; negative if earlier. */
function phaseOffset(second: EventSecond, other: EventSecond): number {
  const offset = (((second - other) % day) + day) % day;
  return offset > day / 2 ? offset - day : offset;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function openSchedule(
  state: AsState,
  incident: OutageIncident,
  days: readonly Occurrence[],
  now: Minute,
  book: IncidentBook,
): ScheduleIncident {
  const startSecond = days[0]!.startSecond;
  const past = days.filter(({ endSecond }) => endSecond !== undefined);
  const offset = median(days.map((one) => phaseOffset(one.startSecond, incident.startSecond)));
  const found: ScheduleIncident = {
    type: 'schedule',
    kind: 'sched',
    id: nextId(state, 'sched', startSecond, book),
    subject: incident.subject,
    originAs: state.originAs,
    startSecond,
    openedSecond: now.eventSecond,
    severity: 'info',
    prefixes: incident.prefixes,
    prefixCount: incident.prefixCount,
    linked: past.map(({ id }) => id),
    phases: past.map((one) => ({
      kind: incident.kind,
      startSecond: one.startSecond,
      endSecond: one.endSecond!,
    })),
    evidence: {
      ...incident.evidence,
      ...noPeers,
      rule: `outages on at least ${schedule.distinctDays} days that start within ${schedule.spreadSeconds / 60} minutes of the same time of day`,
      measures: [
        { name: 'days', value: days.length, threshold: schedule.distinctDays },
        {
          name: 'periodicity at 1440 minutes',
          value: rayleigh(days.map((one) => one.startSecond)),
          threshold: schedule.periodicity,
        },
      ],
      sampleUpdates: [],
    },
    timeOfDay: (((incident.startSecond + offset) % day) + day) % day,
    durationSeconds: median(past.map((one) => one.endSecond! - one.startSecond)),
    lost: { ipv4: 0, ipv6: 0 },
    expected: { ipv4: 0, ipv6: 0 },
    days: past.length,
    lastStartSecond: past.at(-1)!.startSecond,
    lastEndSecond: 0,
    missedEnd: false,
  };
  state.scheduleId = found.id;
  book.open(found);
  return found;
}

function takePart(found: ScheduleIncident, incident: OutageIncident, book: IncidentBook): void {
  if (incident.startSecond - found.lastStartSecond > day / 2) found.days++;
  found.lastStartSecond = incident.startSecond;
  found.missedEnd = false;
  found.severity = 'info';
  countPrefixes(found, incident);
  link(found, incident.id);
  link(incident, found.id);
  const grace = Math.max(schedule.endGraceSeconds, found.durationSeconds / 2);
  const untilSecond = Math.ceil(incident.startSecond + found.durationSeconds + grace);
  incident.scheduled = { id: found.id, untilSecond, missedEnd: false };
  book.update(found);
}

/** Both families take part in it, each with an outage of its own. */
function countPrefixes(
  found: ScheduleIncident,
  { family, prefixes, prefixCount, expected }: OutageIncident,
): void {
  found.lost[family] = Math.max(found.lost[family], prefixCount);
  found.expected[family] = Math.max(found.expected[family], expected);
  found.prefixCount = found.lost.ipv4 + found.lost.ipv6;
  found.prefixes = [...new Set([...found.prefixes, ...prefixes])].sort().slice(0, limits.prefixesSent);
  found.evidence = { ...found.evidence, expectedPrefixes: found.expected.ipv4 + found.expected.ipv6 };
}

/** An outage of the schedule that does not end when the others did is told as loudly as any other. */
export function noteMissedEnd(incident: OutageIncident, now: Minute, book: IncidentBook): void {
  const { scheduled } = incident;
  if (scheduled === undefined || scheduled.missedEnd || now.eventSecond < scheduled.untilSecond) return;
  scheduled.missedEnd = true;
  book.update(incident);
  const found = book.get(scheduled.id) as ScheduleIncident | undefined;
  if (found === undefined) return;
  found.missedEnd = true;
  found.severity = 'warning';
  book.update(found);
}

export function noteScheduledEnd(incident: OutageIncident, endSecond: EventSecond, book: IncidentBook): void {
  const found = book.get(incident.scheduled?.id) as ScheduleIncident | undefined;
  if (found === undefined) return;
  found.lastEndSecond = endSecond;
  addPhase(found, { kind: incident.kind, startSecond: incident.startSecond, endSecond });
  if (!found.missedEnd) return;
  found.missedEnd = false;
  found.severity = 'info';
  book.update(found);
}

/** A schedule is over when four days have passed without an outage of it. Returns when to look again. */
export function decideSchedule(state: AsState, now: Minute, book: IncidentBook): EventMinute {
  const found = book.get(state.scheduleId) as ScheduleIncident | undefined;
  if (found === undefined) return Number.POSITIVE_INFINITY;
  const overSecond = Math.max(found.lastStartSecond, found.lastEndSecond) + schedule.endedAfterSeconds;
  if (now.eventSecond < overSecond) return minuteOf(overSecond + 59) - 1;
  book.close(found, found.lastEndSecond || found.lastStartSecond, 'recovered');
  state.scheduleId = undefined;
  return Number.POSITIVE_INFINITY;
}

/** True from half an hour before an outage of the schedule is due to half an hour after: what flaps then is the switch. */
export function isWithinSchedule(state: AsState, second: EventSecond, book: IncidentBook): boolean {
  const found = book.get(state.scheduleId) as ScheduleIncident | undefined;
  if (found === undefined) return false;
  const since = (((second - found.timeOfDay + schedule.windowMarginSeconds) % day) + day) % day;
  return since <= found.durationSeconds + 2 * schedule.windowMarginSeconds;
}
