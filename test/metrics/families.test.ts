/** All series of all processes: by the conventions, and in the guide. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { processTexts } from './process-texts.ts';
import { noPrometheus, promtool, run } from './prometheus-tools.ts';

/** What the code registers, wherever it does. */
const registered = new Set(
  globSync('services/**/*.ts', { exclude: ['**/*.test.ts'] }).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/['"`](steadybeat_\w+)['"`]/g)].map(([, name]) => name!),
  ),
);

interface Told {
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Those of our families that have a series: of others Prometheus' lint says nothing. */
async function toldFamilies(t: TestContext): Promise<ReadonlyMap<string, Told>> {
  const families = new Map<string, Told>();
  for (const text of Object.values(await processTexts(t)))
    for (const block of text.split(/^(?=# HELP )/m)) {
      const match = /^# HELP (steadybeat_\w+) (.*)\n# TYPE \w+ (\w+)\n\w+(?:\{(.*)\})? /.exec(block);
      if (match === null) continue;
      const [, name, help, type, labels = ''] = match;
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!);
      families.set(name!, { type: type!, help: help!, labels: names.filter((label) => label !== 'le') });
    }
  return families;
}

test('every family that the code registers has a series in what the processes of these tests tell', async (t) => {
  assert.ok(registered.size > 40, `${registered.size} families`);
  const told = await toldFamilies(t);
  assert.deepEqual([...told.keys()].sort(), [...registered].sort());
});

test('all of them pass the lint of Prometheus', { skip: noPrometheus }, async (t) => {
  for (const [instance, text] of Object.entries(await processTexts(t)))
    assert.deepEqual(run(promtool, ['check', 'metrics'], text), { status: 0, output: '' }, instance);
});

test('the guide says of each what it is', async (t) => {
  const guide = readFileSync('deploy/README.md', 'utf8');
  const rows = [...(await toldFamilies(t))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { type, labels, help }]) => `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`);
  const [, listed = ''] = /\n\| series \|.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(guide) ?? [];
  assert.equal(listed, `${rows.join('\n')}\n`);
});
