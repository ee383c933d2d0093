import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSecond } from '#core/event-time.ts';
import { witnesses } from './witnesses.ts';

const text = (said: Parameters<typeof witnesses>[0], isOver = false): string | undefined =>
  witnesses(said, isOver)
    ?.text.replace(/<h3>.*?<\/h3>|<[^>]+>/g, '')
    .trim();
const counts = { probeLogOdds: 6, targets: 5, replying: 0, probers: 2 };

test('what probes say, in words and counts', () => {
  const sinceSecond = parseSecond('2014-12-22T16:20Z')!;
  assert.equal(
    text({ verdict: 'confirmed', ...counts, sinceSecond }),
    'Probes confirm it: routes are gone, and nothing replies.\n0 of 5 hosts replied to 2 probers, since 22 Dec 16:20.',
  );
  assert.equal(
    text({ verdict: 'controlPlaneOnly', ...counts, replying: 1, targets: 1, probers: 1 }),
    'Routes are gone, and probes still get replies.\n1 of 1 host replied to 1 prober.',
  );
  assert.match(text({ verdict: 'dataPlaneOnly', ...counts })!, /^Routes are there, and nothing replies\./);
  assert.equal(
    text({ verdict: 'dataPlaneOnly', ...counts, replying: 4, sinceSecond }, true),
    'Routes were there, and nothing replied.\nWhen it ended 4 of 5 hosts replied to 2 probers.',
  );
});

test('one that is not probed now has no counts, and one that never was is not mentioned', () => {
  const none = { probeLogOdds: 0, targets: 0, replying: 0, probers: 0 };
  assert.equal(text({ verdict: 'probesAbsent', ...none }), 'It is not probed now: routes alone say it.');
  assert.equal(witnesses(undefined, false), undefined);
});
