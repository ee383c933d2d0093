import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, range, World } from './world.ts';

const prefix = '10.1.2.0/24';

function settled(): World {
  const world = new World();
  world.set(prefix, [3356, 64500]);
  world.close();
  return world;
}

test('a prefix that moves to another origin AS is told, is no outage, and takes its place in expected along', () => {
  const world = settled();
  world.set(prefix, [3356, 64999], range(0, 11), 7);
  assert.deepEqual(brief(world.close().events), [`path ${prefix} AS64500`]);
  world.set(prefix, [3356, 64999], range(11, 13), 7);
  const { events, expected } = world.close();
  assert.deepEqual(brief(events), [`origin ${prefix} AS64500`]);
  assert.equal(events[0].newOriginAs, 64999);
  assert.deepEqual(expected, [
    { originAs: 64500, ipv4: -1, ipv6: 0, heardIpv4: -1, heardIpv6: 0 },
    { originAs: 64999, ipv4: 1, ipv6: 0, heardIpv4: 1, heardIpv6: 0 },
  ]);
});

test('a lost prefix that comes back as another AS: told of the old one, up for the new one', () => {
  const world = settled();
  world.set(prefix, 'absent');
  assert.deepEqual(brief(world.close().events), [`down ${prefix} AS64500`]);
  world.set(prefix, [64999]);
  assert.deepEqual(brief(world.close().events), [`origin ${prefix} AS64500`, `up ${prefix} AS64999`]);
});

test('it is told even if the peers that never named the prefix make up most of the votes', () => {
  const world = new World();
  world.set(prefix, [64500], range(0, 16));
  world.close();
  world.set(prefix, 'absent', range(0, 16));
  world.close();
  world.set(prefix, [64999], range(0, 8));
  assert.deepEqual(brief(world.close().events), [`origin ${prefix} AS64500`, `up ${prefix} AS64999`]);
});

test('a prefix of two origins that share the peers about evenly stays with one of them', () => {
  const world = settled();
  for (let round = 0; round < 6; round++) {
    world.set(prefix, [3356, 64999], range(0, 9));
    world.set(prefix, [3356, 64500], range(9, 20));
    const first = world.close();
    world.set(prefix, [3356, 64999], range(0, 11));
    world.set(prefix, [3356, 64500], range(11, 20));
    const kinds = [first, world.close()].flatMap(({ events }) => events).map(({ kind }) => kind);
    assert.ok(!kinds.includes('origin'));
  }
});

test('the first peers to name a prefix say whose it is, the smallest AS of several; later ones make it known without a word', () => {
  const world = new World();
  world.set(prefix, [64999], [0]);
  world.set(prefix, [64500], [1]);
  world.close();
  world.set(prefix, [64501], range(2, 10));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, 'absent');
  assert.deepEqual(brief(world.close().events), [`down ${prefix} AS64501`]);
});

test('of two origins named as often at first, the smaller AS is taken', () => {
  const world = new World();
  world.set(prefix, [64999], [0]);
  world.set(prefix, [64500], [1]);
  world.close();
  world.set(prefix, 'absent');
  assert.deepEqual(brief(world.close().events), [`down ${prefix} AS64500`]);
});

test('one peer alone moves no prefix', () => {
  const world = new World();
  world.set(prefix, [64500], [0]);
  world.close();
  world.set(prefix, [64999], [0]);
  world.close();
  world.set(prefix, 'absent');
  assert.deepEqual(brief(world.close().events), [`down ${prefix} AS64500`]);
});

test('a path that ends in an AS_SET has no origin; the last owner stays when all paths are gone', () => {
  const world = new World();
  world.set(prefix, [3356, [64500, 64501]]);
  world.set('10.1.3.0/24', [3356, [64500], 64502]);
  world.close();
  world.set(prefix, 'absent');
  world.set('10.1.3.0/24', 'absent');
  assert.deepEqual(brief(world.close().events), [`down ${prefix} AS0`, 'down 10.1.3.0/24 AS64502']);
});

test("a seed's origin holds until a peer names one", () => {
  const world = new World();
  const seed = world.addPeer('seed', true);
  world.set(prefix, [64500], [seed]);
  world.set('10.1.3.0/24', [64500], [seed]);
  assert.deepEqual(world.close().expected, [
    { originAs: 64500, ipv4: 2, ipv6: 0, heardIpv4: 0, heardIpv6: 0 },
  ]);
  world.set('10.1.3.0/24', [64999], [4]);
  assert.deepEqual(world.close().expected, [
    { originAs: 64500, ipv4: -1, ipv6: 0, heardIpv4: 0, heardIpv6: 0 },
    { originAs: 64999, ipv4: 1, ipv6: 0, heardIpv4: 0, heardIpv6: 0 },
  ]);
  world.set(prefix, 'absent');
  world.set('10.1.3.0/24', 'absent');
  assert.deepEqual(brief(world.close().events), [`down ${prefix} AS64500`, 'down 10.1.3.0/24 AS64999']);
});

test("a lost prefix of a seed's owner that comes back as another's is told", () => {
  const world = new World();
  const seed = world.addPeer('seed', true);
  world.set(prefix, [64500], [seed]);
  world.close();
  world.set(prefix, 'absent');
  world.close();
  world.set(prefix, [64999]);
  assert.deepEqual(brief(world.close().events), [`origin ${prefix} AS64500`, `up ${prefix} AS64999`]);
});
