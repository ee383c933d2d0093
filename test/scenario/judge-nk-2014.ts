import { type EventSecond, parseSecond } from '#core/event-time.ts';
import type { GeneratedScenario } from '#scenario/generate.ts';
import { northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import type { TruthLoss } from '#scenario/timeline.ts';
import { type Incident, isBeat, isOutage, lineOf, saidAt } from './incidents.ts';

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
  { losses }: GeneratedScenario,
  incidents: readonly Incident[],
): { failures: string[]; figures: Record<string, number> } {
  const failures: string[] = [];
  const figures: Record<string, number> = {};
  const must = (holds: boolean, otherwise: string): void => {
    if (!holds) failures.push(otherwise);
  };
  const own = incidents.filter((incident) => incident.subject === subject);
  const beats = own.filter((incident) => isBeat(incident) && incident.startSecond < blackout);
  const watch = Math.min(
    ...beats.map((incident) => saidAt(incident, 'beatWatch') ?? Number.POSITIVE_INFINITY),
  );
  const confirmed = Math.min(
    ...beats.map((incident) => saidAt(incident, 'beatConfirmed') ?? Number.POSITIVE_INFINITY),
  );
  must(watch < blackout, 'no BEAT_WATCH before the blackout');
  must(confirmed < blackout, 'no BEAT_CONFIRMED before the blackout');
  must(watch <= confirmed, 'BEAT_CONFIRMED before BEAT_WATCH');
  figures.watchLeadSeconds = blackout - watch;
  figures.confirmedLeadSeconds = blackout - confirmed;
  // A slow beat may fall silent for so long that it is over, and begins again.
  figures.beatPauses = beats.length - 1;

  const full = own.find(
    (incident) =>
      incident.kinds.includes('outageFull') &&
      !isBeat(incident) &&
      Math.abs(incident.startSecond - blackout) <= toleranceSeconds,
  );
  must(full !== undefined, 'no OUTAGE_FULL that starts within 10 minutes of the blackout');
  if (full !== undefined) {
    const openDelay = saidAt(full, 'outageFull')! - blackout;
    must(
      openDelay >= 0 && openDelay <= openWithinSeconds,
      `OUTAGE_FULL opened ${openDelay} s after the blackout`,
    );
    must(isLinkedToOne(full, beats), 'the blackout is not linked to the beat');
    must(full.pages, 'the blackout pages nobody');
    const end = full.endSecond ?? Number.NaN;
    must(
      Math.abs(end - restored) <= toleranceSeconds,
      `the blackout ends ${end - restored} s after the restoration`,
    );
    const duration = end - full.startSecond;
    must(
      Math.abs(duration - (restored - blackout)) <= durationToleranceSeconds,
      `the blackout lasts ${duration} s`,
    );
    Object.assign(figures, {
      openDelaySeconds: openDelay,
      startErrorSeconds: full.startSecond - blackout,
      endErrorSeconds: end - restored,
    });
  }
  failures.push(...judgeLastOutage(own, beats));
  failures.push(...judgeFlaps(losses, own, beats, full));
  return { failures, figures };
}

/** 27 December: abrupt, with no beat before, in or after it. */
function judgeLastOutage(own: readonly Incident[], beats: readonly Incident[]): string[] {
  const failures: string[] = [];
  const full = own.find(
    (incident) => isOutage(incident) && Math.abs(incident.startSecond - lastOutage) <= toleranceSeconds,
  );
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
  own: readonly Incident[],
  beats: readonly Incident[],
  blackoutIncident: Incident | undefined,
): string[] {
  const failures: string[] = [];
  const drawn = losses.filter((loss) => loss.originAs === northKoreaAs);
  for (const incident of own) {
    if (incident === blackoutIncident || isBeat(incident) || !isOutage(incident)) continue;
    const first = drawn.find(({ startSecond }) => isAt(incident.startSecond, startSecond));
    const last = drawn.find(({ endSecond }) => isAt(incident.endSecond, endSecond));
    if (first === undefined) failures.push(`starts with no drawn loss: ${lineOf(incident)}`);
    if (last === undefined) failures.push(`ends with no drawn loss: ${lineOf(incident)}`);
    if (first?.cause !== 'beat' && first?.cause !== 'prelude') continue;
    if (incident.pages) failures.push(`a flap pages: ${lineOf(incident)}`);
    if (first.cause === 'beat' && !isPhase(incident, beats)) {
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
