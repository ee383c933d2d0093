import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.ts';

test('a minute that is over is not waited for, the one that lasts is', async () => {
  let now = 60_000 * 10;
  const pace = new Pace(() => now);
  assert.equal(pace.until(8), undefined);
  assert.equal(pace.until(9), undefined);
  let isOver = false;
  const wait = pace.until(10)!.then(() => {
    isOver = true;
  });
  now += 59_999;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isOver, false);
  now += 1;
  await wait;
});

test('who is told to stop waits no longer', async () => {
  const pace = new Pace(() => 0);
  const wait = pace.until(1_000_000);
  pace.stop();
  await wait;
  await pace.until(1_000_001);
});
