import assert from 'node:assert/strict';
import { test } from 'node:test';
import { malformedOutcome } from './error-handling.ts';
import { isWellFormed } from './well-formed.ts';

/** Attributes without inner structure: their type, and values that are right and wrong. */
interface Case {
  readonly name: string;
  readonly type: number;
  readonly good: readonly (readonly number[])[];
  readonly bad: readonly (readonly number[])[];
  readonly outcome: 'attributeDiscard' | 'treatAsWithdraw';
}

const zeros = (count: number): number[] => Array(count).fill(0);

const cases: readonly Case[] = [
  { name: 'ORIGIN', type: 1, good: [[0], [1], [2]], bad: [[], [3], [0, 0]], outcome: 'treatAsWithdraw' },
  {
    name: 'NEXT_HOP',
    type: 3,
    good: [[192, 0, 2, 1]],
    bad: [[], zeros(3), zeros(16)],
    outcome: 'treatAsWithdraw',
  },
  { name: 'MULTI_EXIT_DISC', type: 4, good: [zeros(4)], bad: [[], zeros(5)], outcome: 'treatAsWithdraw' },
  { name: 'LOCAL_PREF', type: 5, good: [zeros(4)], bad: [[], zeros(2)], outcome: 'treatAsWithdraw' },
  { name: 'ATOMIC_AGGREGATE', type: 6, good: [[]], bad: [[0]], outcome: 'attributeDiscard' },
  // AS 64500 (2 octets here), 192.0.2.1
  {
    name: 'AGGREGATOR',
    type: 7,
    good: [[251, 244, 192, 0, 2, 1]],
    bad: [zeros(8), []],
    outcome: 'attributeDiscard',
  },
  // 64500:1; NO_EXPORT
  {
    name: 'COMMUNITIES',
    type: 8,
    good: [
      [251, 244, 0, 1],
      [251, 244, 0, 1, 255, 255, 255, 1],
    ],
    bad: [[], zeros(5)],
    outcome: 'treatAsWithdraw',
  },
  { name: 'ORIGINATOR_ID', type: 9, good: [zeros(4)], bad: [[], zeros(8)], outcome: 'treatAsWithdraw' },
  {
    name: 'CLUSTER_LIST',
    type: 10,
    good: [zeros(4), zeros(8)],
    bad: [[], zeros(6)],
    outcome: 'treatAsWithdraw',
  },
  {
    name: 'EXTENDED_COMMUNITIES',
    type: 16,
    good: [zeros(8)],
    bad: [[], zeros(12)],
    outcome: 'treatAsWithdraw',
  },
  { name: 'AS4_AGGREGATOR', type: 18, good: [zeros(8)], bad: [zeros(6), []], outcome: 'attributeDiscard' },
  {
    name: 'LARGE_COMMUNITY',
    type: 32,
    good: [zeros(12), zeros(24)],
    bad: [[], zeros(8)],
    outcome: 'treatAsWithdraw',
  },
];

const isInternal = (type: number, value: readonly number[]): boolean =>
  isWellFormed(Uint8Array.from(value), type, 0, value.length, 2, false);

for (const { name, type, good, bad, outcome } of cases) {
  test(`${name}: its length and values`, () => {
    for (const value of good) assert.ok(isInternal(type, value), `[${value}]`);
    for (const value of bad) assert.ok(!isInternal(type, value), `[${value}]`);
    assert.equal(malformedOutcome(type, false), outcome);
  });
}

test('what an external peer has no business to send is discarded', () => {
  // ORIGINATOR_ID and CLUSTER_LIST whatever they hold (RFC 7606 7.9, 7.10); LOCAL_PREF where malformed (7.5).
  assert.ok(!isWellFormed(Uint8Array.from(zeros(4)), 9, 0, 4, 2, true));
  assert.ok(!isWellFormed(Uint8Array.from(zeros(4)), 10, 0, 4, 2, true));
  for (const type of [5, 9, 10]) assert.equal(malformedOutcome(type, true), 'attributeDiscard');
});

test('AGGREGATOR is longer, and AS4_AGGREGATOR out of place, where AS numbers have four octets', () => {
  const eight = Uint8Array.from(zeros(8));
  assert.ok(isWellFormed(eight, 7, 0, 8, 4, true));
  assert.ok(!isWellFormed(eight, 7, 0, 6, 4, true));
  assert.ok(!isWellFormed(eight, 18, 0, 8, 4, true));
});
