import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AsMinutes } from '../contract/as-minutes.ts';
import type { AsReach, ProbeMinute } from '../contract/as-reach.ts';
import { StateReader, StateWriter } from '../state.ts';
import { InstabilityScorer } from './instability-scorer.ts';
import { allLive, expecting, from, heartbeatsOf, minutesOf, run, scoresOf } from './scripted-minutes.ts';

const originAs = 131_279;

const reach = (state: AsReach['state'], changed: boolean): AsReach => ({
  originAs,
  state,
  changed,
  sinceSecond: from * 60,
  logOdds: state === 'down' ? 5 : -5,
  targets: 4,
  replying: state === 'down' ? 0 : 4,
  probers: 1,
  disconnectedProbes: 0,
  knownProbes: 0,
  disconnectedSecond: 0,
});

const ofProbes = (minute: number, probes: Partial<ProbeMinute> = {}): AsMinutes => ({
  block: 0,
  blockPartitions: 0,
  eventMinute: from + minute,
  events: [],
  expected: [],
  ipv4: allLive,
  ipv6: allLive,
  probes: { open: true, live: false, reaches: [], ...probes },
});

const routes = (minutes: number): AsMinutes[] =>
  minutesOf({ from, until: from + minutes, expected: [expecting(originAs, 4, 0)], events: [] }, 1);

const closed = (records: readonly AsMinutes[]): number => heartbeatsOf(run(records)).length;

test('without probes, and before and after them, no minute waits', () => {
  assert.equal(closed(routes(10)), 10);
  assert.equal(closed([...routes(3), ofProbes(5), ...routes(10).slice(3, 5)]), 5);
  assert.equal(closed([ofProbes(2), ofProbes(3, { open: false }), ...routes(10)]), 10);
});

test('a minute waits for probes of a file without end, and for those that may die for five minutes', () => {
  assert.equal(closed([ofProbes(2), ...routes(60)]), 3);
  assert.equal(closed([ofProbes(2), ...routes(60), ofProbes(40)]), 41);
  assert.equal(closed([ofProbes(2, { live: true }), ...routes(8)]), 3);
  assert.equal(closed([ofProbes(2, { live: true }), ...routes(9)]), 9);
  assert.equal(closed([ofProbes(2, { live: true }), ...routes(60)]), 60);
});

test('what comes too late counts in the minute that is open', () => {
  const records = [ofProbes(2, { live: true }), ...routes(30)];
  records.push(ofProbes(5, { live: true, reaches: [reach('up', false)] }), ...routes(40).slice(30));
  const [score] = scoresOf(run(records), originAs);
  assert.deepEqual([score?.minute, score?.reach?.state], [30, 'up']);
});

test('from probes that died without a word nothing is known after 30 minutes, until something comes again', () => {
  const told = (live: boolean, until: number) => {
    const back = ofProbes(55, { live });
    const records = [
      ofProbes(2, { live, reaches: [reach('up', true)] }),
      ...routes(60),
      back,
      ...routes(65).slice(60),
    ];
    return scoresOf(run(records), originAs)
      .filter(({ minute }) => minute < until)
      .map((score) => [score.minute, score.reach?.state, score.reach?.sinceSecond]);
  };
  assert.deepEqual(told(true, 65).slice(-3), [
    [2, 'up', from * 60],
    [32, 'absent', (from + 32) * 60],
    [60, 'up', from * 60],
  ]);
  assert.ok(told(false, 65).every(([, state]) => state !== 'absent'));
});

/** Down for 6 minutes every 20, by probes alone. */
function beat(minutes: number): AsMinutes[] {
  return Array.from({ length: minutes }, (_, minute) => {
    const state = minute % 20 < 6 ? 'down' : 'up';
    const reaches = minute % 20 === 0 || minute % 20 === 6 ? [reach(state, true)] : [];
    return ofProbes(minute, { reaches });
  });
}

test('an AS beats by probes alone, all of it, and no prefix is named', () => {
  const last = scoresOf(run([...beat(400), ...routes(400)]), originAs).at(-1)!;
  assert.ok(last.score > 0.6 && last.beat.activeHours === 6 && last.beat.events >= 18);
  assert.deepEqual([last.beat.wide, last.beat.byProbes, last.beat.prefixCount], [true, true, 0]);
});

test('a change is told once', () => {
  const changes = scoresOf(run([...beat(60), ...routes(60)]), originAs).filter(
    (score) => score.reach?.changed,
  );
  assert.deepEqual(
    changes.map(({ minute }) => minute),
    [0, 6, 20, 26, 40, 46],
  );
});

test('a scorer that is saved and loaded at any moment goes on with the same bytes', () => {
  const mixed = routes(300).flatMap((record, minute) => [record, beat(300)[minute]!]);
  const whole = run(mixed);
  let scorer = new InstabilityScorer();
  const pieces = mixed.flatMap((record, i) => {
    if (i % 7 === 0) {
      const writer = new StateWriter();
      scorer.save(writer);
      scorer = new InstabilityScorer();
      scorer.load(new StateReader(writer.bytes()));
    }
    return run([record], scorer);
  });
  assert.deepEqual(pieces, whole);
  assert.ok(scoresOf(whole, originAs).length > 100);
});
