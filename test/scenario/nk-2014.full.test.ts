import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nk2014 } from '#scenario/scenarios/nk-2014.ts';
import { nk2014Variants } from './catalogue.ts';
import { runSeeds } from './run-seeds.ts';

const seeds = 100;
const variantSeeds = 20;

for (const scenario of [nk2014(), ...nk2014Variants]) {
  const count = nk2014Variants.includes(scenario) ? variantSeeds : seeds;
  test(`${scenario.name}, ${count} seeds`, (context) => {
    const { failures, summary } = runSeeds(scenario, { first: 1, last: count }, (line) =>
      context.diagnostic(line),
    );
    for (const line of summary) context.diagnostic(line);
    assert.deepEqual(failures, []);
  });
}
