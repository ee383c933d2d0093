import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate } from '#scenario/generate.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';
import { detect } from '../scenario/detect.ts';
import { checkSeed, watched } from './nk-2014.ts';

for (const seed of [publishedSeed, 1])
  test(`December 2014, seed ${seed}: one incident of North Korea is the blackout`, (context) => {
    for (const { summary } of checkSeed(seed)) context.diagnostic(summary);
  });

test('muted, the same is found and marked, and nothing else changes', () => {
  const generated = generate(nk2014(), 1);
  const reason = 'known';
  const mutes = [{ subject: 'group:KP', fromSecond: 0, untilSecond: 2 ** 32, reason }];
  const said = detect(generated, watched).map((one) => ({ ...one, summary: '' }));
  const muted = detect(generate(nk2014(), 1), { ...watched, mutes });
  assert.deepEqual(
    muted.map(({ muted: mark, ...one }) => ({ ...one, summary: '' })),
    said,
  );
  for (const { subject, muted: mark } of muted)
    assert.equal(mark !== undefined, subject === 'group:KP' || subject === 'as:131279', subject);
});
