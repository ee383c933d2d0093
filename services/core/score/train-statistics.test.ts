import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '#scenario/random.ts';
import { burstiness, evenness, longestGap, rateRatio } from './train-statistics.ts';

test('a metronome has burstiness -1, chance about 0, one burst nearly 1', () => {
  const regular = Array.from({ length: 20 }, (_, i) => i * 600);
  assert.ok(Math.abs(burstiness(regular) + 1) < 1e-12);
  const random = new Random(1, 'gaps');
  let at = 0;
  assert.ok(Math.abs(burstiness(Array.from({ length: 5000 }, () => (at += random.exponential(600))))) < 0.05);
  assert.ok(burstiness([...Array.from({ length: 200 }, (_, i) => i), 1_000_000]) > 0.9);
  assert.equal(burstiness([1, 2, 3]), 0);
  assert.equal(burstiness([5, 5, 5, 5]), 0);
});

test('independent events have evenness about 1', () => {
  const random = new Random(2, 'bins');
  let sum = 0;
  for (let run = 0; run < 500; run++) {
    const occupied = new Set(Array.from({ length: 12 }, () => random.integer(0, 23)));
    sum += evenness(occupied.size, 24, 12);
  }
  assert.ok(Math.abs(sum / 500 - 1) < 0.02);
  assert.equal(evenness(0, 24, 0), 0);
});

test('gaps count from the edge of the window; rates are per time', () => {
  assert.equal(longestGap([100, 160], 0), 100);
  assert.equal(longestGap([10, 160], 0), 150);
  assert.equal(rateRatio([10, 20, 30, 40], 25, 2, 4), 2);
  assert.equal(rateRatio([30, 40], 25, 2, 4), 0);
});
