import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSecond } from '../event-time.ts';
import { at, detect } from './scripted-scores.ts';

const score = (transitAs: number, prefixes: number) => ({
  transitAs,
  prefixes,
  origins: 120,
  thresholdOrigins: 50,
  samplePrefixes: ['192.0.2.0/24'],
});

test('a leak is one incident of the transit AS, closed after half an hour of quiet; a storm without one is none', () => {
  const anomalies = detect({
    from: at('2015-06-12T08:00'),
    until: at('2015-06-12T12:00'),
    ases: [],
    transits: [
      { second: at('2015-06-12T08:43'), score: score(4788, 400) },
      { second: at('2015-06-12T08:50'), score: score(0, 900) },
      { second: at('2015-06-12T09:10'), score: score(4788, 700) },
    ],
  });
  assert.deepEqual(
    anomalies.map((one) => [
      one.incidentId,
      one.subject,
      one.transition,
      one.kind,
      formatSecond(one.eventSecond),
    ]),
    [
      ['transit4788-leak-20150612T0843Z', 'transit:4788', 'opened', 'leakChurn', '2015-06-12T08:44:00Z'],
      ['transit4788-leak-20150612T0843Z', 'transit:4788', 'closed', 'leakChurn', '2015-06-12T09:41:00Z'],
    ],
  );
  assert.match(
    anomalies[1]!.summary,
    /up to 700 networks of 120 ASes a minute changed their path through AS4788/,
  );
});
