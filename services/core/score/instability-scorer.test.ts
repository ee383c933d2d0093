import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '#scenario/random.ts';
import type { AsMinutes, PrefixEvent } from '../contract/as-minutes.ts';
import type { AsScore, AsScores, Heartbeat, TransitScore } from '../contract/as-scores.ts';
import { StateReader, StateWriter } from '../state.ts';
import { InstabilityScorer } from './instability-scorer.ts';
import { minutesOf, prefixEvent, type Script } from './scripted-minutes.ts';

const from = 96 * 15 * 1000;
const second = (minute: number, offset = 0): number => (from + minute) * 60 + offset;

function run(records: readonly AsMinutes[], scorer = new InstabilityScorer()): AsScores[] {
  const outputs: AsScores[] = [];
  for (const record of records) scorer.apply(record, (output) => outputs.push(output));
  return outputs;
}

/** Thousands of outputs are compared far faster as text. */
const texts = (outputs: readonly AsScores[]): string[] => outputs.map((output) => JSON.stringify(output));

const scoresOf = (outputs: readonly AsScores[], originAs: number): (AsScore & { minute: number })[] =>
  outputs.flatMap(({ eventMinute, content }) =>
    content.case === 'score' && content.value.originAs === originAs
      ? [{ ...content.value, minute: eventMinute - from }]
      : [],
  );
const heartbeatsOf = (outputs: readonly AsScores[]): Heartbeat[] =>
  outputs.flatMap(({ content }) => (content.case === 'heartbeat' ? [content.value] : []));
const transitsOf = (outputs: readonly AsScores[]): TransitScore[] =>
  outputs.flatMap(({ content }) => (content.case === 'transit' ? [content.value] : []));

function snapshot(scorer: InstabilityScorer): Uint8Array {
  const writer = new StateWriter();
  scorer.save(writer);
  return writer.bytes();
}

/** Some ASes that flap, some that change paths, an origin change, a storm: whatever may come together. */
function mixedScript(seed: number): Script {
  const random = new Random(seed, 'mixed');
  const events: PrefixEvent[] = [];
  const ases = Array.from({ length: 60 }, (_, i) => 64_500 + i);
  const prefixesOf = (asn: number) =>
    Array.from({ length: 1 + (asn % 7) }, (_, i) =>
      i === 6
        ? `2001:${(asn % 512).toString(16)}::/32`
        : `${1 + ((asn * 3 + i) % 220)}.${asn % 250}.${i}.0/24`,
    );
  const minutes = 240;
  for (const originAs of ases) {
    const gap = random.lognormal(100, 1.5);
    for (let at = random.exponential(gap); at < minutes - 10; at += 1 + random.exponential(gap)) {
      const covered = random.chance(0.2);
      const prefixes = prefixesOf(originAs);
      const hit = random.chance(0.5) ? prefixes : random.sample(prefixes, 1);
      const away = random.lognormal(2, 0.8);
      for (const prefix of hit) {
        const eventSecond = second(0, Math.floor((at + random.unit() * 0.5) * 60));
        if (random.chance(0.4)) {
          events.push(
            prefixEvent({ kind: 'path', originAs, prefix, eventSecond, viaAses: [random.integer(1, 5)] }),
          );
          continue;
        }
        const upstreamAs = random.integer(0, 2);
        events.push(
          prefixEvent({ kind: 'down', originAs, prefix, eventSecond, covered, upstreamAs, viaAses: [7] }),
        );
        if (random.chance(0.1)) {
          const kind = covered ? 'uncovered' : 'covered';
          events.push(
            prefixEvent({ kind, originAs, prefix, eventSecond: eventSecond + 20, covered: !covered }),
          );
        }
        const kind = random.chance(0.05) ? 'origin' : 'up';
        const returnSecond = eventSecond + 30 + Math.floor(Math.min(away, 9) * 60);
        events.push(prefixEvent({ kind, originAs, prefix, eventSecond: returnSecond }));
      }
    }
  }
  for (const originAs of ases) {
    const prefix = prefixesOf(originAs)[0]!;
    events.push(
      prefixEvent({ kind: 'path', originAs, prefix, eventSecond: second(200, 5), viaAses: [9, 8] }),
    );
  }
  const expected = ases.map((originAs) => ({
    originAs,
    ipv4: Math.min(6, 1 + (originAs % 7)),
    ipv6: originAs % 7 === 6 ? 1 : 0,
  }));
  return { from, until: from + minutes, expected, events };
}

test('results do not depend on the number of block partitions, nor on which block is ahead', () => {
  const script = mixedScript(1);
  const one = run(minutesOf(script, 1));
  assert.ok(heartbeatsOf(one).some(({ storm, unstableOrigins }) => !storm && unstableOrigins > 5));
  assert.equal(transitsOf(one)[0]?.transitAs, 9);
  for (const partitions of [3, 7]) {
    const records = minutesOf(script, partitions);
    assert.deepEqual(texts(run(records)), texts(one), `${partitions} partitions`);
    const oneAhead = [
      ...records.filter((record) => record.block === 1),
      ...records.filter((record) => record.block !== 1),
    ];
    assert.deepEqual(texts(run(oneAhead)), texts(one), `${partitions} partitions, one ahead`);
  }
});

test('a snapshot changes no bit, and whoever restores it goes on with the same ones', () => {
  for (const seed of [3, 4]) {
    const random = new Random(seed, 'cuts');
    const records = minutesOf(mixedScript(seed), 3);
    const whole = new InstabilityScorer();
    const expected = run(records, whole);
    let scorer = new InstabilityScorer();
    const outputs: AsScores[] = [];
    for (const record of records) {
      scorer.apply(record, (output) => outputs.push(output));
      if (random.chance(0.05)) {
        const bytes = snapshot(scorer);
        if (random.chance(0.5)) continue;
        scorer = new InstabilityScorer();
        scorer.load(new StateReader(bytes));
      }
    }
    assert.deepEqual(texts(outputs), texts(expected), `seed ${seed}`);
    assert.deepEqual(snapshot(scorer), snapshot(whole), `seed ${seed}`);
  }
});

test('so does one who restores it after days: baselines, bursts, alarms, losses of before', () => {
  const random = new Random(8, 'days');
  const days = 4;
  const flapsOf = (asn: number, gap: number): PrefixEvent[] => {
    const events: PrefixEvent[] = [];
    for (let at = asn % 7; at < days * 1440 - 15; at += 1 + random.exponential(gap)) {
      const prefix = `10.${asn % 250}.${random.integer(0, 2)}.0/24`;
      const eventSecond = second(0, Math.floor(at * 60));
      events.push(prefixEvent({ kind: 'down', originAs: asn, prefix, eventSecond }));
      if (random.chance(0.05)) continue;
      const originAs = random.chance(0.05) ? asn + 1 : asn;
      events.push(
        prefixEvent({ kind: 'up', originAs, prefix, eventSecond: eventSecond + random.integer(10, 700) }),
      );
    }
    return events;
  };
  const ases = [4, 15, 60, 240, 600].map((gap, i) => ({ originAs: 64_500 + 10 * i, gap }));
  const events = ases.flatMap(({ originAs: asn, gap }) => flapsOf(asn, gap));
  const expected = ases.map(({ originAs: asn }) => ({ originAs: asn, ipv4: 3, ipv6: 0 }));
  const records = minutesOf({ from, until: from + days * 1440, expected, events }, 1);
  const whole = texts(run(records));
  let scorer = new InstabilityScorer();
  const outputs: AsScores[] = [];
  for (const record of records) {
    scorer.apply(record, (output) => outputs.push(output));
    if (!random.chance(0.005)) continue;
    const bytes = snapshot(scorer);
    scorer = new InstabilityScorer();
    scorer.load(new StateReader(bytes));
  }
  assert.deepEqual(texts(outputs), whole);
});

test('each minute ends with one heartbeat, also one that all blocks jump over', () => {
  const records = minutesOf(mixedScript(5), 2);
  const all = run(records);
  const quiet = ({ eventMinute, events }: AsMinutes) =>
    eventMinute - from >= 30 && eventMinute - from < 40 && events.length === 0;
  const jumped = run(records.filter((record) => !quiet(record)));
  assert.deepEqual(texts(jumped), texts(all));
  const minutes = all
    .filter(({ content }) => content.case === 'heartbeat')
    .map(({ eventMinute }) => eventMinute);
  assert.deepEqual(
    minutes,
    Array.from({ length: 240 }, (_, i) => from + i),
  );
  assert.equal(all.at(-1)?.content.case, 'heartbeat');
});

test('the scores of a minute stand in order of origin AS, before its heartbeat', () => {
  let previous = 0;
  for (const { content } of run(minutesOf(mixedScript(6), 3))) {
    if (content.case === 'score') {
      assert.ok(content.value.originAs > previous);
      previous = content.value.originAs;
    }
    if (content.case === 'heartbeat') previous = 0;
  }
});

test('a record out of order breaks the contract', () => {
  const records = minutesOf(mixedScript(7), 2);
  const scorer = new InstabilityScorer();
  const apply = (record: AsMinutes) => scorer.apply(record, () => {});
  apply(records[2]!);
  assert.throws(() => apply(records[0]!), RangeError);
  assert.throws(() => apply({ ...records[3]!, blockPartitions: 3 }), RangeError);
});

const originAs = 131_279;
const networks = [176, 177, 178, 179].map((octet) => `175.45.${octet}.0/24`);
const four = [{ originAs, ipv4: 4, ipv6: 0 }];

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
  const expected = [{ originAs, ipv4: 40, ipv6: 0 }];
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
    expectedBlocks: 0,
    viaAses: [1],
    upstreamAs: 1,
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
  const expected = [{ originAs: 12_654, ipv4: 9, ipv6: 9 }];
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
