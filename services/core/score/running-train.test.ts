import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expecting, from, minutesOf, prefixEvent, run, scoresOf, second } from './scripted-minutes.ts';

const originAs = 64_500;
const prefix = '10.0.0.0/24';

/** One prefix that flaps every 15 minutes for 8 hours; after so many minutes 20 more prefixes of the AS are named. */
function scoresWhereOthersAreNamed(afterMinutes: number) {
  const events = Array.from({ length: 32 }, (_, i) => [
    prefixEvent({ kind: 'down', originAs, prefix, eventSecond: second(15 * i) }),
    prefixEvent({ kind: 'up', originAs, prefix, eventSecond: second(15 * i + 1) }),
  ]).flat();
  const script = { from, until: from + 480, expected: [expecting(originAs, 1, 0)], events };
  const records = minutesOf(script, 1).map((record) =>
    record.eventMinute === from + afterMinutes
      ? { ...record, expected: [expecting(originAs, 20, 0)] }
      : record,
  );
  return scoresOf(run(records), originAs);
}

test('a beat in force goes on while its prefixes flap, whatever else of the AS is named meanwhile', () => {
  const scores = scoresWhereOthersAreNamed(180);
  const before = scores.findLast(({ minute }) => minute < 180)!;
  assert.deepEqual([before.beat.heardPrefixes, before.beat.wide, before.score > 0.5], [1, true, true]);
  const last = scores.at(-1)!;
  assert.ok(last.score > 0.8, `score ${last.score}`);
  assert.deepEqual([last.beat.prefixCount, last.beat.heardPrefixes, last.beat.wide], [1, 21, false]);
  assert.equal(last.beat.events, 24);
});

test('before it is in force, a beat of one prefix is none of an AS with many', () => {
  const scores = scoresWhereOthersAreNamed(60);
  assert.ok(scores.every(({ score }) => score < 0.5));
  assert.equal(scores.at(-1)!.beat.events, 0);
});

test('how many peers lack a prefix that stays down is news of the AS, and no event', () => {
  const events = [
    prefixEvent({ kind: 'down', originAs, prefix, eventSecond: second(10), peers: 34 }),
    prefixEvent({ kind: 'recount', originAs, prefix, eventSecond: second(12, 59), peers: 18 }),
    prefixEvent({ kind: 'recount', originAs, prefix, eventSecond: second(13, 59), peers: 18 }),
    prefixEvent({ kind: 'recount', originAs, prefix: '10.0.1.0/24', eventSecond: second(14, 59), peers: 9 }),
  ];
  const script = { from, until: from + 20, expected: [expecting(originAs, 4, 0)], events };
  const scores = scoresOf(run(minutesOf(script, 1)), originAs);
  assert.deepEqual(
    scores.map(({ minute, ipv4, eventCount, beat }) => [
      minute,
      ipv4.lostBy[0]!.peers,
      eventCount,
      beat.events,
    ]),
    [
      [10, 34, 1, 1],
      [12, 18, 0, 1],
    ],
  );
});
