import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '#scenario/random.ts';
import { periodMinutes, Rhythm } from './rhythm.ts';

const midnight = 1_200_000_000 - (1_200_000_000 % 86_400);

function resultants(minutes: readonly number[]): Record<number, number> {
  const rhythm = new Rhythm();
  for (const minute of minutes) rhythm.add(midnight + Math.floor(minute * 60));
  return Object.fromEntries(rhythm.resultants().map((value, i) => [periodMinutes[i], value]));
}

test('a shutdown every night has the period of a day and no shorter one that fits it badly', () => {
  const found = resultants([0, 1, 2, 3, 4].map((day) => day * 1440 + 65));
  assert.ok(found[1440]! > 0.9999);
  const twice = resultants([0, 1, 2, 3, 4].flatMap((day) => [day * 1440, day * 1440 + 275]));
  assert.ok(twice[1440]! < 0.9 && twice[1440]! > 0.7);
});

test('R is the length of the mean phase, old events counting less', () => {
  // Two opposite phases of 60 minutes; the older one is 30 minutes old, with a half-life of 8 hours.
  const older = 2 ** (-30 / 480);
  const found = resultants([0, 30]);
  assert.ok(Math.abs(found[60]! - (1 - older) / (1 + older)) < 1e-12);
  assert.ok(found[30]! > 1 - 1e-12);
});

test('events at random have no period', () => {
  const random = new Random(1, 'rhythm');
  const minutes: number[] = [];
  for (let at = 0; at < 20 * 1440; at += random.exponential(5)) minutes.push(at);
  for (const [period, value] of Object.entries(resultants(minutes))) {
    assert.ok(value < 0.25, `${period} minutes: ${value}`);
  }
});
