/**
 * The services alone over the log in memory, with everything already in bgp.updates: what they cost without Kafka. Prints JSON.
 * Arguments: partitions, MRT files.
 */
import type { AsScores } from '#core/contract/as-scores.ts';
import { topicSpecs } from '#runtime/topics.ts';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';

export interface EmbeddedFigures {
  readonly elems: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly firstMinute: number;
  /** The minute of the last score. */
  readonly lastMinute: number;
}

if (import.meta.main) {
  const [partitions, ...files] = process.argv.slice(2);
  const counts = { updatePartitions: Number(partitions), blockPartitions: Number(partitions) };
  const storage = new MemoryStorage({ retention: 'everything' });
  const log = new EmbeddedLog({ lagBytesMax: Number.POSITIVE_INFINITY }, storage);
  await log.ensureTopics(topicSpecs(counts));
  const feed = new Feed({ partitions: counts.updatePartitions }, log);
  await feed.run(files.map(diskFile));
  let firstMinute: number | undefined;
  let lastMinute = 0;
  const onScores = ({ eventMinute }: AsScores): void => {
    firstMinute ??= eventMinute;
    lastMinute = eventMinute;
  };
  const start = performance.now();
  const startCpu = process.cpuUsage();
  const pipeline = await startPipeline({ ...counts, onScores }, log);
  await pipeline.drained();
  const cpu = process.cpuUsage(startCpu);
  const figures: EmbeddedFigures = {
    elems: feed.totals().elems,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    firstMinute: firstMinute!,
    lastMinute,
  };
  await pipeline.stop();
  console.log(JSON.stringify(figures));
}
