import assert from 'node:assert/strict';
import test from 'node:test';
import { BackOff } from './back-off.ts';

test('waits double up to a bound, each drawn from the upper half, and begin anew after a success', () => {
  const waits = (draw: number) => {
    const backOff = new BackOff(1000, 60_000, () => draw);
    return Array.from({ length: 8 }, () => backOff.next());
  };
  assert.deepEqual(waits(0), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.deepEqual(
    waits(0.5).map((wait) => wait / 1.5),
    waits(0),
  );
  const backOff = new BackOff(1000, 60_000, () => 0);
  backOff.next();
  backOff.next();
  backOff.reset();
  assert.equal(backOff.next(), 500);
});
