import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { readWatchFile } from '#runtime/watch-file/watch-file.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014 } from '#scenario/scenarios/nk-2014.ts';
import { scenarioFiles } from '../../services/main-job/replay/replay-files.ts';
import { steadybeat } from '../e2e/command.ts';
import { flappingAs, removeSmallWorld, writeSmallWorld } from '../e2e/small-world.ts';

const dataFolder = process.env.STEADYBEAT_DATA;
const skip = dataFolder === undefined && 'STEADYBEAT_DATA is not set';
const mapping = (name: string) => path.join(dataFolder ?? '', 'mapping', name);
const delegatedFile = 'ashi009_bestroutetb__delegated-apnic-latest.2014-10.gz';

function folder(t: TestContext): (name: string) => string {
  const made = mkdtempSync(path.join(tmpdir(), 'steadybeat-groups-'));
  t.after(() => rmSync(made, { recursive: true }));
  return (name) => path.join(made, name);
}

/** The table of the reconstruction, as bytes of MRT. */
async function tableOf2014(file: string): Promise<void> {
  const chunks: Uint8Array[] = [];
  const [first] = scenarioFiles(generate(nk2014(), 1));
  for await (const event of first!.open()) if (event.case === 'chunk') chunks.push(event.bytes.slice());
  writeFileSync(file, Buffer.concat(chunks));
}

test('North Korea from the registry and the table of December 2014', { skip }, async (t) => {
  const at = folder(t);
  await tableOf2014(at('table.mrt'));
  writeFileSync(at('names.txt'), '131279 STAR-KP Ryugyong-dong, KP\n');
  const args = [
    'generate',
    '--country',
    'KP',
    '--seed-rib',
    at('table.mrt'),
    '--delegated',
    mapping(delegatedFile),
  ];
  const made = await steadybeat([...args, '--as-names', at('names.txt'), '--watch-file', at('watch.json')]);
  assert.equal(made.status, 0, made.stderr);
  assert.match(
    made.stdout,
    /KP: 1 AS with 4 \/24 and 0 \/48 in table\.mrt, given to KP by .*; 1 group in all/,
  );
  const { groups } = readWatchFile(at('watch.json'));
  assert.deepEqual(groups, [
    { name: 'KP', title: 'North Korea', ases: [{ asn: 131_279, slash24s: 4, slash48s: 0 }], prefixes: [] },
  ]);
  assert.match(readFileSync(at('watch.json'), 'utf8'), /"name": "STAR-KP Ryugyong-dong"/);
});

const table = [
  '192.0.2.0/24\t64500',
  '198.51.100.0/24\t64500',
  '198.51.0.0/16\t64500',
  '203.0.113.0/24\t64501',
  '203.0.112.0/23\t64502',
  '10.0.0.0/25\t64500',
].join('\n');

const delegated = [
  '2|test|20141009|4|19850701|20141008|+0000',
  'test|XA|asn|64500|1|20091221|allocated|a',
  'test|XA|asn|64777|1|20091221|assigned|a',
  'test|XA|asn|64501|1|20091221|reserved|a',
  'test|XA|ipv4|203.0.112.0|256|20091221|allocated|a',
  'test|XA|ipv4|203.0.113.0|256|20091221|assigned|b',
  'test|XB|ipv4|192.0.2.0|256|20091221|allocated|c',
].join('\n');

test('a country: its ASes by what they announce, others in its addresses; the rest of the file stays', async (t) => {
  const at = folder(t);
  writeFileSync(at('table.dat'), table);
  writeFileSync(at('delegated'), delegated);
  const mute = { subject: 'as:7', from: '2024-03-01', until: '2024-03-02', reason: 'works' };
  writeFileSync(
    at('watch.json'),
    JSON.stringify({ groups: [{ name: 'XA', prefixes: ['9.9.9.0/24'] }], mutes: [mute] }),
  );
  const of = ['--seed-rib', at('table.dat'), '--watch-file', at('watch.json')];
  const country = await steadybeat(['generate', '--country', 'XA', '--delegated', at('delegated'), ...of]);
  assert.equal(country.status, 0, country.stderr);
  assert.match(
    country.stdout,
    /and 1 network announced by others in table\.dat, .*; 1 AS announces nothing; 1 group/,
  );
  const ases = await steadybeat(['generate', '--as', 'AS64501,64502', '--name', 'two', ...of]);
  assert.equal(ases.status, 0, ases.stderr);
  const { groups, mutes } = readWatchFile(at('watch.json'));
  const [xa, two] = groups;
  // What an AS announces twice weighs once; /25 is no network.
  assert.deepEqual(xa!.ases, [{ asn: 64_500, slash24s: 257, slash48s: 0 }]);
  assert.deepEqual(xa!.prefixes, ['203.0.112.0/23']);
  assert.deepEqual(
    two!.ases.map(({ asn, slash24s }) => [asn, slash24s]),
    [
      [64_501, 1],
      [64_502, 2],
    ],
  );
  assert.equal(mutes.length, 1);
});

test('the table may be what a log has heard, withdrawn or not', async (t) => {
  const at = folder(t);
  const world = writeSmallWorld();
  t.after(() => removeSmallWorld(world));
  assert.equal((await steadybeat(['--data', at('log'), ...world.files])).status, 0);
  const to = ['--watch-file', at('watch.json')];
  const ases = await steadybeat(['generate', '--as', String(flappingAs), '--data', at('log'), ...to]);
  assert.equal(ases.status, 0, ases.stderr);
  assert.match(ases.stdout, /in the updates of the log in .*; 1 group in all/);
  const { groups } = readWatchFile(at('watch.json'));
  assert.deepEqual(groups[0]!.ases, [{ asn: flappingAs, slash24s: 2, slash48s: 0 }]);
  const nowhere = await steadybeat(['generate', '--as', '7', '--data', at('none'), ...to]);
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /there is no log in .*none: generate takes the table of --seed-rib FILE, or/);
});

test('what is wrong is said, and nothing is written', async (t) => {
  const at = folder(t);
  writeFileSync(at('table.dat'), table);
  writeFileSync(at('watch.json'), '{"groups":[{"name":"a b"}],"mute":[]}');
  const of = ['--seed-rib', at('table.dat'), '--watch-file', at('watch.json')];
  const wrong = await steadybeat(['generate', '--as', '64500', ...of]);
  assert.equal(wrong.status, 1);
  assert.equal(wrong.stderr.trimEnd().split('\n').length, 4, wrong.stderr);
  assert.equal(readFileSync(at('watch.json'), 'utf8'), '{"groups":[{"name":"a b"}],"mute":[]}');
  const none = await steadybeat([
    'generate',
    '--as',
    '7',
    '--seed-rib',
    at('table.dat'),
    '--watch-file',
    at('new.json'),
  ]);
  assert.deepEqual([none.status, /nothing of AS7 is announced/.test(none.stderr)], [1, true]);
  const replay = await steadybeat(['--watch-file', at('watch.json')]);
  assert.equal(replay.status, 2);
  assert.match(replay.stderr, /has a field "mute"[\s\S]*has neither ases nor prefixes/);
});
