import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BeatClusters } from './beat-clusters.ts';

const crossing = (second: number, prefix = '192.0.2.0/24') => ({ second, prefix, upstreamAs: 0 });

/** Starts of the beat events of crossings at these seconds. */
function starts(
  clusters: BeatClusters,
  seconds: readonly number[],
  expected = { ipv4: 1, ipv6: 0 },
): number[] {
  return seconds
    .map((second) => clusters.add(crossing(second), expected).start)
    .filter((start) => start !== undefined);
}

test('crossings closer than 4 minutes are one event, which is cut after 10', () => {
  const base = 1_000_000;
  const at = (...minutes: number[]) => minutes.map((minute) => base + minute * 60);
  assert.deepEqual(starts(new BeatClusters(), at(0, 1, 3.9, 8)), at(0, 8));
  const everyThreeMinutes = at(...Array.from({ length: 20 }, (_, i) => 3 * i));
  assert.deepEqual(starts(new BeatClusters(), everyThreeMinutes), at(0, 12, 24, 36, 48));
});

test('a large AS beats when a quarter of its prefixes crosses within 4 minutes, from the first of them on', () => {
  const clusters = new BeatClusters();
  const expected = { ipv4: 12, ipv6: 0 };
  const add = (second: number, prefix: string) => clusters.add(crossing(second, prefix), expected).start;
  assert.equal(add(1000, 'a'), undefined);
  assert.equal(add(1010, 'a'), undefined);
  assert.equal(add(1100, 'b'), undefined);
  // The first is 4 minutes old and no longer counts.
  assert.equal(add(1250, 'c'), undefined);
  assert.equal(add(1260, 'd'), 1100);
  assert.equal(add(1300, 'e'), undefined);
});

test('a test prefix alone in its family is not a large AS, but a whole family is', () => {
  const lone = new BeatClusters();
  assert.equal(lone.add(crossing(1000, '2001:db8::/32'), { ipv4: 100, ipv6: 1 }).start, undefined);
  const whole = new BeatClusters();
  const prefixes = ['2001:db8:1::/48', '2001:db8:2::/48'];
  const found = prefixes.map((prefix) => whole.add(crossing(1000, prefix), { ipv4: 100, ipv6: 8 }).start);
  assert.deepEqual(found, [undefined, 1000]);
});
