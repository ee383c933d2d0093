import type { AsScore } from '../contract/as-scores.ts';
import { type EventMinute, minuteOf } from '../event-time.ts';
import { families } from '../prefix.ts';
import { type AsState, type Minute, nextId } from './as-state.ts';
import { noteTrend } from './beat-trend.ts';
import { beatEvidence } from './evidence.ts';
import { addPhase, type BeatIncident, changePhase, link, type OutageIncident } from './incident.ts';
import type { IncidentBook } from './incident-book.ts';
import { callBlackout, precursorOf } from './precursor.ts';
import { isWithinSchedule } from './schedules.ts';
import { beatSeverity } from './severity.ts';
import {
  type BeatTier,
  beat as beatRule,
  burst,
  chronic,
  confirmed,
  insideBeat,
  limits,
  metronomicPeriodMinutes,
  periodicityMinutes,
  watch,
} from './thresholds.ts';
import { noteTwin } from './twins.ts';

/**
 * Decides the beat of an AS for a minute: BURST, BEAT_WATCH, BEAT_CONFIRMED and CHRONIC are the life of one
 * incident. An AS without a score in the minute has one below the leaving score. Returns when to look again.
 */
export function decideBeat(state: AsState, now: Minute, book: IncidentBook): EventMinute {
  noteRun(state);
  const incident = book.get(state.beatId) as BeatIncident | undefined;
  if (isFrozen(state, now)) return incident === undefined ? Number.POSITIVE_INFINITY : now.minute + 1;
  if (incident === undefined) begin(state, now, book);
  else if (incident.kind === 'burst') followBurst(state, incident, now, book);
  else if (incident.kind === 'chronic') followChronic(state, incident, now, book);
  else followBeat(state, incident, now, book);
  return nextMinute(book.get(state.beatId) as BeatIncident | undefined, now);
}

/** Nothing can be said of an AS all of whose families are frozen. */
function isFrozen(state: AsState, now: Minute): boolean {
  const present = families.filter((family) => (state[family].visibility?.expected ?? 0) > 0);
  return present.length > 0 && present.every((family) => now.frozen[family]);
}

function noteRun(state: AsState): void {
  const last = state.score?.beat.lastEventSecond ?? 0;
  if (last <= state.runLastSecond) return;
  if (last - state.runLastSecond > burst.runGapSeconds) state.runFirstSecond = last;
  state.runLastSecond = last;
}

export const meets = ({ score, surprise, beat }: AsScore, tier: BeatTier): boolean =>
  score >= tier.score &&
  beat.events >= tier.events &&
  beat.activeHours >= tier.activeHours &&
  beat.spanMinutes >= tier.spanMinutes &&
  surprise >= tier.surprise;

/** It is told as a beat if it is one of the AS by what was heard by now; then it goes on while its prefixes flap. */
const isBeat = (score: AsScore, tier: BeatTier): boolean => score.beat.wide && meets(score, tier);

function begin(state: AsState, now: Minute, book: IncidentBook): void {
  const { score } = state;
  if (score === undefined || isWithinSchedule(state, now.eventSecond, book)) return;
  if (isBeat(score, watch)) {
    const incident = open(state, score, 'beatWatch', score.beat.onsetSecond, now, book);
    recognise(state, incident, score, now, book);
  } else if (score.burst.z >= burst.z && score.burst.events >= burst.events) {
    open(state, score, 'burst', state.runFirstSecond || score.beat.onsetSecond, now, book);
  }
}

function open(
  state: AsState,
  score: AsScore,
  kind: 'burst' | 'beatWatch',
  onsetSecond: number,
  now: Minute,
  book: IncidentBook,
): BeatIncident {
  const startSecond = Math.min(onsetSecond, now.eventSecond);
  const incident: BeatIncident = {
    type: 'beat',
    kind,
    id: nextId(state, kind === 'burst' ? 'burst' : 'beat', startSecond, book),
    subject: `as:${state.originAs}`,
    originAs: state.originAs,
    startSecond,
    openedSecond: now.eventSecond,
    severity: beatSeverity(kind, false),
    prefixes: [],
    prefixCount: 0,
    linked: [],
    phases: [{ kind, startSecond }],
    evidence: beatEvidence(state, score, kind, 0),
    events: 0,
    lastEventSecond: 0,
    metronomic: false,
    trend: 'steady',
    nextTrend: 'steady',
    nextTrendSinceSecond: now.eventSecond,
    trendToldSecond: 0,
    on: true,
    onSecond: now.eventSecond,
    heard: 0,
    twin: undefined,
  };
  describe(state, incident, score);
  state.beatId = incident.id;
  book.open(incident);
  return incident;
}

/** What the score of this minute says of it. */
function describe(state: AsState, incident: BeatIncident, score: AsScore): void {
  const { beat } = score;
  incident.events = incident.kind === 'burst' ? score.burst.events : beat.events;
  incident.lastEventSecond = Math.max(incident.lastEventSecond, beat.lastEventSecond);
  if (beat.prefixes.some((prefix) => !incident.prefixes.includes(prefix))) {
    incident.prefixes = [...new Set([...incident.prefixes, ...beat.prefixes])]
      .sort()
      .slice(0, limits.prefixesSent);
  }
  incident.prefixCount = Math.max(incident.prefixCount, beat.prefixCount, incident.prefixes.length);
  incident.heard = beat.heardPrefixes;
  incident.metronomic =
    incident.kind !== 'burst' &&
    (beat.burstiness <= beatRule.metronomicBurstiness ||
      beat.periodicity.some(
        (r, i) => periodicityMinutes[i]! <= metronomicPeriodMinutes && r >= beatRule.metronomicPeriodicity,
      ));
  incident.evidence = beatEvidence(state, score, incident.kind, incident.evidence.upstreamAs);
}

function become(
  state: AsState,
  incident: BeatIncident,
  kind: BeatIncident['kind'],
  now: Minute,
  book: IncidentBook,
): void {
  incident.kind = kind;
  changeOwnPhase(incident, kind, now.eventSecond);
  if (state.score !== undefined) describe(state, incident, state.score);
  noteTwin(incident, book);
  incident.severity = beatSeverity(kind, incident.twin !== undefined);
  book.update(incident);
}

/** The phases of the beat itself follow one another; the losses in it lie beside them. */
function changeOwnPhase(incident: BeatIncident, kind: BeatIncident['kind'], second: number): void {
  const losses = incident.phases.filter((phase) => phase.kind.startsWith('outage'));
  incident.phases = incident.phases.filter((phase) => !phase.kind.startsWith('outage'));
  changePhase(incident, kind, second);
  for (const loss of losses) addPhase(incident, loss);
}

/** A beat was recognised: on the third day within a week it is a chronic one; what was lost since its onset belongs to it. */
function recognise(
  state: AsState,
  incident: BeatIncident,
  score: AsScore,
  now: Minute,
  book: IncidentBook,
): void {
  noteDay(state, now);
  incident.startSecond = Math.min(incident.startSecond, score.beat.onsetSecond);
  noteTwin(incident, book);
  incident.severity = beatSeverity(incident.kind, incident.twin !== undefined);
  if (state.beatDays.length >= chronic.distinctDays) become(state, incident, 'chronic', now, book);
  for (const past of state.outages) {
    if (past.startSecond < incident.startSecond) continue;
    addPhase(incident, { kind: past.kind, startSecond: past.startSecond, endSecond: past.endSecond });
    link(incident, past.id);
  }
  for (const family of families) {
    for (const id of state[family].outageIds) adopt(incident, book.get(id) as OutageIncident, now, book);
  }
}

/** An outage that is open when the beat is recognised is a phase of it, or, if it is old enough, the blackout. */
function adopt(incident: BeatIncident, outage: OutageIncident, now: Minute, book: IncidentBook): void {
  if (outage.startSecond < incident.startSecond) return;
  if (now.eventSecond - outage.startSecond >= insideBeat.blackoutSeconds)
    callBlackout(incident, outage, book);
  else {
    outage.precursor = precursorOf(incident, 'inside');
    book.join(incident, outage);
  }
}

function noteDay(state: AsState, now: Minute): void {
  const day = Math.floor(now.minute / 1440);
  const kept = state.beatDays.filter((earlier) => day - earlier < chronic.withinDays && earlier !== day);
  state.beatDays = [...kept, day];
}

function followBurst(state: AsState, incident: BeatIncident, now: Minute, book: IncidentBook): void {
  const { score } = state;
  incident.lastEventSecond = Math.max(incident.lastEventSecond, state.runLastSecond);
  if (score !== undefined && isBeat(score, watch)) {
    become(state, incident, 'beatWatch', now, book);
    recognise(state, incident, score, now, book);
  } else if (now.eventSecond - incident.lastEventSecond >= burst.quietSeconds) {
    book.close(incident, incident.lastEventSecond, 'recovered');
    state.beatId = undefined;
  }
}

function followBeat(state: AsState, incident: BeatIncident, now: Minute, book: IncidentBook): void {
  const { score } = state;
  if (score === undefined || score.score <= beatRule.leaveScore) {
    closeBeat(state, incident, now, book);
    return;
  }
  describe(state, incident, score);
  if (now.eventSecond - incident.startSecond >= chronic.afterSeconds)
    become(state, incident, 'chronic', now, book);
  else if (incident.kind === 'beatWatch' && isBeat(score, confirmed)) {
    become(state, incident, 'beatConfirmed', now, book);
    tellOutages(state, incident, book);
  } else noteTrend(state, incident, score, now, book);
}

/** The outages that the beat came before weigh more once it is confirmed. */
function tellOutages(state: AsState, incident: BeatIncident, book: IncidentBook): void {
  for (const id of [...state.ipv4.outageIds, ...state.ipv6.outageIds]) {
    const outage = book.get(id) as OutageIncident;
    if (outage.precursor?.id === incident.id) outage.precursor = { ...outage.precursor, confirmed: true };
  }
}

function closeBeat(state: AsState, incident: BeatIncident, now: Minute, book: IncidentBook): void {
  state.lastBeat = {
    id: incident.id,
    confirmed: incident.kind === 'beatConfirmed',
    onsetSecond: incident.startSecond,
    closedSecond: now.eventSecond,
  };
  book.close(incident, incident.lastEventSecond, 'recovered');
  state.beatId = undefined;
}

/** It goes on and off without a word, and is over when it has been off for a week. */
function followChronic(state: AsState, incident: BeatIncident, now: Minute, book: IncidentBook): void {
  const { score } = state;
  if (score !== undefined)
    incident.lastEventSecond = Math.max(incident.lastEventSecond, score.beat.lastEventSecond);
  if (score === undefined || score.score <= beatRule.leaveScore) incident.on = false;
  else if (meets(score, watch)) {
    incident.on = true;
    noteDay(state, now);
  }
  if (incident.on) incident.onSecond = now.eventSecond;
  if (now.eventSecond - incident.onSecond < chronic.quietSeconds) return;
  book.close(incident, incident.lastEventSecond, 'recovered');
  state.beatId = undefined;
}

function nextMinute(incident: BeatIncident | undefined, now: Minute): EventMinute {
  if (incident === undefined) return Number.POSITIVE_INFINITY;
  if (incident.kind === 'burst') return minuteOf(incident.lastEventSecond + burst.quietSeconds + 59) - 1;
  return incident.kind === 'chronic' && !incident.on
    ? minuteOf(incident.onSecond + chronic.quietSeconds + 59) - 1
    : now.minute + 1;
}
