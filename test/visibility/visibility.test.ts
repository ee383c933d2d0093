import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, firstMinute, range, World } from './world.ts';

const prefix = '10.1.2.0/24';
const second = (minute: number, ofMinute = 0) => (firstMinute + minute) * 60 + ofMinute;

test('a prefix goes down when 80 % of the live peers have withdrawn it, and comes up when 60 % have it', () => {
  const world = new World({ peers: 43 });
  world.set(prefix, [3356, 64500], range(0, 12));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, 'absent', range(0, 34));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, 'absent', [34], 17);
  const [down] = world.close().events;
  assert.equal(down.kind, 'down');
  assert.equal(down.eventSecond, second(2, 17));
  assert.deepEqual([down.originAs, down.peers, down.livePeers], [64500, 35, 43]);
  world.set(prefix, [3356, 64500], range(0, 17));
  const [recount] = world.close().events;
  assert.deepEqual([recount.kind, recount.eventSecond], ['recount', second(3, 59)]);
  assert.deepEqual([recount.peers, recount.livePeers], [18, 43]);
  // The same votes again are no news.
  world.set(prefix, [174, 64500], range(0, 17));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, [3356, 64500], [17], 59);
  const [up] = world.close().events;
  assert.equal(up.kind, 'up');
  assert.deepEqual([up.peers, up.eventSecond], [26, second(5, 59)]);
});

test('a prefix that nobody named goes down by withdrawals alone, and waits for its origin', () => {
  const world = new World({ peers: 20 });
  world.set(prefix, 'absent', range(0, 20), 5);
  const down = world.close();
  assert.deepEqual(brief(down.events), [`down ${prefix} AS0`]);
  world.set(prefix, [64500]);
  assert.deepEqual(brief(world.close().events), [`origin ${prefix} AS0`, `up ${prefix} AS64500`]);
});

test('all changes of a second count before any prefix is judged', () => {
  const world = new World();
  world.set(prefix, [64500]);
  world.close();
  world.set(prefix, 'absent', range(0, 20), 30);
  world.set(prefix, [64500], range(0, 20), 30);
  assert.deepEqual(brief(world.close().events), []);
});

test('rows out of the order of their seconds are put into it', () => {
  const world = new World();
  world.set(prefix, [64500]);
  world.close();
  world.set(prefix, 'absent', range(0, 10), 40);
  world.set(prefix, 'absent', range(10, 20), 20);
  const [down] = world.close().events;
  assert.equal(down.eventSecond, second(1, 40));
});

test('evidence names peers for and against, in order, and counts their ASes', () => {
  const world = new World({ collectors: 2, peers: 10 });
  world.set(prefix, [64500]);
  world.close();
  world.set(prefix, 'absent', [...range(0, 8), ...range(10, 19)]);
  const [down] = world.close().events;
  assert.deepEqual([down.peers, down.peerAses, down.livePeers, down.livePeerAses], [17, 17, 20, 20]);
  assert.deepEqual(down.peersFor.slice(0, 2), ['c0 192.0.2.0 AS100', 'c0 192.0.2.1 AS101']);
  assert.equal(down.peersFor.length, 8);
  assert.deepEqual(down.peersAgainst, ['c0 192.0.2.8 AS108', 'c0 192.0.2.9 AS109', 'c1 192.0.2.19 AS119']);
});

test('a loss needs peers of two collectors where two are large', () => {
  const world = new World({ collectors: 1, peers: 50 });
  for (let i = 0; i < 10; i++) world.addPeer('c1');
  world.set(prefix, [64500]);
  world.close();
  world.set(prefix, 'absent', range(0, 50));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, 'absent', [50]);
  assert.deepEqual(brief(world.close().events), [`down ${prefix} AS64500`]);
});

test('a loss needs peers of two ASes', () => {
  const world = new World();
  for (const peer of range(0, 17)) world.peers[peer].asn = 100;
  world.set(prefix, [64500]);
  world.close();
  world.set(prefix, 'absent', range(0, 17));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, 'absent', [17]);
  const [down] = world.close().events;
  assert.deepEqual([down.kind, down.peers, down.peerAses, down.livePeerAses], ['down', 18, 2, 4]);
});

test('lost paths tell the ASes that most of them share, nearest to the origin first, and the only upstream', () => {
  const world = new World({ peers: 20 });
  world.set(prefix, [174, 4837, 64500], range(0, 15));
  world.set(prefix, [3356, 4837, 64500, 64500], range(15, 20));
  world.close();
  // Half of them go some minutes before.
  world.set(prefix, 'absent', range(0, 10));
  world.pass(10);
  world.set(prefix, 'absent', range(10, 20));
  const [down] = world.close().events;
  assert.deepEqual([down.viaAses, down.upstreamAs], [[4837, 174], 4837]);
});

test('paths that were lost more than 10 minutes before say nothing of it', () => {
  const world = new World({ peers: 20 });
  world.set(prefix, [174, 64500], range(0, 10));
  world.set(prefix, [3356, 64500], range(10, 20));
  world.close();
  world.set(prefix, 'absent', range(0, 10));
  world.pass(11);
  world.set(prefix, 'absent', range(10, 20));
  const [down] = world.close().events;
  assert.deepEqual([down.viaAses, down.upstreamAs], [[3356], 3356]);
});

test('with two upstreams there is no single one', () => {
  const world = new World({ peers: 20 });
  world.set(prefix, [4837, 64500], range(0, 15));
  world.set(prefix, [22351, 64500], range(15, 20));
  world.close();
  world.set(prefix, 'absent');
  const [down] = world.close().events;
  assert.deepEqual([down.viaAses, down.upstreamAs], [[4837], 0]);
});

test('a minute is evaluated when every tracker is complete through it; empty ones too', () => {
  const world = new World({ trackers: 3 });
  const [first, second, third] = world.takeInputs();
  const minutes: number[] = [];
  const send = (input: typeof first) => world.tracker.apply(input, (out) => minutes.push(out.eventMinute));
  send(first);
  send(third);
  assert.deepEqual(minutes, []);
  send({ ...second, eventMinute: firstMinute + 5, sources: [] });
  assert.deepEqual(minutes, [firstMinute]);
  send({ ...first, eventMinute: firstMinute + 7, sources: [] });
  send({ ...third, eventMinute: firstMinute + 5, sources: [] });
  assert.deepEqual(minutes, [firstMinute, firstMinute + 5]);
  assert.throws(() => send({ ...third, eventMinute: firstMinute + 5, sources: [] }), /after/);
});

test('prefixes shorter than /8 (IPv6: /16) are not considered', () => {
  const world = new World();
  for (const short of ['0.0.0.0/0', '8.0.0.0/7', '2000::/3']) {
    world.set(short, [64500]);
    world.set(short, 'absent', range(0, 20), 9);
  }
  assert.deepEqual(brief(world.close().events), []);
});

test('IPv6 is judged by itself', () => {
  const world = new World();
  world.set('2001:db8:1::/48', [64500]);
  world.set(prefix, [64500]);
  world.close();
  world.set('2001:db8:1::/48', 'absent');
  assert.deepEqual(brief(world.close().events), ['down 2001:db8:1::/48 AS64500']);
});
