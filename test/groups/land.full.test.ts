import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLand } from './check-land.ts';

const seeds = 30;
/** BEAT-WATCH of half of them (detection.md 5). */
const medianWatchSeconds = 4.5 * 3600;

test(`groups, ${seeds} seeds: what is promised of one is told, and nothing of those of which only a part goes`, (context) => {
  const told = Array.from({ length: seeds }, (_, i) => checkLand(i + 1));
  for (const what of ['outage', 'watch', 'confirmed'] as const) {
    const seconds = told.map((one) => one[what]).sort((a, b) => a - b);
    const [median, worst] = [seconds[seeds / 2]!, seconds.at(-1)!];
    context.diagnostic(`${what}: told after ${median} s in the median, ${worst} s at worst`);
    if (what === 'watch') assert.ok(median <= medianWatchSeconds);
  }
});
