import assert from 'node:assert/strict';
import { test } from 'node:test';
import { range, World } from './world.ts';

const prefix = '10.1.2.0/24';
const dayMinutes = 24 * 60;
const oneMore = [{ originAs: 64500, ipv4: 1, ipv6: 0, heardIpv4: 1, heardIpv6: 0 }];
const oneLess = [{ originAs: 64500, ipv4: -1, ipv6: 0, heardIpv4: -1, heardIpv6: 0 }];

/** Lets time go on in steps of an hour; the changes of expected in it. */
function passDays(world: World, days: number) {
  const found: { minute: number; delta: unknown }[] = [];
  const until = world.minute + days * dayMinutes;
  while (world.minute < until) {
    const { eventMinute, expected } = world.close();
    if (expected.length > 0) found.push({ minute: eventMinute, delta: expected });
    world.minute += 59;
  }
  return found;
}

test('a prefix is expected of its origin AS once 10 full-feed peers have named it', () => {
  const world = new World();
  world.set(prefix, [64500], range(0, 9));
  assert.deepEqual(world.close().expected, []);
  world.set(prefix, 'absent', [9]);
  assert.deepEqual(world.close().expected, oneMore);
});

test('peers that were no full feeds when they named it count once they are', () => {
  const world = new World({ peers: 30 });
  for (const peer of range(0, 5)) world.peers[peer].size = 1;
  world.set(prefix, [64500], range(0, 10));
  assert.deepEqual(world.close().expected, []);
  for (const peer of range(0, 5)) world.peers[peer].size = 1000;
  assert.deepEqual(world.close().expected, oneMore);
});

test('of known tables, most of the live peers are enough where they are fewer', () => {
  const world = new World({ peers: 12 });
  for (const peer of world.peers) peer.complete = true;
  world.set(prefix, [64500], range(0, 6));
  assert.deepEqual(world.close().expected, []);
  world.set(prefix, [64500], [6]);
  assert.deepEqual(world.close().expected, oneMore);
});

test('during the first six days what is known is expected at once, then what was up for 80 % of 7 days', () => {
  const world = new World();
  assert.deepEqual(passDays(world, 5), []);
  world.set(prefix, [64500]);
  assert.equal(passDays(world, 1 / 24).length, 1);
  passDays(world, 1.2);
  const start = world.minute;
  world.set('10.9.0.0/24', [64500]);
  const found = passDays(world, 7);
  assert.deepEqual(
    found.map(({ delta }) => delta),
    [oneMore],
  );
  assert.ok(Math.abs((found[0].minute - start) / dayMinutes - 5.6) < 0.1);
});

test('a prefix that is down leaves after 7 days, and is expected again after having been up for 80 % of 7 days', () => {
  const world = new World();
  world.set(prefix, [64500]);
  passDays(world, 8);
  world.set(prefix, 'absent');
  const start = world.minute;
  const [gone, ...others] = passDays(world, 9);
  assert.deepEqual([gone.delta, others], [oneLess, []]);
  assert.ok(Math.abs((gone.minute - start) / dayMinutes - 7) < 0.1);
  world.set(prefix, [64500]);
  const back = passDays(world, 7);
  assert.deepEqual(
    back.map(({ delta }) => delta),
    [oneMore],
  );
});

test('a prefix that flaps leaves when it was up for less than 80 % of what is known of 7 days', () => {
  const world = new World();
  world.set(prefix, [64500]);
  passDays(world, 8);
  const deltas: unknown[] = [];
  for (let day = 0; day < 6; day++) {
    world.set(prefix, 'absent');
    deltas.push(...passDays(world, 0.5));
    world.set(prefix, [64500]);
    deltas.push(...passDays(world, 0.5));
  }
  assert.equal(deltas.length, 1);
});

test("of a seed's prefixes those are heard of that 10 full-feed peers have named", () => {
  const world = new World();
  const seed = world.addPeer('seed', true);
  world.set(prefix, [64500], [seed]);
  assert.deepEqual(world.close().expected, [{ ...oneMore[0], heardIpv4: 0 }]);
  world.set(prefix, [64500], range(0, 9));
  assert.deepEqual(world.close().expected, []);
  world.set(prefix, [64500], [9]);
  assert.deepEqual(world.close().expected, [{ ...oneMore[0], ipv4: 0 }]);
});
