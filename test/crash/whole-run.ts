import { readBack } from '#runtime/read-back.ts';
import type { ServiceEvent } from '#runtime/service.ts';
import { anomalies, asScores } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { beatAndBlackout } from '../sim/beat-and-blackout.ts';
import { scenarioFiles } from './scenario-files.ts';

const counts = { updatePartitions: 2, blockPartitions: 2 };
/** Small, so that there is something to restore soon. */
const snapshots = { everyEventMinutes: 60, everyInputBytes: 100_000 };
const scenarioSeed = 1;

/** Feeds the scenario through all services over this transport, or what is still to be done of it. */
export async function runWhole(
  transport: Transport,
  onEvent: (event: ServiceEvent) => void = () => undefined,
): Promise<void> {
  const pipeline = await startPipeline({ ...counts, snapshots, onEvent }, transport);
  const feed = new Feed({ partitions: counts.updatePartitions }, transport);
  await feed.run(scenarioFiles(beatAndBlackout, scenarioSeed));
  await pipeline.drained();
  await pipeline.stop();
}

/** The public topics, read back by the rule of the envelope: a line a record, its key and its bytes. */
export async function publicTopics(transport: Transport): Promise<string[]> {
  const lines: string[] = [];
  for (const channel of [asScores, anomalies]) {
    for await (const { record } of readBack<unknown>(transport, channel, 0))
      lines.push(`${channel.topic} ${record.key} ${Buffer.from(record.value!).toString('latin1')}`);
  }
  return lines;
}
