import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenarios } from '#scenario/scenarios/catalogue.ts';
import { runSeeds } from './run-seeds.ts';

const seeds = 100;

for (const scenario of scenarios.values()) {
  if (scenario.name === 'nk-2014' || scenario.probes !== undefined) continue;
  test(`${scenario.name}, ${seeds} seeds: ${scenario.verdict.source}`, (context) => {
    const { failures, summary } = runSeeds(scenario, { first: 1, last: seeds }, (line) =>
      context.diagnostic(line),
    );
    for (const line of summary) context.diagnostic(line);
    assert.deepEqual(failures, []);
  });
}
