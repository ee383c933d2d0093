import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '#scenario/random.ts';
import type { AsMinutes, PrefixEvent } from '../contract/as-minutes.ts';
import type { AsScores } from '../contract/as-scores.ts';
import { StateReader, StateWriter } from '../state.ts';
import { InstabilityScorer } from './instability-scorer.ts';
import {
  expecting,
  from,
  heartbeatsOf,
  minutesOf,
  prefixEvent,
  run,
  type Script,
  second,
  transitsOf,
} from './scripted-minutes.ts';

/** Thousands of outputs are compared far faster as text. */
const texts = (outputs: readonly AsScores[]): string[] => outputs.map((output) => JSON.stringify(output));

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
  const expected = ases.map((originAs) =>
    expecting(originAs, Math.min(6, 1 + (originAs % 7)), originAs % 7 === 6 ? 1 : 0),
  );
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
  const expected = ases.map(({ originAs: asn }) => expecting(asn, 3, 0));
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

test('in turns the same is told, a minute in each', () => {
  const records = minutesOf(mixedScript(9), 1);
  const last = records.at(-1)!;
  const withGap = [...records, { ...last, events: [], expected: [], eventMinute: last.eventMinute + 300 }];
  const scorer = new InstabilityScorer();
  const outputs: AsScores[] = [];
  for (const record of withGap) {
    let before = outputs.length;
    for (const _ of scorer.applyInTurns(record, (output) => outputs.push(output))) {
      assert.equal(heartbeatsOf(outputs.slice(before)).length, 1);
      before = outputs.length;
    }
    assert.equal(outputs.length, before);
  }
  assert.deepEqual(texts(outputs), texts(run(withGap)));
});
