import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, firstMinute, range, World } from './world.ts';

const prefix = '10.1.2.0/24';

test('a prefix goes down when 80 % of the live peers have withdrawn it, and comes up when 60 % have it', () => {
  const world = new World({ peers: 43 });
  world.set(prefix, [3356, 64500], range(0, 12));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, 'absent', range(0, 34));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, 'absent', [34], 17);
  const [down] = world.close().events;
  assert.equal(down?.kind, 'down');
  assert.equal(down.eventSecond, (firstMinute + 2) * 60 + 17);
  assert.deepEqual([down.originAs, down.peers, down.livePeers], [64500, 35, 43]);
  world.set(prefix, [3356, 64500], range(0, 17));
  assert.deepEqual(brief(world.close().events), []);
  world.set(prefix, [3356, 64500], [17], 59);
  const [up] = world.close().events;
  assert.equal(up?.kind, 'up');
  assert.deepEqual([up.peers, up.eventSecond], [26, (firstMinute + 4) * 60 + 59]);
});
