/**
 * Runs scenarios and says how they were judged.
 *   node test/scenario/main.ts NAME SEED        the story of one seed
 *   node test/scenario/main.ts --seeds 1-100 [NAME...]
 */
import { parseArgs } from 'node:util';
import { describe } from '#scenario/describe.ts';
import { generate } from '#scenario/generate.ts';
import { allScenarios } from './catalogue.ts';
import { detect } from './detect.ts';
import { incidentsOf, lineOf } from './incidents.ts';
import { judge } from './judge.ts';
import { runSeeds } from './run-seeds.ts';

const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string' } },
  allowPositionals: true,
});

if (values.seeds === undefined) tellStory(positionals[0]!, Number(positionals[1] ?? 1));
else {
  const [first, last] = values.seeds.split('-').map(Number);
  const names = positionals.length > 0 ? positionals : [...allScenarios.keys()];
  for (const name of names) {
    const { summary, failures } = runSeeds(scenarioNamed(name), { first: first!, last: last! }, console.log);
    console.log(summary.join('\n'));
    if (failures.length > 0) process.exitCode = 1;
  }
}

function tellStory(name: string, seed: number): void {
  const generated = generate(scenarioNamed(name), seed);
  const anomalies = detect(generated);
  const { failures, figures } = judge(generated, anomalies);
  console.log(describe(generated).join('\n'));
  console.log('Said:');
  for (const incident of incidentsOf(anomalies)) {
    console.log(`  ${lineOf(incident)}`);
    for (const { transition, summary } of incident.transitions) console.log(`    ${transition}: ${summary}`);
  }
  console.log(`Judged: ${failures.length === 0 ? 'as it must be' : failures.join('\n  ')}`);
  for (const [figure, value] of Object.entries(figures)) console.log(`  ${figure} ${value}`);
  if (failures.length > 0) process.exitCode = 1;
}

function scenarioNamed(name: string) {
  const scenario = allScenarios.get(name);
  if (scenario === undefined)
    throw new RangeError(`no scenario ${name}: ${[...allScenarios.keys()].join(', ')}`);
  return scenario;
}
