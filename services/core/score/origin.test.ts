import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrefixEvent } from '../contract/as-minutes.ts';
import {
  expecting,
  from,
  heartbeatsOf,
  minutesOf,
  prefixEvent,
  run,
  scoresOf,
  second,
  transitsOf,
} from './scripted-minutes.ts';

const originAs = 131_279;
const networks = [176, 177, 178, 179].map((octet) => `175.45.${octet}.0/24`);
const four = [expecting(originAs, 4, 0)];

/** All networks go and come back. */
function flap(minute: number, minutesAway: number): PrefixEvent[] {
  return networks.flatMap((prefix, i) => [
    prefixEvent({
      kind: 'down',
      originAs,
      prefix,
      eventSecond: second(minute, i),
      upstreamAs: 4837,
      viaAses: [4837],
    }),
    prefixEvent({ kind: 'up', originAs, prefix, eventSecond: second(minute + minutesAway, i) }),
  ]);
}

test('a flap train makes the score rise; it is told every minute until it is below 0.25, and then once', () => {
  const events = Array.from({ length: 12 }, (_, i) => flap(20 * i, 2)).flat();
  const scores = scoresOf(run(minutesOf({ from, until: from + 720, expected: four, events }, 1)), originAs);
  const loud = scores.filter(({ minute }) => minute >= 100);
  const last = loud.at(-1)!;
  assert.ok(last.score < 0.25 && loud.slice(0, -1).every(({ score }) => score >= 0.25));
  assert.deepEqual(
    loud.map(({ minute }) => minute),
    Array.from({ length: last.minute - 99 }, (_, i) => 100 + i),
  );
  const { score, surprise, beat } = scores.find(({ minute }) => minute === 239)!;
  // 12 events, each merged with its return: A = 1 for all 240 minutes.
  assert.ok(Math.abs(score - (1 - 2 ** (-240 / 120))) < 1e-12);
  assert.ok(surprise > 20);
  assert.equal(beat.events, 12);
  assert.equal(beat.activeQuarters, 12);
  assert.equal(beat.spanMinutes, 220);
  assert.equal(beat.onsetSecond, second(0));
  assert.equal(beat.upstreamAs, 4837);
  assert.deepEqual(beat.prefixes, networks);
  assert.ok(beat.burstiness < -0.9);
});

test('the score does not fall while the AS is wholly out', () => {
  const train = Array.from({ length: 10 }, (_, i) => flap(20 * i, 2)).flat();
  const events = [...train, ...flap(200, 300)];
  const scores = scoresOf(run(minutesOf({ from, until: from + 600, expected: four, events }, 1)), originAs);
  const during = scores.filter(({ minute }) => minute >= 202 && minute < 500);
  assert.equal(during.length, 298);
  // It still rises for half an hour after the last crossing.
  const standing = during.filter(({ minute }) => minute >= 230);
  assert.equal(new Set(standing.map(({ score }) => score)).size, 1);
  assert.ok(standing[0]!.score > during[0]!.score);
  assert.ok(scores.find(({ minute }) => minute === 560)!.score < standing[0]!.score);
});

test('what is lost: covered or not, together or not, how much, by which way', () => {
  const down = (prefix: string, minute: number, more: Partial<PrefixEvent> = {}) =>
    prefixEvent({ kind: 'down', originAs, prefix, eventSecond: second(minute), ...more });
  const events = [
    down('10.0.0.0/22', 1, { viaAses: [1, 2], upstreamAs: 1 }),
    down('10.0.1.0/24', 1, { viaAses: [1], upstreamAs: 1 }),
    down('10.9.0.0/25', 5, { viaAses: [3, 1], upstreamAs: 1 }),
    down('11.0.0.0/24', 9, { viaAses: [4], upstreamAs: 4 }),
    down('12.0.0.0/24', 9, { covered: true }),
    down('13.0.0.0/24', 9, { expected: false }),
    prefixEvent({ kind: 'uncovered', originAs, prefix: '12.0.0.0/24', eventSecond: second(20) }),
    prefixEvent({ kind: 'covered', originAs, prefix: '11.0.0.0/24', eventSecond: second(21), covered: true }),
    prefixEvent({ kind: 'origin', originAs, prefix: '10.9.0.0/25', eventSecond: second(22), newOriginAs: 9 }),
    prefixEvent({ kind: 'up', originAs, prefix: '12.0.0.0/24', eventSecond: second(23) }),
  ];
  const expected = [expecting(originAs, 40, 0)];
  const scores = scoresOf(run(minutesOf({ from, until: from + 30, expected, events }, 1)), originAs);
  const at = (minute: number) => scores.find((score) => score.minute === minute)!.ipv4;
  assert.deepEqual(at(9), {
    expected: 40,
    visible: 36,
    lost: 4,
    covered: 1,
    wholeTable: true,
    firstLostSecond: second(1),
    lastLostSecond: second(9),
    lastReturnedSecond: 0,
    clusterSize: 3,
    clusterFirstSecond: second(1),
    lostPrefixes: ['10.0.0.0/22', '10.0.1.0/24', '10.9.0.0/25', '11.0.0.0/24'],
    // /22 with a /24 inside, half a /24 rounded up with the last /24.
    lostBlocks: 6,
    viaAses: [1],
    upstreamAs: 1,
    lostBy: Array.from({ length: 4 }, () => ({ peers: 38, livePeers: 40, peerAses: 34, livePeerAses: 36 })),
  });
  assert.deepEqual([at(20).lost, at(20).covered, at(20).lastLostSecond], [5, 0, second(20)]);
  assert.deepEqual([at(21).lost, at(21).covered, at(21).lastReturnedSecond], [4, 1, second(21)]);
  // The prefix that moved is not said to have returned.
  assert.deepEqual([at(22).lost, at(22).lastReturnedSecond], [3, second(21)]);
  assert.deepEqual([at(23).lost, at(23).covered, at(23).lastReturnedSecond], [2, 1, second(23)]);
});

test("a prefix that comes back as another AS's is no longer lost by the one that lost it", () => {
  const [prefix] = networks;
  const events = [
    prefixEvent({ kind: 'down', originAs, prefix: prefix!, eventSecond: second(1) }),
    prefixEvent({ kind: 'up', originAs: 9, prefix: prefix!, eventSecond: second(1, 30) }),
    prefixEvent({ kind: 'down', originAs, prefix: networks[1]!, eventSecond: second(1) }),
    prefixEvent({ kind: 'up', originAs: 9, prefix: networks[1]!, eventSecond: second(5) }),
  ];
  const scores = scoresOf(run(minutesOf({ from, until: from + 10, expected: four, events }, 1)), originAs);
  assert.deepEqual(
    scores.map(({ minute, ipv4 }) => [minute, ipv4.lostPrefixes, ipv4.lastReturnedSecond]),
    [
      [1, [networks[1]], 0],
      [5, [], 0],
    ],
  );
});

test('a prefix that keeps changing hands is the instability of both its origins, and an outage of neither', () => {
  const others = 64_500;
  const events = Array.from({ length: 12 }, (_, i) =>
    prefixEvent({
      kind: 'origin',
      originAs: i % 2 === 0 ? originAs : others,
      newOriginAs: i % 2 === 0 ? others : originAs,
      prefix: networks[0]!,
      eventSecond: second(20 * i),
    }),
  );
  const outputs = run(minutesOf({ from, until: from + 240, expected: four, events }, 1));
  for (const asn of [originAs, others]) {
    const scores = scoresOf(outputs, asn);
    assert.equal(scores.at(-1)?.beat.events, 12);
    assert.ok(scores.every(({ ipv4 }) => ipv4.lost === 0));
    assert.equal(
      scores.reduce((sum, { eventCount }) => sum + eventCount, 0),
      6,
    );
  }
});

test('what does not come back for 7 days is off the table', () => {
  const events = [prefixEvent({ kind: 'down', originAs, prefix: networks[0]!, eventSecond: second(30) })];
  const minutes = 8 * 1440;
  const outputs = run(minutesOf({ from, until: from + minutes, expected: four, events }, 1));
  const [lost, writtenOff, ...others] = scoresOf(outputs, originAs);
  assert.deepEqual(others, []);
  assert.equal(lost?.ipv4.visible, 3);
  assert.deepEqual([writtenOff?.minute, writtenOff?.ipv4.visible], [7 * 1440 + 60, 4]);
});

test('a burst is unusual for a quiet AS and usual for one that does nothing else', () => {
  const flaps = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => flap(first + 5 * i, 1)).flat();
  const quiet = scoresOf(
    run(minutesOf({ from, until: from + 60, expected: four, events: flaps(10, 6) }, 1)),
    originAs,
  );
  const { burst } = quiet.find(({ minute }) => minute === 35)!;
  assert.ok(burst.z >= 6 && burst.events >= 3, `z ${burst.z}, ${burst.events} events`);
  const busy = scoresOf(
    run(minutesOf({ from, until: from + 2 * 1440, expected: four, events: flaps(0, 570) }, 1)),
    originAs,
  );
  assert.ok(busy.at(-1)!.burst.z < burst.z - 1, `z ${busy.at(-1)!.burst.z} after two days`);
});

test("beacons are nobody's instability", () => {
  const down = (originAs: number, prefix: string) =>
    prefixEvent({ kind: 'down', originAs, prefix, eventSecond: second(3) });
  const experiments = [
    down(12_654, '84.205.64.0/24'),
    down(12_654, '195.80.230.0/24'),
    down(64_500, '93.175.159.0/24'),
    down(12_654, '2001:7fb:fe00::/48'),
    down(3130, '198.133.206.0/24'),
  ];
  const others = [down(64_501, '93.175.160.0/24'), down(64_502, '198.133.206.0/24')];
  const expected = [expecting(12_654, 9, 9)];
  const outputs = run(
    minutesOf({ from, until: from + 10, expected, events: [...experiments, ...others] }, 1),
  );
  const scored = outputs.flatMap(({ content }) => (content.case === 'score' ? [content.value.originAs] : []));
  assert.deepEqual(scored, [64_501, 64_502]);
  assert.equal(heartbeatsOf(outputs)[3]?.activeOrigins, 2);
});

/** One path change of each of so many origins. */
function pathChanges(minute: number, origins: number, viaAses: (i: number) => number[]): PrefixEvent[] {
  return Array.from({ length: origins }, (_, i) =>
    prefixEvent({
      kind: 'path',
      originAs: 50_000 + i,
      prefix: `20.${i >> 8}.${i & 255}.0/24`,
      eventSecond: second(minute, 10),
      viaAses: viaAses(i),
    }),
  );
}

test("path changes of many origins at once are one event of the AS they share, and nobody else's", () => {
  const events = pathChanges(5, 100, (i) => (i < 75 ? [200 + i, 396_531, 701] : [701]));
  const outputs = run(minutesOf({ from, until: from + 20, expected: [], events }, 3));
  assert.deepEqual(
    outputs.filter(({ content }) => content.case === 'score'),
    [],
  );
  const [transit, ...others] = transitsOf(outputs);
  assert.deepEqual(others, []);
  assert.equal(transit?.transitAs, 701);
  assert.deepEqual([transit?.origins, transit?.prefixes, transit?.thresholdOrigins], [100, 100, 50]);
  assert.equal(transit?.samplePrefixes.length, 16);
  const storms = heartbeatsOf(outputs).map(({ storm }) => storm);
  assert.deepEqual(
    storms,
    storms.map((_, minute) => minute >= 5 && minute <= 15),
  );
  assert.equal(heartbeatsOf(outputs)[5]?.activeOrigins, 100);
});

test('a storm without a shared AS blames nobody for path changes, and still counts losses', () => {
  const events = [...pathChanges(5, 60, (i) => [200 + i]), ...flap(5, 1)];
  const outputs = run(minutesOf({ from, until: from + 10, expected: four, events }, 1));
  assert.equal(transitsOf(outputs)[0]?.transitAs, 0);
  assert.equal(scoresOf(outputs, originAs)[0]?.beat.events, 1);
});

test('what is many origins at once is learned from the last 24 hours', () => {
  const busy = Array.from({ length: 300 }, (_, minute) =>
    pathChanges(minute, 40 + 5 * (minute % 5), () => []),
  );
  const outputs = run(minutesOf({ from, until: from + 300, expected: [], events: busy.flat() }, 1));
  // 50 and 55 and 60 origins a minute are many only until this turns out to be how it always is.
  const late = outputs.filter(
    ({ eventMinute, content }) => eventMinute - from > 20 && content.case === 'transit',
  );
  assert.deepEqual(late, []);
});
