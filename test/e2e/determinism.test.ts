import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { Detection, type DetectionOptions } from '../../services/main-job/detection.ts';
import { anomalyJson, scoresJson } from '../../services/main-job/report/reports.ts';
import { removeSmallWorld, type SmallWorld, writeSmallWorld } from './small-world.ts';

/** All that a run tells, as lines. */
async function toldBy(
  files: readonly string[],
  options: DetectionOptions,
): Promise<{ incidents: string; scores: string }> {
  const incidents: string[] = [];
  const scores: string[] = [];
  await new Detection({
    ...options,
    onAnomaly: (anomaly) => incidents.push(anomalyJson(anomaly)),
    onScores: (value) => scores.push(scoresJson(value)),
  }).run(files.map(diskFile));
  return { incidents: incidents.join('\n'), scores: scores.join('\n') };
}

suite('the same files give the same bytes', () => {
  let world: SmallWorld;
  let expected: { incidents: string; scores: string };
  before(async () => {
    world = writeSmallWorld();
    expected = await toldBy(world.files, { updatePartitions: 1, blockPartitions: 1 });
  });
  after(() => removeSmallWorld(world));

  test('there is something to compare', () => {
    assert.ok(expected.incidents.split('\n').length > 4);
    assert.ok(expected.scores.split('\n').length > 100);
  });

  const variants: Record<string, DetectionOptions> = {
    '3 partitions of each': { updatePartitions: 3, blockPartitions: 3 },
    '7 partitions of each': { updatePartitions: 7, blockPartitions: 7 },
    '7 by peer, 1 by block': { updatePartitions: 7, blockPartitions: 1 },
    'batches of 500 bytes': { updatePartitions: 1, blockPartitions: 3, batchBytes: 500 },
  };
  for (const [name, options] of Object.entries(variants)) {
    test(name, async () => assert.deepEqual(await toldBy(world.files, options), expected));
  }

  test('files in any order', async () => {
    assert.deepEqual(await toldBy(world.files.toReversed(), { updatePartitions: 3 }), expected);
  });
});
