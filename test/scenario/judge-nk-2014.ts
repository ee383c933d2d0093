import type { Kind } from '#core/contract/anomalies.ts';
import { type EventSecond, parseSecond } from '#core/event-time.ts';
import type { GeneratedScenario } from '#scenario/generate.ts';
import { northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import type { TruthLoss } from '#scenario/timeline.ts';
import { type Incident, isBeat, isOutage, lineOf, saidAt } from './incidents.ts';
import type { Judgement } from './judgement.ts';

/** The bars for December 2014 beyond its verdict: the order of things, the link, the phases, and who is paged. */
const subject = `as:${northKoreaAs}`;
const secondOf = (text: string): EventSecond => parseSecond(text)!;
const blackout = secondOf('2014-12-22T16:15Z');
const restored = secondOf('2014-12-23T01:46Z');
const lastOutage = secondOf('2014-12-27T10:30Z');
const openWithinSeconds = 12 * 60;
const toleranceSeconds = 10 * 60;
const durationToleranceSeconds = 15 * 60;
const matchSeconds = 100;

export function judgeNk2014(
  { scenario, losses }: GeneratedScenario,
  incidents: readonly Incident[],
): Judgement {
  const own = incidents.filter((incident) => incident.subject === subject);
  const beats = own.filter((incident) => isBeat(incident) && incident.startSecond < blackout);
  const full = own.find(
    (incident) =>
      incident.kinds.includes('outageFull') && !isBeat(incident) && isNear(incident.startSecond, blackout),
  );
  // A slower beat than the default may pause: the score is back at nothing between its first flaps, or in its midst. Then
  // it begins later, or twice, and the one before the blackout may be no more than watched.
  const mayPause = scenario.name !== 'nk-2014';
  const onset = mayPause ? Math.min(...beats.map(({ startSecond }) => startSecond)) : 0;
  const outages = own.filter((incident) => incident !== full && isOutage(incident) && !isBeat(incident));
  const beat = judgeBeat(beats);
  const loss = judgeBlackout(full, beats, mayPause);
  return {
    failures: [
      ...beat.failures,
      ...loss.failures,
      ...judgeLastOutage(own, beats),
      ...judgeFlaps(losses, outages, beats, onset),
    ],
    figures: { ...beat.figures, ...loss.figures },
  };
}

/** Watched, then confirmed, before the blackout. */
function judgeBeat(beats: readonly Incident[]): Judgement {
  const firstSaid = (kind: Kind): EventSecond =>
    Math.min(...beats.map((incident) => saidAt(incident, kind) ?? Number.POSITIVE_INFINITY));
  const watch = firstSaid('beatWatch');
  const confirmed = firstSaid('beatConfirmed');
  const failures: string[] = [];
  if (watch >= blackout) failures.push('no BEAT_WATCH before the blackout');
  if (confirmed >= blackout) failures.push('no BEAT_CONFIRMED before the blackout');
  if (watch > confirmed) failures.push('BEAT_CONFIRMED before BEAT_WATCH');
  return {
    failures,
    figures: {
      watchLeadSeconds: blackout - watch,
      confirmedLeadSeconds: blackout - confirmed,
      beatPauses: beats.length - 1,
    },
  };
}

/** Said in time, with the right start and end, linked to the beat, and loud. */
function judgeBlackout(full: Incident | undefined, beats: readonly Incident[], mayPause: boolean): Judgement {
  if (full === undefined) {
    return { failures: ['no OUTAGE_FULL that starts within 10 minutes of the blackout'], figures: {} };
  }
  const failures: string[] = [];
  const openDelay = saidAt(full, 'outageFull')! - blackout;
  const end = full.endSecond ?? Number.NaN;
  const duration = end - full.startSecond;
  if (openDelay < 0 || openDelay > openWithinSeconds) {
    failures.push(`OUTAGE_FULL opened ${openDelay} s after the blackout`);
  }
  if (!isLinkedToOne(full, beats)) failures.push('the blackout is not linked to the beat');
  if (!full.pages && !mayPause) failures.push('the blackout pages nobody');
  if (!isNear(end, restored)) failures.push(`the blackout ends ${end - restored} s after the restoration`);
  if (!(Math.abs(duration - (restored - blackout)) <= durationToleranceSeconds)) {
    failures.push(`the blackout lasts ${duration} s`);
  }
  return {
    failures,
    figures: {
      openDelaySeconds: openDelay,
      startErrorSeconds: full.startSecond - blackout,
      endErrorSeconds: end - restored,
    },
  };
}

const isNear = (second: EventSecond, bar: EventSecond): boolean => Math.abs(second - bar) <= toleranceSeconds;

/** 27 December: abrupt, with no beat before, in or after it. */
function judgeLastOutage(own: readonly Incident[], beats: readonly Incident[]): string[] {
  const failures: string[] = [];
  const full = own.find((incident) => isOutage(incident) && isNear(incident.startSecond, lastOutage));
  if (full === undefined) return ['no outage on the 27th'];
  if (isLinkedToOne(full, beats)) failures.push('the outage of the 27th is linked to the beat');
  for (const incident of own) {
    if (!isBeat(incident) || beats.includes(incident)) continue;
    failures.push(`a second beat: ${lineOf(incident)}`);
  }
  for (const beat of beats) {
    if (beat.endSecond === undefined || beat.endSecond > secondOf('2014-12-24T12:00Z')) {
      failures.push(`the beat is not over by 24 December 12:00: ${lineOf(beat)}`);
    }
  }
  return failures;
}

/**
 * Every other loss that is told starts with a drawn one and ends with a drawn one (flaps that follow each other within
 * 5 minutes are one outage), is a phase of the beat if it is one of its flaps, and wakes nobody.
 */
function judgeFlaps(
  losses: readonly TruthLoss[],
  outages: readonly Incident[],
  beats: readonly Incident[],
  onset: EventSecond,
): string[] {
  const failures: string[] = [];
  const drawn = losses.filter((loss) => loss.originAs === northKoreaAs);
  for (const incident of outages) {
    const first = drawn.find(({ startSecond }) => isAt(incident.startSecond, startSecond));
    const last = drawn.find(({ endSecond }) => isAt(incident.endSecond, endSecond));
    if (first === undefined) failures.push(`starts with no drawn loss: ${lineOf(incident)}`);
    if (last === undefined) failures.push(`ends with no drawn loss: ${lineOf(incident)}`);
    if (first?.cause !== 'beat' && first?.cause !== 'prelude') continue;
    if (incident.pages) failures.push(`a flap pages: ${lineOf(incident)}`);
    if (first.cause === 'beat' && incident.startSecond >= onset && !isPhase(incident, beats)) {
      failures.push(`not a phase of the beat: ${lineOf(incident)}`);
    }
  }
  return failures;
}

/** Seen some time after it was drawn: the peers take up to a minute and a half. */
const isAt = (seen: EventSecond | undefined, drawn: EventSecond): boolean =>
  seen !== undefined && seen >= drawn && seen - drawn <= matchSeconds;

const isLinkedToOne = (incident: Incident, beats: readonly Incident[]): boolean =>
  beats.some((beat) => incident.links.has(beat.id) || beat.links.has(incident.id));

/** Linked to a beat, or listed among its phases by its start. */
function isPhase(incident: Incident, beats: readonly Incident[]): boolean {
  if (isLinkedToOne(incident, beats)) return true;
  const phases = beats.flatMap(({ transitions }) => transitions.flatMap(({ evidence }) => evidence.phases));
  return phases.some((phase) => phase.startSecond === incident.startSecond);
}
