import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile } from 'simple-statistics';
import { Random } from '#scenario/random.ts';
import type { Beat } from '../contract/as-scores.ts';
import { BeatTrain, windowQuarters } from './beat-train.ts';
import { tailSurprise } from './binomial-tail.ts';

const windowMinutes = 360;
const runs = 200;
const onePrefix = { ipv4: 1, ipv6: 0 };
const down = (minute: number) => ({
  second: Math.floor(minute * 60),
  prefix: '192.0.2.0/24',
  upstreamAs: 64500,
});

/** Minutes of the events of a 6 h window. */
type Train = (random: Random) => number[];

const poisson =
  (gap: number): Train =>
  (random) => {
    const minutes: number[] = [];
    for (let at = random.exponential(gap); at < windowMinutes; at += random.exponential(gap))
      minutes.push(at);
    return minutes;
  };

/** The jitter of each gap adds up. */
const regular =
  (gap: number): Train =>
  (random) => {
    const minutes: number[] = [];
    for (let at = random.unit() * gap; at < windowMinutes; at += random.lognormal(gap, 0.2)) minutes.push(at);
    return minutes;
  };

const burst =
  (flaps: number, during: number): Train =>
  (random) => {
    const start = random.unit() * (windowMinutes - during);
    return Array.from({ length: flaps }, () => start + random.unit() * during).sort((a, b) => a - b);
  };

/** The window ends with a quarter-hour, so it is 6 h long. */
const firstMinute = 96 * 15 * 1000;

function beatOf(minutes: readonly number[]): Omit<Beat, 'heardPrefixes' | 'wide'> {
  const train = new BeatTrain();
  for (const minute of minutes) train.add(down(firstMinute + minute), onePrefix);
  return train.describe(firstMinute + windowMinutes - 1, []);
}

function medians(train: Train): { n: number; K: number; h: number; G: number; E: number; B: number } {
  const beats = Array.from({ length: runs }, (_, seed) => beatOf(train(new Random(seed, 'train'))));
  const median = (value: (beat: Omit<Beat, 'heardPrefixes' | 'wide'>) => number) =>
    quantile(beats.map(value), 0.5);
  return {
    n: median((beat) => beat.events),
    K: median((beat) => beat.activeQuarters),
    h: median((beat) => beat.activeHours),
    G: median((beat) => beat.longestGapMinutes),
    E: median((beat) => beat.evenness),
    B: median((beat) => beat.burstiness),
  };
}

// detection.md 4.2: the median, and where it gives them the 5th and 95th percentile.
const table: readonly { name: string; train: Train; within: Record<string, [number, number]> }[] = [
  {
    name: 'at random, mean gap 15',
    train: poisson(15),
    within: { n: [17, 20], K: [11, 18], h: [5, 6], G: [35, 88], E: [1.06, 1.26], B: [-0.39, 0.03] },
  },
  {
    name: 'at random, mean gap 30',
    train: poisson(30),
    within: { n: [9, 11], K: [6, 13], h: [4, 6], G: [52, 154], E: [0.99, 1.19], B: [-0.41, 0.18] },
  },
  {
    name: 'regular, gap 15',
    train: regular(15),
    within: { n: [23, 24], K: [20, 24], h: [6, 6], G: [17, 25], E: [1.3, 1.5], B: [-0.8, -0.6] },
  },
  {
    name: 'regular, gap 30',
    train: regular(30),
    within: { n: [11, 12], K: [11, 12], h: [6, 6], G: [33, 45], E: [1.15, 1.35], B: [-0.85, -0.6] },
  },
  {
    name: 'burst, 20 flaps in 30 minutes',
    train: burst(20, 30),
    within: { n: [3, 4], K: [2, 3], h: [1, 2], G: [178, 321], E: [0.5, 0.9], B: [-0.92, 0.12] },
  },
  {
    name: 'burst, 40 flaps in 120 minutes',
    train: burst(40, 120),
    within: { n: [10, 13], K: [6, 9], h: [2, 3], G: [131, 239], E: [0.7, 1], B: [-0.6, -0.2] },
  },
];

for (const { name, train, within } of table) {
  test(`what a train looks like: ${name}`, () => {
    const found: Record<string, number> = medians(train);
    for (const [quantity, [low, high]] of Object.entries(within)) {
      const value = found[quantity]!;
      assert.ok(value >= low && value <= high, `${quantity} ${value}, expected ${low} to ${high}`);
    }
  });
}

interface Alarms {
  watch: boolean;
  confirmed: boolean;
}

/** Runs a train of several days minute by minute and asks the rules of 4.4, with a baseline of p0 = 0.002. */
function alarms(minutes: readonly number[], days: number): Alarms {
  const train = new BeatTrain();
  const found = { watch: false, confirmed: false };
  let next = 0;
  for (let minute = 0; minute < days * 1440; minute++) {
    if (minute % 15 === 0) train.beginQuarter((firstMinute + minute) / 15);
    for (; next < minutes.length && minutes[next]! < minute + 1; next++) {
      train.add(down(firstMinute + minutes[next]!), onePrefix);
    }
    train.closeMinute(firstMinute + minute, false, onePrefix);
    if (train.score.value < 0.5) continue;
    const { events, activeQuarters, activeHours, spanMinutes } = train.describe(firstMinute + minute, []);
    const surprise = tailSurprise(windowQuarters, activeQuarters, 0.002);
    found.watch ||= events >= 6 && activeHours >= 3 && spanMinutes >= 120 && surprise >= 7;
    found.confirmed ||= events >= 10 && activeHours >= 5 && spanMinutes >= 240 && surprise >= 9;
  }
  return found;
}

test('a steady train is a beat: at random every 20 minutes, and regular every 3, 10 and 30', () => {
  for (const [seed, gap] of [1, 2, 3, 4, 5].map((seed) => [seed, 20] as const)) {
    const random = new Random(seed, 'beat');
    const minutes: number[] = [];
    for (let at = 0; at < 1440; at += random.exponential(gap)) minutes.push(at);
    assert.deepEqual(alarms(minutes, 1), { watch: true, confirmed: true }, `seed ${seed}`);
  }
  for (const gap of [3, 10, 30]) {
    const minutes = Array.from({ length: 1440 / gap }, (_, i) => i * gap);
    assert.deepEqual(alarms(minutes, 1), { watch: true, confirmed: true }, `every ${gap} minutes`);
  }
});

test('a burst, a daily shutdown and a beacon are no beat', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed, 'burst');
    for (const [flaps, during] of [
      [20, 30],
      [40, 120],
    ] as const) {
      const minutes = burst(flaps, during)(random);
      assert.deepEqual(alarms(minutes, 1), { watch: false, confirmed: false }, `seed ${seed}`);
    }
  }
  const shutdown = [0, 1, 2, 3].flatMap((day) => [day * 1440 + 60, day * 1440 + 335]);
  assert.deepEqual(alarms(shutdown, 4), { watch: false, confirmed: false });
  const beacon = Array.from({ length: 24 }, (_, i) => i * 120);
  assert.deepEqual(alarms(beacon, 2), { watch: false, confirmed: false });
});

test('the onset is the first beat event of those that made the score rise', () => {
  const train = new BeatTrain();
  const onsets: number[] = [];
  const events = [0, 20, 40, 60, 80, 100, 120, 1200, 1220];
  for (let minute = 0; minute < 1300; minute++) {
    if (minute % 15 === 0) train.beginQuarter((firstMinute + minute) / 15);
    if (events.includes(minute)) {
      train.add(down(firstMinute + minute), onePrefix);
      onsets.push(train.describe(firstMinute + minute, []).onsetSecond / 60 - firstMinute);
    }
    train.closeMinute(firstMinute + minute, false, onePrefix);
  }
  assert.deepEqual(onsets, [0, 0, 0, 0, 0, 0, 0, 1200, 1200]);
});
