import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AsMinutes } from '../contract/as-minutes.ts';
import type { AsReach } from '../contract/as-reach.ts';
import type { ProbeContent, ProbeOutcome, ProbeResult, ProbeResults } from '../contract/probe-results.ts';
import { longestSilenceMinutes } from '../silence.ts';
import { StateReader, StateWriter } from '../state.ts';
import { ProbeTracker } from './probe-tracker.ts';

const from = 1_000_000;
const watched = 131_279;
const others = [64_501, 64_502, 64_503];

const result = (
  originAs: number,
  minute: number,
  outcome: ProbeOutcome,
  more: Partial<ProbeResult> = {},
) => ({
  kind: 'ping' as const,
  prober: 'prober:a',
  targetAddress: `192.0.2.${originAs % 200}`,
  originAs,
  eventSecond: (from + minute) * 60 + 10,
  outcome,
  rttMicroseconds: 0,
  controller: '',
  detail: '',
  ...more,
});

const say = (minute: number, content: ProbeContent, source = 'prober:a'): ProbeResults => ({
  source,
  eventMinute: from + minute,
  content,
});

/** A minute of one source: everybody replies but those in `silent`. */
function minuteOf(
  minute: number,
  silent: readonly number[],
  more: Partial<ProbeResult> = {},
): ProbeResults[] {
  const results = [watched, ...others].flatMap((originAs) =>
    [1, 2].map((host) =>
      result(originAs, minute, silent.includes(originAs) ? 'noReply' : 'reply', {
        targetAddress: `${originAs}.${host}`,
        ...more,
      }),
    ),
  );
  return [say(minute, { case: 'batch', results }), say(minute, { case: 'tick' })];
}

function run(records: readonly ProbeResults[], tracker = new ProbeTracker()): AsMinutes[] {
  const minutes: AsMinutes[] = [];
  for (const record of records) tracker.apply(record, (minute) => minutes.push(minute));
  return minutes;
}

const reachesOf = (minutes: readonly AsMinutes[], originAs = watched): (AsReach & { minute: number })[] =>
  minutes.flatMap(({ eventMinute, probes }) =>
    probes!.reaches
      .filter((reach) => reach.originAs === originAs)
      .map((reach) => ({ ...reach, minute: eventMinute - from })),
  );

const opened = say(0, { case: 'sourceOpened', live: false });
const span = (first: number, last: number, silent: readonly number[]): ProbeResults[] =>
  Array.from({ length: last - first + 1 }, (_, i) => minuteOf(first + i, silent)).flat();

test('an AS whose hosts fall silent is down in the second minute, and up in the second with replies', () => {
  const reaches = reachesOf(
    run([opened, ...span(0, 30, []), ...span(31, 40, [watched]), ...span(41, 45, [])]),
  );
  const changes = reaches.filter(({ changed }) => changed);
  assert.deepEqual(
    changes.map(({ state, minute }) => [state, minute]),
    [
      ['down', 32],
      ['up', 42],
    ],
  );
  // Since the last reply, and since the first one.
  assert.equal(changes[0]!.sinceSecond, (from + 30) * 60 + 10);
  assert.equal(changes[0]!.replying, 0);
  assert.equal(changes[0]!.targets, 2);
});

test('one lost round is no change', () => {
  const reaches = reachesOf(
    run([opened, ...span(0, 30, []), ...span(31, 31, [watched]), ...span(32, 60, [])]),
  );
  assert.ok(reaches.every(({ changed, state }) => !changed && state === 'up'));
});

test('a prober that reaches nobody blames nobody; then nothing is said until it is back', () => {
  const all = [watched, ...others];
  const reaches = reachesOf(run([opened, ...span(0, 30, []), ...span(31, 60, all), ...span(61, 65, [])]));
  assert.deepEqual(
    reaches.map(({ state, changed, minute }) => [state, changed, minute]),
    [
      ['up', false, 0],
      ['absent', false, 33],
      ['up', false, 61],
    ],
  );
});

test('a prober with targets in one AS only cannot be told from it; three such probers can', () => {
  const alone = (probers: readonly string[], minute: number, outcome: ProbeOutcome): ProbeResults[] => [
    say(minute, {
      case: 'batch',
      results: probers.map((prober) => result(watched, minute, outcome, { prober })),
    }),
    say(minute, { case: 'tick' }),
  ];
  const states = (probers: readonly string[]): string[] => {
    const minutes = Array.from({ length: 30 }, (_, i) =>
      alone(probers, i, i < 20 ? 'reply' : 'noReply'),
    ).flat();
    return reachesOf(run([opened, ...minutes])).map(({ state }) => state);
  };
  assert.deepEqual(states(['prober:a']), ['up', 'absent']);
  assert.ok(states(['prober:a', 'prober:b', 'prober:c']).includes('down'));
});

test('a host that never replied is no witness, a refusal is a reply, and an error of the prober is nothing', () => {
  assert.deepEqual(reachesOf(run([opened, ...span(0, 30, [watched])])), []);
  const refused = [
    opened,
    ...span(0, 20, []),
    ...Array.from({ length: 10 }, (_, i) => minuteOf(21 + i, [], { outcome: 'refused' })).flat(),
  ];
  assert.ok(reachesOf(run(refused)).every(({ state }) => state === 'up'));
  const errors = [
    opened,
    ...span(0, 20, []),
    ...Array.from({ length: 10 }, (_, i) => minuteOf(21 + i, [], { outcome: 'proberError' })).flat(),
  ];
  assert.ok(reachesOf(run(errors)).every(({ state }) => state === 'up'));
});

test('a minute waits for every open source, but not for a live one that has fallen silent', () => {
  const live = [
    say(0, { case: 'sourceOpened', live: true }),
    say(0, { case: 'sourceOpened', live: true }, 'prober:b'),
  ];
  const both = [0, 1].flatMap((minute) =>
    ['prober:a', 'prober:b'].map((source) => say(minute, { case: 'tick' }, source)),
  );
  const one = Array.from({ length: 8 }, (_, i) => say(2 + i, { case: 'tick' }));
  const closed = (records: ProbeResults[]) => run(records).map(({ eventMinute }) => eventMinute - from);
  assert.deepEqual(closed([...live, ...both]), [0, 1]);
  assert.deepEqual(closed([...live, ...both, ...one.slice(0, 5)]), [0, 1]);
  assert.deepEqual(closed([...live, ...both, ...one.slice(0, 6)]), [0, 1, 2, 3, 4, 5, 6, 7]);
  const files = live.map((record) => ({
    ...record,
    content: { case: 'sourceOpened', live: false } as const,
  }));
  assert.deepEqual(closed([...files, ...both, ...one]), [0, 1]);
});

test('when the last source ends, everything probed is absent, and nobody waits', () => {
  const minutes = run([opened, ...span(0, 5, []), say(5, { case: 'endOfSource' })]);
  assert.deepEqual(minutes.at(-1)!.probes!.open, false);
  assert.equal(reachesOf(minutes).at(-1)!.state, 'absent');
  assert.equal(minutes.at(-1)!.eventMinute, from + 6);
});

test('of two probers with one name the first to end does not stop the other', () => {
  const live = say(0, { case: 'sourceOpened', live: true });
  const ended = say(5, { case: 'endOfSource' });
  const minutes = run([live, live, ...span(0, 5, []), ended, ...span(6, 8, []), ended, ended]);
  assert.deepEqual(
    minutes.map(({ eventMinute, probes }) => [eventMinute - from, probes!.open]),
    [...[0, 1, 2, 3, 4, 5].map((minute) => [minute, true]), [6, false], [7, true], [8, true], [9, false]],
  );
  assert.deepEqual(
    reachesOf(minutes).map(({ state, minute }) => [state, minute]),
    [
      ['up', 0],
      ['absent', 6],
      ['up', 7],
      ['absent', 9],
    ],
  );
});

test('the order of sources changes nothing', () => {
  const second = (records: readonly ProbeResults[]): ProbeResults[] =>
    records.map((record) => ({
      ...record,
      source: 'prober:b',
      content:
        record.content.case === 'batch'
          ? { case: 'batch', results: record.content.results.map((one) => ({ ...one, prober: 'prober:b' })) }
          : record.content,
    }));
  const a = [opened, ...span(0, 30, []), ...span(31, 40, [watched]), say(40, { case: 'endOfSource' })];
  const b = second(a);
  const interleaved = [a[0]!, b[0]!, ...a.slice(1).flatMap((record, i) => [b[i + 1]!, record])];
  assert.deepEqual(run([a[0]!, b[0]!, ...a.slice(1), ...b.slice(1)]), run(interleaved));
});

test('a tracker that is saved and loaded at any moment goes on with the same bytes', () => {
  const connection = (minute: number, probe: number, outcome: ProbeOutcome) =>
    result(7922, minute, outcome, {
      kind: 'atlasConnection',
      prober: `atlas:${probe}`,
      controller: `ctr-${probe % 3}`,
    });
  const connections = Array.from({ length: 9 }, (_, i) => connection(32, i, 'noReply'));
  const records = [
    opened,
    ...span(0, 30, []),
    ...span(31, 33, [watched]),
    say(32, { case: 'batch', results: connections }),
    ...span(34, 60, [watched]),
    say(61, { case: 'batch', results: Array.from({ length: 9 }, (_, i) => connection(61, i, 'reply')) }),
    ...span(61, 70, []),
    say(70, { case: 'endOfSource' }),
  ];
  const whole = run(records);
  assert.ok(reachesOf(whole, 7922).some(({ disconnectedProbes }) => disconnectedProbes === 9));
  assert.equal(reachesOf(whole, 7922).at(-1)!.disconnectedProbes, 0);
  let tracker = new ProbeTracker();
  const pieces = records.flatMap((record) => {
    const writer = new StateWriter();
    tracker.save(writer);
    tracker = new ProbeTracker();
    tracker.load(new StateReader(writer.bytes()));
    const again = new StateWriter();
    tracker.save(again);
    assert.deepEqual(again.bytes(), writer.bytes());
    return run([record], tracker);
  });
  assert.deepEqual(pieces, whole);
});

test('Atlas probes that all hang on one controller are not the loss of their AS', () => {
  const gone = (controllers: number): AsReach[] => {
    const results = Array.from({ length: 8 }, (_, i) =>
      result(7922, 2, 'noReply', {
        kind: 'atlasConnection',
        prober: `atlas:${i}`,
        controller: `ctr-${i % controllers}`,
      }),
    );
    return reachesOf(run([opened, say(2, { case: 'batch', results }), say(20, { case: 'tick' })]), 7922);
  };
  assert.deepEqual(gone(1), []);
  assert.equal(gone(4)[0]!.disconnectedProbes, 8);
});

test('where the clock of a prober jumps by years, what is told of them is bounded, and its AS is absent before it is there again', () => {
  const years = 18 * 365 * 1440;
  const minutes = run([
    opened,
    ...span(0, 30, []),
    ...minuteOf(years, []),
    ...span(years + 1, years + 3, []),
  ]);
  assert.equal(minutes.length, 31 + longestSilenceMinutes + 4);
  assert.deepEqual(
    reachesOf(minutes)
      .map(({ state }) => state)
      .filter((state, i, all) => state !== all[i - 1]),
    ['up', 'absent', 'up'],
  );
});
