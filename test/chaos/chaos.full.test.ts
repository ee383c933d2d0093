/** Services as processes on real brokers, killed, paused, cut off: the public topics are the undisturbed run's, byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingJars } from '../kafka/jars.ts';
import { runSeeds } from './seeds.ts';

const runs = 50;

test(`${runs} seeded runs in which something goes wrong`, { skip: missingJars() }, async (t) => {
  const say = (line: string): void => t.diagnostic(line);
  const { failures, counted } = await runSeeds({ first: 1, runs, lanes: 1, long: false, say });
  assert.deepEqual(failures, []);
  assert.ok(counted >= runs, `only in ${counted} runs every disturbance met services at work`);
});
