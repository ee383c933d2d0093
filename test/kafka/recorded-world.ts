import { topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';

export const onePartition = { updatePartitions: 1, blockPartitions: 1 };

/** All topics after a small world went through all services. */
export async function recordedWorld(files: readonly string[]): Promise<Map<string, OutgoingRecord[]>> {
  const log = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'everything' }),
  );
  const pipeline = await startPipeline(onePartition, log);
  await new Feed({ partitions: 1 }, log).run(files.map(diskFile));
  await pipeline.drained();
  await pipeline.stop();
  const topics = new Map<string, OutgoingRecord[]>();
  for (const { name } of topicSpecs(onePartition)) {
    const records: OutgoingRecord[] = [];
    const { low, high } = await log.offsets(name, 0);
    for await (const { key, value } of log.scan(name, 0, low, high))
      records.push({ topic: name, partition: 0, key, value });
    topics.set(name, records);
  }
  await log.close();
  return topics;
}
