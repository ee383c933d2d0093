import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AsMinutes, noDenominator } from '../contract/as-minutes.ts';
import { longestSilenceMinutes } from '../silence.ts';
import { StateReader, StateWriter } from '../state.ts';
import { BlockMerge } from './block-merge.ts';

const minuteOf = (block: number, eventMinute: number): AsMinutes => ({
  block,
  blockPartitions: 2,
  eventMinute,
  events: [],
  expected: [],
  ipv4: noDenominator,
  ipv6: noDenominator,
});

/** Adds them, and takes what is complete. */
function mergeOf(...records: readonly AsMinutes[]): BlockMerge {
  const merge = new BlockMerge();
  for (const record of records) {
    merge.add(record);
    while (merge.take() !== undefined) {}
  }
  return merge;
}

test('it waits for nobody while nobody has told more than others', () => {
  assert.equal(mergeOf().waitsFor(), undefined);
  assert.equal(mergeOf(minuteOf(0, 7), minuteOf(1, 7)).waitsFor(), undefined);
});

test('it waits for the block that has not told a minute, also one that was never heard', () => {
  const wait = { minute: 7, tasks: ['visibility-tracker/1'] };
  assert.deepEqual(mergeOf(minuteOf(0, 7)).waitsFor(), wait);
  assert.deepEqual(mergeOf(minuteOf(0, 6), minuteOf(1, 6), minuteOf(0, 7), minuteOf(0, 8)).waitsFor(), wait);
});

test('it waits for the probes where all blocks have told the minute', () => {
  const probes = { open: true, live: false, reaches: [] };
  const merge = mergeOf({ ...minuteOf(0, 6), probes }, minuteOf(0, 7), minuteOf(1, 7));
  assert.deepEqual(merge.waitsFor(), { minute: 7, tasks: ['probe-tracker/0'] });
});

/** The minutes taken, where a snapshot is taken and restored after each. */
function takenMinutes(records: readonly AsMinutes[]): number[] {
  let merge = new BlockMerge();
  const minutes: number[] = [];
  for (const record of records) {
    merge.add(record);
    for (let taken = merge.take(); taken !== undefined; taken = merge.take()) {
      minutes.push(taken.eventMinute);
      if (minutes.length % 20_000 === 0) merge = reloaded(merge);
    }
  }
  return minutes;
}

function reloaded(merge: BlockMerge): BlockMerge {
  const writer = new StateWriter();
  merge.save(writer);
  const loaded = new BlockMerge();
  loaded.load(new StateReader(writer.bytes()));
  return loaded;
}

const february2008 = 20_059_200;
const november2026 = 29_918_880;
const sequence = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

test('it goes through every minute of a silence of days, and jumps over what is left of one of years', () => {
  const days = february2008 + longestSilenceMinutes + 1;
  assert.deepEqual(
    takenMinutes([february2008, days].flatMap((minute) => [minuteOf(0, minute), minuteOf(1, minute)])),
    sequence(february2008, longestSilenceMinutes + 2),
  );
  const expected = [...sequence(february2008, longestSilenceMinutes + 1), november2026, november2026 + 1];
  const of = (block: number) =>
    [february2008, november2026, november2026 + 1].map((minute) => minuteOf(block, minute));
  const [ahead, behind] = [of(0), of(1)];
  assert.deepEqual(takenMinutes([...ahead, ...behind]), expected, 'one block ahead');
  assert.deepEqual(takenMinutes(ahead.flatMap((record, i) => [behind[i]!, record])), expected, 'in step');
});

test('after years it waits for the probes of the minute that it jumps to', () => {
  const probesOf = (minute: number): AsMinutes => ({
    ...minuteOf(0, minute),
    probes: { open: true, live: false, reaches: [] },
  });
  const routes = [february2008, november2026].flatMap((minute) => [minuteOf(0, minute), minuteOf(1, minute)]);
  const open = [probesOf(february2008), ...routes, probesOf(november2026 - 1)];
  assert.equal(takenMinutes(open).at(-1), february2008 + longestSilenceMinutes);
  assert.equal(takenMinutes([...open, probesOf(november2026)]).at(-1), november2026);
});
