import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference, simulate } from './crashes.ts';

test('crashes, duplicates, moving partitions and any partition count change no byte of what is told', async (t) => {
  const undisturbed = await simulate({ updatePartitions: 1, blockPartitions: 1, seed: 0, crashes: 0 });
  assert.ok(undisturbed.scores.length > 1000 && undisturbed.anomalies.length > 20);
  for (const [seed, updatePartitions, blockPartitions] of [
    [1, 1, 1],
    [2, 3, 2],
    [3, 2, 7],
  ] as const) {
    await t.test(`seed ${seed}, ${updatePartitions} and ${blockPartitions} partitions`, async () => {
      const run = await simulate({ seed, updatePartitions, blockPartitions, crashes: 12 });
      assert.ok(run.crashes > 0);
      assert.equal(firstDifference(run.anomalies, undisturbed.anomalies), undefined);
      assert.equal(firstDifference(run.scores, undisturbed.scores), undefined);
    });
  }
});
