import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import { minuteOf } from '../event-time.ts';
import { at, detect, type Loss, prefixesOf, type ScriptedAs } from './scripted-scores.ts';

const four = prefixesOf(4);

const one = (losses: readonly Loss[], as: Partial<ScriptedAs> = {}): Anomaly[] =>
  detect({
    from: at('2020-01-01T12:00'),
    until: at('2020-01-01T15:00'),
    ases: [{ originAs: 64500, ipv4: four, losses, ...as }],
  });

const summaries = (anomalies: readonly Anomaly[]): string[] => anomalies.map(({ summary }) => summary);

test('a prefix that peers have again, but too few for a return, is only partly back', () => {
  const lostBy = (minute: number) => (minute < minuteOf(at('2020-01-01T12:30')) ? 40 : 18);
  const from = at('2020-01-01T12:10');
  const anomalies = one([{ from, until: at('2020-01-01T13:00'), prefixes: four.slice(0, 1), lostBy }], {
    ipv4: four.slice(0, 1),
  });
  assert.deepEqual(summaries(anomalies), [
    'AS64500: its only network gone since 2020-01-01 12:10 UTC, lost by 40 of 40 peers',
    'AS64500: its only network gone since 2020-01-01 12:10 UTC and only partly back, lost by 18 of 40 peers',
    'AS64500 is back: its only network was gone for 50 min, from 2020-01-01 12:10 UTC to 2020-01-01 13:00 UTC',
  ]);
  assert.deepEqual(
    anomalies.map(({ evidence: { peersFor, livePeers } }) => [peersFor, livePeers]),
    [
      [40, 40],
      [18, 40],
      [40, 40],
    ],
  );
  assert.equal(anomalies[1]!.eventSecond, at('2020-01-01T12:36'));
});

test('of several networks some may be partly back; the weakest loss is what all are lost by', () => {
  const from = at('2020-01-01T12:10');
  const [opened] = one([
    { from, prefixes: four.slice(0, 3) },
    { from, prefixes: four.slice(3), lostBy: () => 20 },
  ]);
  assert.equal(
    opened!.summary,
    'AS64500: all 4 networks gone since 2020-01-01 12:10 UTC, 1 of them only partly back, lost by at least 20 of 40 peers',
  );
});

test('a return that did not last is left out of the time that it was gone', () => {
  const anomalies = one([
    { from: at('2020-01-01T12:10'), until: at('2020-01-01T12:15'), prefixes: four },
    { from: at('2020-01-01T12:17'), until: at('2020-01-01T12:19'), prefixes: four },
  ]);
  assert.match(
    summaries(anomalies).at(-1)!,
    /were gone for 7 min of 9 min, from 2020-01-01 12:10 UTC to 2020-01-01 12:19 UTC$/,
  );
});

test('an outage that was partial before it was full says so, and for how long it was full', () => {
  const anomalies = one([
    { from: at('2020-01-01T12:10'), until: at('2020-01-01T13:20'), prefixes: four.slice(0, 1) },
    { from: at('2020-01-01T12:30'), until: at('2020-01-01T13:00'), prefixes: four.slice(1) },
  ]);
  const [, full, partial, closed] = summaries(anomalies);
  assert.match(full!, /all 4 networks gone since 2020-01-01 12:30 UTC, in part since 2020-01-01 12:10 UTC/);
  assert.match(
    partial!,
    /1 of 4 networks gone since 2020-01-01 12:10 UTC, in full until 2020-01-01 13:00 UTC/,
  );
  assert.match(closed!, /all 4 networks were gone for 1 h 10 min, .* in full for 30 min/);
});

test('each family is said with its own peers', () => {
  const ipv6 = ['2001:db8::/48', '2001:db8:1::/48'];
  const from = at('2020-01-01T12:10');
  const anomalies = one(
    [
      { from, prefixes: four, lostBy: () => 39 },
      { from: from + 4, prefixes: ipv6, lostBy: () => 33 },
    ],
    { ipv6 },
  );
  assert.deepEqual(
    summaries(anomalies)
      .slice(0, 2)
      .map((text) => text.slice(text.indexOf('lost by'))),
    ['lost by at least 39 of 40 peers', 'lost by at least 33 of 40 peers'],
  );
});
