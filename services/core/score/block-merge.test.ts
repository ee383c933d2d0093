import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AsMinutes, noDenominator } from '../contract/as-minutes.ts';
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
