import { test } from 'node:test';
import { checkSeed } from './nk-2014.ts';

const seeds = 20;

test(`December 2014, ${seeds} seeds: one incident of North Korea is the blackout`, () => {
  for (let seed = 1; seed <= seeds; seed++) checkSeed(seed);
});
