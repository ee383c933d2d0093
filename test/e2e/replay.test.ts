/** `npm start` as the README promises it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { steadybeat } from './command.ts';

const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
const withoutSpaceAtEnds = (text: string): string => text.replace(/ +$/gm, '');

test('the replay of December 2014 tells what was put in and found, and draws the picture of the README', async () => {
  const { status, stdout, stderr } = await steadybeat([]);
  assert.equal(status, 0, stderr);

  const picture = readme.split('```').find((block) => block.includes('score S'));
  assert.ok(picture !== undefined, 'README has a picture');
  assert.ok(withoutSpaceAtEnds(stdout).includes(withoutSpaceAtEnds(picture).trim()), stdout);

  assert.match(stdout, /Reconstructed, drawn from seed \d+:/);
  assert.match(stdout, /BEAT-CONFIRMED from 2014-12-21/);
  const found = [...stdout.matchAll(/Put in: .* Found: (.*)/g)].map(([, what]) => what!);
  assert.equal(found.length, 4);
  for (const what of found) assert.match(what, /^2014-12-2\d/);
  assert.match(stdout, /On all other networks: nothing\./);
  assert.ok(!stdout.includes('\u001b'), 'piped, it is plain text');
});
