import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { suite, test } from 'node:test';
import { steadybeat } from './command.ts';

const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['--frobnicate'], /--frobnicate/],
  [['--format', 'xml', 'x'], /--format xml/],
  [['--from', 'yesterday', 'x'], /--from: "yesterday"/],
  [['--from', '2014-12-22T16:15Z', '--until', '2014-12-22T16:15Z', 'x'], /--until/],
  [['--watch', 'AS131279,north', 'x'], /--watch: "north"/],
  [['--seed', '-1'], /--seed/],
  [['--seed=x'], /--seed: "x"/],
  [['--seed', '3', 'x'], /--seed is for the replay only/],
  [['--from', '2014-12-22'], /--from needs a FILE/],
  [['decode'], /decode needs a FILE/],
  [['decode', '--format', 'ndjson', 'x'], /--format is not for decode/],
  [['no/such/file.gz'], /there is no file no\/such\/file\.gz/],
  [['decode', 'no/such/file.gz'], /there is no file no\/such\/file\.gz/],
  [[tmpdir()], /is a folder/],
  [['--openmetrics', tmpdir()], /is a folder/],
  [['--scores', 'no/such/folder/x'], /there is no folder no\/such\/folder/],
  [['--seed-rib', 'no/such/rib', tmpdir()], /folder|no file/],
];

suite('arguments', { concurrency: 2 }, () => {
  for (const [args, message] of wrong) {
    test(`${args.join(' ')}: one line, status 2`, async () => {
      const { status, stdout, stderr } = await steadybeat(args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    });
  }

  test('--help names every option', async () => {
    const { status, stdout, stderr } = await steadybeat(['--help']);
    assert.equal(status, 0);
    assert.equal(stderr, '');
    for (const option of [
      '--format',
      '--scores',
      '--watch',
      '--from',
      '--until',
      '--seed-rib',
      '--data',
      '--seed',
    ]) {
      assert.ok(stdout.includes(option), option);
    }
  });

  test('--version', async () => {
    const { status, stdout } = await steadybeat(['--version']);
    assert.equal(status, 0);
    assert.match(stdout, /^steadybeat \d+\.\d+\.\d+\n$/);
  });
});
