import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AsReach } from '#core/contract/as-reach.ts';
import { parseSecond } from '#core/event-time.ts';
import { ReachHistory } from './reach-history.ts';

const noon = parseSecond('2014-12-22T12:00Z')!;

/** What probes said, and in which minute after noon; the spans in seconds after noon. */
function spansOf(...said: readonly (readonly [number, Partial<AsReach>])[]) {
  const history = new ReachHistory();
  for (const [minute, fields] of said)
    history.add(noon / 60 + minute, {
      originAs: 64_500,
      state: 'up',
      sinceSecond: noon,
      logOdds: -6.9,
      targets: 8,
      replying: 8,
      probers: 2,
      changed: false,
      disconnectedProbes: 0,
      knownProbes: 0,
      disconnectedSecond: 0,
      ...fields,
    });
  return history
    .spans(0, Number.POSITIVE_INFINITY)
    .map(({ state, fromSecond, toSecond }) => [state, fromSecond - noon, toSecond - noon]);
}

const up = (after: number): Partial<AsReach> => ({ sinceSecond: noon + after });
const down = (after: number): Partial<AsReach> => ({ ...up(after), state: 'down', logOdds: 4 });
const absent = (after: number): Partial<AsReach> => ({ ...up(after), state: 'absent', logOdds: -5 });

test('it is out of reach since its last reply, and back since its first, however late that is told', () => {
  assert.deepEqual(
    spansOf([0, up(3)], [11, down(590)], [12, down(590)], [20, up(1205)], [30, absent(1800)]),
    [
      ['reachable', 3, 590],
      ['unreachable', 590, 1205],
      ['reachable', 1205, 1800],
    ],
  );
});

test('doubt lasts from the minute that tells of it to the one that ends it', () => {
  assert.deepEqual(spansOf([0, up(0)], [10, { ...up(0), logOdds: -2 }], [12, up(0)]), [
    ['reachable', 0, 600],
    ['partial', 600, 720],
    ['reachable', 720, Number.POSITIVE_INFINITY],
  ]);
});

test('a time in which nobody probed stays one, whatever is said later', () => {
  assert.deepEqual(spansOf([0, up(0)], [10, absent(600)], [20, up(0)], [30, absent(1800)], [40, down(60)]), [
    ['reachable', 0, 600],
    ['reachable', 1200, 1800],
    ['unreachable', 2400, Number.POSITIVE_INFINITY],
  ]);
});

test('Atlas probes that are cut off together say that a part is out of reach', () => {
  const alarm = { disconnectedProbes: 3, knownProbes: 9 };
  assert.deepEqual(spansOf([0, absent(0)], [5, { ...absent(0), ...alarm }], [9, absent(0)]), [
    ['partial', 300, 540],
  ]);
});
