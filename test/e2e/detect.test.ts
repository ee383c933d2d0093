import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { jsonLines, steadybeat } from './command.ts';
import { flappingAs, removeSmallWorld, type SmallWorld, writeSmallWorld } from './small-world.ts';

/** What people's scripts read, fixed from the first day. */
const fixedNames = [
  'incidentId',
  'transition',
  'kind',
  'originAs',
  'startTime',
  'eventTime',
  'severity',
  'summary',
  'prefixes',
  'linkedIncidentIds',
  'evidence',
];

suite('detection over files', { concurrency: 2 }, () => {
  let world: SmallWorld;
  before(() => {
    world = writeSmallWorld();
  });
  after(() => removeSmallWorld(world));

  test('text: incidents on standard output, a summary at the end', async () => {
    const { status, stdout } = await steadybeat(world.files);
    assert.equal(status, 0);
    assert.match(stdout, /opened\s+OUTAGE-FULL\s+AS131279/);
    assert.match(stdout, /26 files, 2 sources, 24 peers/);
    assert.match(stdout, /\d+ incidents: /);
    assert.ok(!stdout.includes('\x1b'), 'piped output has no colours');
  });

  test('ndjson: a line for each transition, and nothing else on standard output', async () => {
    const scoresFile = join(world.folder, 'scores.ndjson');
    const { status, stdout, stderr } = await steadybeat([
      '--format',
      'ndjson',
      '--scores',
      scoresFile,
      ...world.files,
    ]);
    assert.equal(status, 0, stderr);
    const lines = jsonLines(stdout);
    assert.ok(lines.length > 4);
    for (const line of lines) {
      for (const name of fixedNames) assert.ok(name in line, name);
      assert.match(String(line.transition), /(OPENED|UPDATED|CLOSED)$/);
      assert.match(String(line.kind), /^KIND_/);
      if (String(line.transition).endsWith('CLOSED')) {
        assert.match(String(line.closeReason), /(RECOVERED|EXPIRED|MERGED|RETRACTED)$/);
        assert.ok('endTime' in line);
      }
    }
    const blackout = lines.find(
      ({ kind, originAs, startTime, transition }) =>
        String(kind).endsWith('OUTAGE_FULL') &&
        originAs === flappingAs &&
        String(startTime).startsWith('2014-12-22T08:3') &&
        String(transition).endsWith('CLOSED'),
    );
    assert.match(String(blackout?.endTime), /^2014-12-22T09:3/);
    assert.match(stderr, /records of 26 files/);

    const scores = jsonLines(readFileSync(scoresFile, 'utf8'));
    assert.ok(
      scores.some(({ score }) => (score as { originAs: number } | undefined)?.originAs === flappingAs),
    );
    assert.ok(scores.every((line) => 'score' in line || 'transit' in line || 'heartbeat' in line));
  });

  test('--watch narrows what is reported', async () => {
    const { status, stdout } = await steadybeat(['--format', 'ndjson', '--watch', 'AS64999', ...world.files]);
    assert.equal(status, 0);
    assert.equal(stdout, '');
  });

  test('--from and --until bound event time; an earlier RIB is the table at the start', async () => {
    const bounds = ['--from', '2014-12-22T08:15Z', '--until', '2014-12-22T10:00Z'];
    const { status, stdout } = await steadybeat(['--format', 'ndjson', ...bounds, ...world.files]);
    assert.equal(status, 0);
    const lines = jsonLines(stdout);
    assert.ok(lines.length > 0);
    for (const { startTime } of lines) assert.ok(String(startTime) >= '2014-12-22T08:14', String(startTime));
    assert.ok(
      lines.some(({ originAs, kind }) => originAs === flappingAs && String(kind).endsWith('OUTAGE_FULL')),
    );
  });

  test('--seed-rib: a prefix-to-AS table says what to expect', async () => {
    const table = join(world.folder, 'ipasn.dat');
    const rows = Array.from({ length: 8 }, (_, i) => `175.45.${176 + i}.0/24\t${flappingAs}`);
    writeFileSync(table, `; pyasn\n${rows.join('\n')}\n`);
    const updates = world.files.filter((file) => file.includes('updates'));
    const { status, stdout } = await steadybeat(['--format', 'ndjson', '--seed-rib', table, ...updates]);
    assert.equal(status, 0);
    const outages = jsonLines(stdout).filter(({ kind }) => String(kind).includes('OUTAGE'));
    // Two of the eight that the table names are in the updates.
    assert.ok(outages.length > 0);
    for (const { kind, evidence } of outages) {
      assert.match(String(kind), /OUTAGE_PARTIAL$/);
      assert.equal((evidence as { expectedPrefixes: number }).expectedPrefixes, 8);
    }
  });

  test('--data: a finished log gives the same output again, and takes no other input', async () => {
    const args = ['--format', 'ndjson', '--data', join(world.folder, 'log'), ...world.files];
    const first = await steadybeat(args);
    const again = await steadybeat(args);
    assert.equal(first.status, 0, first.stderr);
    assert.ok(first.stdout.length > 0);
    assert.equal(again.stdout, first.stdout);
    const other = await steadybeat(args.slice(0, -1));
    assert.equal(other.status, 2);
    assert.match(other.stderr, /other files/);
  });

  test('a damaged file is told with its offset; the rest is used', async () => {
    const damaged = join(world.folder, 'rrc00', 'updates.20141222.2300.gz');
    const whole = readFileSync(world.files.find((file) => file.endsWith('.0100.gz'))!);
    writeFileSync(damaged, whole.subarray(0, whole.length >> 1));
    const { status, stdout, stderr } = await steadybeat([damaged]);
    assert.equal(status, 0);
    assert.match(stderr, /updates\.20141222\.2300\.gz: the file ends too early after \d+ decompressed bytes/);
    assert.match(stdout, /refused: .*1 fileTruncated/);
  });

  test('a file that is no MRT gives no records and says why, and the status is 1 where there is no other', async () => {
    const path = join(world.folder, 'notes.txt');
    writeFileSync(path, 'Nothing to see here.\n'.repeat(1000));
    const { status, stdout, stderr } = await steadybeat([path]);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /notes\.txt, offset 0: framing \(21000 bytes\): not an MRT file \(it looks like text\)/,
    );
    assert.match(stderr, /^steadybeat: nothing of the given files could be used$/m);
    assert.match(stdout, /^0 records of 1 file/m);
    const page = join(world.folder, 'page.mrt');
    writeFileSync(page, `<!DOCTYPE html><html>${'<p>Please log in</p>'.repeat(50)}</html>`);
    const decoded = await steadybeat(['decode', page]);
    assert.equal(decoded.status, 1);
    assert.match(decoded.stderr, /page\.mrt, offset 0: framing .*: not an MRT file \(it looks like HTML\)/);
    const both = await steadybeat([page, world.files[0]!]);
    assert.equal(both.status, 0, both.stderr);
  });
});
