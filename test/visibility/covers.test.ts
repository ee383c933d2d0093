import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, range, World } from './world.ts';

const inner = '10.1.2.0/24';
const cover = '10.1.0.0/16';

function settled(...prefixes: string[]): World {
  const world = new World();
  for (const prefix of prefixes) world.set(prefix, [64500]);
  world.close();
  return world;
}

test('a lost prefix is covered while a less specific one is visible, whoever originates it', () => {
  const world = settled(inner, cover);
  world.set(cover, [64999]);
  world.close();
  world.set(inner, 'absent');
  assert.deepEqual(
    world.close().events.map(({ kind, covered }) => [kind, covered]),
    [['down', true]],
  );
});

test('when its last cover goes it is uncovered, when one comes back it is covered', () => {
  const world = settled(inner, cover, '10.0.0.0/8');
  world.set(inner, 'absent');
  world.close();
  world.set(cover, 'absent');
  assert.deepEqual(brief(world.close().events), [`down ${cover} AS64500`]);
  world.set('10.0.0.0/8', 'absent');
  assert.deepEqual(brief(world.close().events), [
    'down 10.0.0.0/8 AS64500',
    `uncovered ${cover} AS64500`,
    `uncovered ${inner} AS64500`,
  ]);
  world.set(cover, [64500]);
  assert.deepEqual(brief(world.close().events), [`up ${cover} AS64500`, `covered ${inner} AS64500`]);
});

test('a prefix and its cover that go in the same second are both uncovered', () => {
  const world = settled(inner, cover);
  world.set(inner, 'absent');
  world.set(cover, 'absent');
  assert.deepEqual(
    world.close().events.map(({ kind, covered }) => [kind, covered]),
    [
      ['down', false],
      ['down', false],
    ],
  );
});

test('a cover that few peers named is none, until it is known', () => {
  const world = settled(inner);
  world.set(cover, [64500], range(0, 9));
  world.set(inner, 'absent', range(0, 20), 1);
  assert.equal(world.close().events[0].covered, false);
  world.set(cover, [64500], [9]);
  assert.deepEqual(brief(world.close().events), [`covered ${inner} AS64500`]);
});

test("a seed's prefix covers", () => {
  const world = settled(inner);
  const seed = world.addPeer('seed', true);
  world.set(cover, [64500], [seed]);
  world.close();
  world.set(inner, 'absent');
  assert.equal(world.close().events[0].covered, true);
});

test("a seed's prefix covers though the seed was read before there were peers to judge", () => {
  const world = new World();
  const seed = world.addPeer('seed', true);
  for (const peer of world.voters()) world.enter(peer, 'silent');
  world.set(cover, [64500], [seed]);
  world.close();
  for (const peer of world.voters()) world.enter(peer, 'established');
  world.pass(35);
  world.set(inner, 'absent');
  assert.equal(world.close().events[0].covered, true);
});

test("a seed's prefix that no known table has covers nothing", () => {
  const world = settled(inner);
  const seed = world.addPeer('seed', true);
  world.set(cover, [64500], [seed]);
  world.close();
  for (const peer of world.voters()) world.peers[peer].complete = true;
  world.close();
  world.set(inner, 'absent');
  assert.equal(world.close().events[0].covered, false);
});

test('the prefix beside it and a more specific prefix cover nothing; IPv6 covers by its four words', () => {
  const world = settled(
    '10.1.2.0/25',
    '10.2.0.0/16',
    inner,
    '2001:db8:1:2::/64',
    '2001:db8:1::/48',
    '2001:db8:2:2::/64',
  );
  for (const lost of [inner, '2001:db8:1:2::/64', '2001:db8:2:2::/64']) world.set(lost, 'absent');
  assert.deepEqual(
    world.close().events.map(({ prefix, covered }) => [prefix, covered]),
    [
      [inner, false],
      ['2001:db8:1:2::/64', true],
      ['2001:db8:2:2::/64', false],
    ],
  );
});
