import { type EventSecond, parseSecond } from '#core/event-time.ts';
import type { Random } from './random.ts';
import type { Minutes, When } from './scenario.ts';

export function secondOf(text: string): EventSecond {
  const second = parseSecond(text);
  if (second === undefined) throw new RangeError(`${text} is not a time`);
  return second;
}

export function drawSecond(when: When, random: Random): EventSecond {
  if (typeof when === 'string') return secondOf(when);
  return random.integer(secondOf(when[0]), secondOf(when[1]));
}

export function drawSeconds(minutes: Minutes, random: Random): number {
  return typeof minutes === 'number' ? minutes * 60 : random.integer(minutes[0] * 60, minutes[1] * 60);
}
