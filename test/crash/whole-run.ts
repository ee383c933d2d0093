import { readBack } from '#runtime/read-back.ts';
import type { ServiceEvent } from '#runtime/service.ts';
import { anomalies, asMinutes, asScores } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { beatAndBlackout } from '../sim/beat-and-blackout.ts';
import { scenarioFiles } from './scenario-files.ts';

const counts = { updatePartitions: 2, blockPartitions: 2 };
/** Of a network that flaps, one that is a beacon, and one that nobody announces. */
const probed = [
  { address: '175.45.176.8', originAs: 131_279 },
  { address: '84.205.64.1', originAs: 12_654 },
  { address: '2001:7fb:fe00::1', originAs: 12_654 },
  { address: '198.51.100.1', originAs: 64_500 },
];
/** Small, so that there is something to restore soon. */
const snapshots = { everyEventMinutes: 60, everyInputBytes: 100_000 };
const scenarioSeed = 1;

/** Feeds the scenario through all services over this transport, or what is still to be done of it. */
export async function runWhole(
  transport: Transport,
  onEvent: (event: ServiceEvent) => void = () => undefined,
): Promise<void> {
  const pipeline = await startPipeline({ ...counts, probed, snapshots, onEvent }, transport);
  const feed = new Feed({ partitions: counts.updatePartitions }, transport);
  await feed.run(scenarioFiles(beatAndBlackout, scenarioSeed));
  await pipeline.drained();
  await pipeline.stop();
}

/**
 * The public topics, read back by the rule of the envelope: a line a record, its key and its bytes. And what the
 * trackers of each block say of who is probed.
 */
export async function publicTopics(transport: Transport): Promise<string[]> {
  const lines: string[] = [];
  for (const channel of [asScores, anomalies]) {
    for await (const { record } of readBack<unknown>(transport, channel, 0))
      lines.push(`${channel.topic} ${record.key} ${Buffer.from(record.value!).toString('latin1')}`);
  }
  const targets: string[] = [];
  for await (const { record, value } of readBack(transport, asMinutes, 0))
    if (value.targets !== undefined)
      targets.push(`${record.key} ${Buffer.from(record.value!).toString('latin1')}`);
  // Stable: how blocks interleave is nobody's matter.
  return [...lines, ...targets.sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0))];
}
