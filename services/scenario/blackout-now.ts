import { type EventSecond, minuteOf } from '#core/event-time.ts';
import { type GeneratedScenario, generate } from './generate.ts';
import { nk2014, northKoreaAs } from './scenarios/nk-2014.ts';
import { shifted } from './shifted.ts';

/**
 * The blackout began so long before now: after an hour it is told as one and wakes people, before that it might be one more
 * flap of the beat. It has just become that, and it lasts eight more hours.
 */
const sinceMinutes = 70;

/** December 2014 with `nowSecond` in its blackout: what was before lies in the past, the rest in the future. */
export function blackoutNow(nowSecond: EventSecond, seed: number): GeneratedScenario {
  const generated = generate(nk2014(), seed);
  const { startSecond } = generated.losses.find(
    ({ originAs, cause }) => originAs === northKoreaAs && cause === 'blackout',
  )!;
  const minutes = minuteOf(nowSecond) - sinceMinutes - minuteOf(startSecond);
  return shifted(generated, minutes, startSecond);
}
