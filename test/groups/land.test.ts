import { test } from 'node:test';
import { checkLand } from './check-land.ts';

for (const seed of [1, 2, 3])
  test(`groups by the seed ${seed}: what is promised of one is told, and nothing of those of which only a part goes`, () => {
    checkLand(seed);
  });
