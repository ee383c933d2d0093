import { test } from 'node:test';
import { killAndCompare, undisturbedTopics } from './killing.ts';

const seeds = 20;
const killsPerSeed = 6;

test(`kill -9 changes no byte, ${seeds} seeds of ${killsPerSeed} kills`, async (t) => {
  const expected = await undisturbedTopics();
  for (let seed = 100; seed < 100 + seeds; seed++)
    await t.test(`seed ${seed}`, () => killAndCompare(seed, killsPerSeed, expected));
});
