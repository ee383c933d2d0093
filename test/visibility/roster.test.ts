import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, range, World } from './world.ts';

const prefix = '10.1.2.0/24';
const down = `down ${prefix} AS64500`;
const up = `up ${prefix} AS64500`;

/** Twenty peers that have the prefix. */
function settled(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(options);
  world.set(prefix, [64500]);
  world.close();
  return world;
}

test('a peer whose table is less than half the median is no full feed', () => {
  const world = new World();
  world.peers[0].size = 400;
  const { ipv4 } = world.close();
  assert.deepEqual([ipv4.livePeers, ipv4.livePeerAses, ipv4.collectors], [19, 19, 1]);
});

test('fewer than 10 live peers freeze the family: no prefix changes state', () => {
  const world = settled({ peers: 9 });
  world.set(prefix, 'absent');
  const { events, ipv4 } = world.close();
  assert.equal(ipv4.frozen, true);
  assert.deepEqual(events, []);
});

test('a session that goes masks its peer until 30 minutes after it is back, and forgets its routes', () => {
  const world = settled();
  world.enter(0, 'down');
  const { ipv4, events } = world.close();
  assert.deepEqual([ipv4.livePeers, ipv4.maskedPeers, events], [19, 1, []]);
  world.enter(0, 'established');
  assert.equal(world.close().ipv4.livePeers, 19);
  world.pass(28);
  assert.equal(world.close().ipv4.livePeers, 19);
  assert.equal(world.close().ipv4.livePeers, 20);
});

test('a collector that was unheard for ten minutes at most votes as before at once, as it last stood', () => {
  for (const minutes of [1, 10]) {
    const world = settled({ collectors: 2 });
    for (const peer of range(0, 20)) world.enter(peer, 'unheard');
    assert.deepEqual([world.close().ipv4.maskedPeers, world.pass(minutes - 1)], [20, []]);
    for (const peer of range(0, 20)) world.enter(peer, 'established');
    world.set(prefix, 'absent');
    const { ipv4, events } = world.close();
    assert.deepEqual([ipv4.livePeers, ipv4.maskedPeers, brief(events)], [40, 0, [down]]);
  }
});

test('one that was unheard for longer is masked for 30 minutes, and so is one whose session goes', () => {
  const world = settled({ collectors: 2 });
  for (const peer of range(0, 20)) world.enter(peer, 'unheard');
  world.pass(11);
  for (const peer of range(0, 20)) world.enter(peer, 'established');
  world.pass(29);
  assert.equal(world.close().ipv4.livePeers, 20);
  assert.equal(world.close().ipv4.livePeers, 40);
  world.enter(0, 'unheard');
  world.close();
  world.enter(0, 'down');
  world.close();
  world.enter(0, 'established');
  assert.equal(world.close().ipv4.livePeers, 39);
});

test('a table transfer masks its peer while it lasts and 30 minutes after', () => {
  const world = settled();
  world.peers[0].refreshed = 501;
  assert.equal(world.close().ipv4.maskedPeers, 1);
  world.peers[0].refreshed = 0;
  world.pass(28);
  assert.equal(world.close().ipv4.maskedPeers, 1);
  assert.equal(world.close().ipv4.maskedPeers, 0);
});

test('a transfer is measured against the real table, which a seed or the other peers know', () => {
  const world = settled();
  world.peers[0].size = 600;
  world.peers[0].refreshed = 400;
  assert.equal(world.close().ipv4.maskedPeers, 0);
  const seed = world.addPeer('seed', true);
  world.peers[seed].size = 100_000;
  world.peers[1].refreshed = 900;
  const { ipv4 } = world.close();
  assert.deepEqual([ipv4.maskedPeers, ipv4.wholeTable], [0, true]);
});

test('three peers of one collector masked within 5 minutes mask all of it', () => {
  const world = settled({ collectors: 2 });
  world.enter(0, 'down');
  world.enter(1, 'silent');
  assert.equal(world.close().ipv4.maskedPeers, 2);
  world.pass(3);
  world.enter(2, 'silent');
  assert.equal(world.close().ipv4.maskedPeers, 20);
  world.pass(29);
  assert.equal(world.close().ipv4.maskedPeers, 3);
});

test('three peers of one collector masked in more than 5 minutes do not', () => {
  const world = settled({ collectors: 2 });
  world.enter(0, 'down');
  world.enter(1, 'silent');
  world.close();
  world.pass(4);
  world.enter(2, 'silent');
  assert.equal(world.close().ipv4.maskedPeers, 3);
});

test('a collector that goes for ever is no outage, though few of the others see the prefix', () => {
  const world = settled({ collectors: 2 });
  world.set(prefix, 'absent', range(20, 40));
  world.close();
  for (let peer = 0; peer < 20; peer++) world.enter(peer, 'silent');
  assert.deepEqual(world.pass(60), []);
  world.set(prefix, [64500], [20]);
  world.set(prefix, 'absent', [20], 30);
  assert.deepEqual(world.pass(60), []);
});

test('a prefix that stands low through who judges must be visible again before it can go down', () => {
  const world = settled({ collectors: 2 });
  world.set(prefix, 'absent', range(20, 37));
  world.close();
  for (let peer = 0; peer < 20; peer++) world.enter(peer, 'silent');
  world.pass(2);
  world.set(prefix, 'absent', [37, 38, 39]);
  assert.deepEqual(world.pass(1), []);
  world.set(prefix, [64500], range(20, 28));
  assert.deepEqual(world.pass(1), []);
  world.set(prefix, 'absent', range(20, 28));
  assert.deepEqual(world.pass(1), []);
  world.set(prefix, [64500], range(20, 32));
  assert.deepEqual(world.pass(1), []);
  world.set(prefix, 'absent', range(20, 32));
  assert.deepEqual(brief(world.pass(1)), [down]);
});

test('a holder that is masked while the others withdraw the prefix does not hide the loss', () => {
  for (const mask of ['transfer', 'session'] as const) {
    const world = settled({ peers: 43 });
    world.set(prefix, 'absent', range(0, 34), 50);
    assert.deepEqual(brief(world.close().events), []);
    if (mask === 'transfer') world.peers[42].refreshed = 501;
    else world.enter(42, 'down');
    assert.deepEqual(world.pass(1), []);
    world.set(prefix, 'absent', [34], 10);
    world.set(prefix, 'absent', range(35, 42), 20);
    const [down, recount] = world.close().events;
    assert.deepEqual(brief([down, recount]), [`down ${prefix} AS64500`, `recount ${prefix} AS64500`]);
    assert.deepEqual([down.eventSecond % 60, down.peers, down.livePeers], [10, 35, 42], mask);
    assert.deepEqual([recount.eventSecond % 60, recount.peers, recount.livePeers], [59, 42, 42], mask);
  }
});

test('a masked holder still counts as it last stood: too few withdrawals stay too few', () => {
  const world = settled({ peers: 43 });
  world.set(prefix, 'absent', range(0, 32));
  world.peers[42].refreshed = 501;
  world.close();
  world.peers[41].refreshed = 501;
  world.pass(6);
  world.peers[40].refreshed = 501;
  world.pass(6);
  // 33 of the 40 that are live, and of the 43 that were so lately.
  world.set(prefix, 'absent', [32]);
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, 'absent', range(33, 35));
  assert.deepEqual(brief(world.close().events), [down]);
});

test('a peer that resets and sends its table again is never an outage', () => {
  const world = settled({ peers: 12 });
  for (let round = 0; round < 12; round++) {
    world.enter(round, 'down');
    assert.deepEqual(world.pass(1), []);
    world.enter(round, 'established');
    world.set(prefix, [3356, 64500], [round]);
    assert.deepEqual(world.pass(35), []);
  }
});

test('masks and their ends alone make no event of a prefix that is down', () => {
  const world = settled({ peers: 20 });
  world.set(prefix, 'absent', range(0, 16));
  assert.deepEqual(brief(world.close().events), [down]);
  for (let peer = 2; peer < 12; peer += 4) world.enter(peer, 'down');
  assert.deepEqual(world.pass(10), []);
  for (let peer = 2; peer < 12; peer += 4) world.enter(peer, 'established');
  assert.deepEqual(world.pass(50), []);
});

test('what peers say while they are masked is judged when they count again', () => {
  const world = settled({ peers: 20 });
  for (let peer = 0; peer < 20; peer++) world.enter(peer, 'silent');
  assert.equal(world.close().ipv4.frozen, true);
  for (let peer = 0; peer < 20; peer++) world.enter(peer, 'established');
  world.set(prefix, 'absent', range(0, 20), 30);
  assert.deepEqual(world.pass(30), []);
  assert.deepEqual(brief(world.pass(5)), [down]);
  for (let peer = 0; peer < 20; peer++) world.enter(peer, 'silent');
  world.close();
  for (let peer = 0; peer < 20; peer++) world.enter(peer, 'established');
  world.set(prefix, [64500]);
  assert.deepEqual(world.pass(30), []);
  assert.deepEqual(brief(world.pass(5)), [up]);
});

test('what the few live peers of a frozen family say is judged when it is no longer frozen', () => {
  const world = new World({ peers: 11 });
  for (let i = 0; i < 9; i++) world.addPeer('c1');
  world.set(prefix, [64500]);
  world.close();
  world.set(prefix, 'absent', range(0, 7));
  world.close();
  for (const peer of range(0, 11)) world.enter(peer, 'silent');
  world.set(prefix, 'absent', range(11, 20));
  const { ipv4, events } = world.close();
  assert.deepEqual([ipv4.frozen, ipv4.livePeers, events], [true, 9, []]);
  for (const peer of range(0, 11)) world.enter(peer, 'established');
  assert.deepEqual(world.pass(30), []);
  assert.deepEqual(brief(world.pass(1)), [down]);
});

test('what a peer withdrew in a session that is gone says nothing any more', () => {
  const world = settled({ peers: 20 });
  world.set(prefix, 'absent', range(0, 16));
  assert.deepEqual(brief(world.close().events), [down]);
  for (const peer of range(0, 16)) world.enter(peer, 'down');
  world.close();
  for (const peer of range(0, 16)) world.enter(peer, 'established');
  assert.deepEqual(world.pass(35), []);
  world.set(prefix, [64500], [0]);
  assert.deepEqual(brief(world.close().events), [up]);
});

test('a lost prefix that most of those who are left have is up again once one of them says something of it', () => {
  const world = new World({ peers: 30 });
  for (let i = 0; i < 12; i++) world.addPeer('c1');
  world.set(prefix, [64500]);
  world.close();
  world.set(prefix, 'absent', range(0, 34));
  assert.deepEqual(brief(world.close().events), [down]);
  for (const peer of range(0, 30)) world.enter(peer, 'silent');
  assert.deepEqual(world.pass(40), []);
  world.set(prefix, [3356, 64500], [40]);
  assert.deepEqual(brief(world.close().events), [up]);
});

test('a peer that becomes a full feed makes no event', () => {
  const world = new World({ peers: 42 });
  for (let peer = 0; peer < 30; peer++) world.peers[peer].size = 1;
  world.set(prefix, [64500], range(30, 42));
  world.set(prefix, 'absent', range(0, 30));
  for (let peer = 30; peer < 42; peer++) world.peers[peer].size = 1;
  world.close();
  for (let peer = 0; peer < 42; peer++) world.peers[peer].size = peer < 30 ? 1 : 1000;
  world.close();
  for (let peer = 0; peer < 42; peer++) world.peers[peer].size = 1000;
  assert.deepEqual(world.pass(10), []);
});

test('a table that becomes known is a baseline: what it lacks is not lost, what comes later is not back', () => {
  const world = new World({ peers: 12 });
  world.set(prefix, [64500], range(0, 2));
  world.close();
  for (const peer of world.peers) peer.complete = true;
  assert.deepEqual(world.pass(3), []);
  world.set('10.9.9.0/24', [64501], range(0, 5));
  assert.deepEqual(world.pass(1), []);
  world.set('10.9.9.0/24', [64501], range(5, 12));
  assert.deepEqual(world.pass(1), []);
  world.set('10.9.9.0/24', 'absent');
  assert.deepEqual(brief(world.pass(1)), ['down 10.9.9.0/24 AS64501']);
  // Three of twelve never had it, seven withdraw it: ten lack it.
  world.set('10.9.10.0/24', [64501], range(0, 9));
  assert.deepEqual(world.pass(1), []);
  world.set('10.9.10.0/24', 'absent', range(0, 7));
  assert.deepEqual(brief(world.pass(1)), ['down 10.9.10.0/24 AS64501']);
});

test('routes that are forgotten are unknown again: no event, and no vote against', () => {
  const world = settled();
  world.set(prefix, 'absent', range(0, 16));
  assert.deepEqual(brief(world.close().events), [down]);
  world.set(prefix, 'unknown', range(0, 16));
  assert.deepEqual(world.pass(5), []);
  world.set(prefix, [64500], [3]);
  assert.deepEqual(brief(world.close().events), [up]);
});
