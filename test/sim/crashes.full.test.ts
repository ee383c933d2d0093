import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference, simulate } from './crashes.ts';

const seeds = 60;
const partitionCounts = [1, 3, 7];

test(`simulated crashes, ${seeds} seeds, 1, 3 and 7 partitions of each sharded topic`, async (t) => {
  const undisturbed = await simulate({ updatePartitions: 1, blockPartitions: 1, seed: 0, crashes: 0 });
  for (let seed = 100; seed < 100 + seeds; seed++) {
    const updatePartitions = partitionCounts[seed % 3]!;
    const blockPartitions = partitionCounts[Math.floor(seed / 3) % 3]!;
    await t.test(`seed ${seed}, ${updatePartitions} and ${blockPartitions} partitions`, async () => {
      const run = await simulate({ seed, updatePartitions, blockPartitions, crashes: 25 });
      assert.equal(firstDifference(run.anomalies, undisturbed.anomalies), undefined);
      assert.equal(firstDifference(run.scores, undisturbed.scores), undefined);
    });
  }
});
