import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, firstMinute, range, World } from './world.ts';

const prefix = '10.1.2.0/24';

function settled(): World {
  const world = new World();
  world.set(prefix, [3356, 4837, 64500]);
  world.close();
  return world;
}

test('when the paths of 25 % of the live peers change in a minute, that is one event, told in the second of the last needed', () => {
  const world = settled();
  world.set(prefix, [174, 4837, 64500], range(0, 4), 10);
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, [174, 4837, 64500], range(4, 8), 10);
  world.set(prefix, [174, 4837, 64500], range(8, 12), 33);
  world.set(prefix, [174, 4837, 64500], range(12, 14), 50);
  const { events } = world.close();
  assert.deepEqual(brief(events), [`path ${prefix} AS64500`]);
  assert.deepEqual([events[0].peers, events[0].eventSecond], [10, (firstMinute + 2) * 60 + 33]);
});

test('it names the ASes on the changed part of most of the paths', () => {
  const world = settled();
  world.set(prefix, [174, 20485, 64500], range(0, 6));
  world.set(prefix, [6939, 20485, 64500], range(6, 8));
  const [event] = world.close().events;
  assert.deepEqual(event.viaAses, [4837, 20485, 174, 3356]);
});

test('a path that was withdrawn and came back another counts, the same one does not', () => {
  const world = settled();
  world.set(prefix, 'absent', range(0, 6), 1);
  world.set(prefix, [174, 64500], range(0, 6), 2);
  assert.equal(world.close().events[0].peers, 6);
  world.set(prefix, 'absent', range(0, 6), 1);
  world.set(prefix, [174, 64500], range(0, 6), 2);
  assert.deepEqual(brief(world.close().events), []);
});

test('a new prefix, a prefix that goes, and one that comes back make no path event in that minute', () => {
  const world = settled();
  world.set('10.1.2.128/25', [174, 64500]);
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, [174, 4837, 64500], range(0, 20), 1);
  world.set(prefix, 'absent', range(0, 20), 9);
  assert.deepEqual(brief(world.close().events), [`down ${prefix} AS64500`]);
  world.set(prefix, [3356, 4837, 64500], range(0, 20), 1);
  world.set(prefix, [174, 4837, 64500], range(0, 20), 9);
  assert.deepEqual(brief(world.close().events), [`up ${prefix} AS64500`]);
});

test('changes at masked peers do not count, nor those that only one AS saw', () => {
  const world = settled();
  for (const peer of range(0, 2)) world.peers[peer].refreshed = 900;
  world.set(prefix, [174, 4837, 64500], range(0, 6));
  assert.deepEqual(brief(world.close().events), []);
  const doubled = new World();
  for (const peer of range(0, 6)) doubled.peers[peer].asn = 100;
  doubled.set(prefix, [3356, 64500]);
  doubled.close();
  doubled.set(prefix, [174, 64500], range(0, 6));
  assert.deepEqual(brief(doubled.close().events), []);
});

test('a path that comes back within the minute was elsewhere in between', () => {
  const world = settled();
  world.set(prefix, [3356, 174, 64500], range(0, 6), 1);
  world.set(prefix, [3356, 4837, 64500], range(0, 6), 2);
  const [event] = world.close().events;
  assert.deepEqual([event.kind, event.viaAses], ['path', [174, 4837]]);
});

test('no path event while too few peers are live', () => {
  const world = new World({ peers: 9 });
  world.set(prefix, [3356, 64500]);
  world.close();
  world.set(prefix, [174, 64500]);
  assert.deepEqual(brief(world.close().events), []);
});
