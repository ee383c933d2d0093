import type { LogRecord } from '../transport/transport.ts';
import type { ClusterLink } from './cluster-link.ts';
import type { FetchedMessage } from './fetched-batch.ts';
import { KafkaProblem } from './kafka-problem.ts';
import { type Broker, type Cluster, readCommitted, withoutAborted } from './mended-kafkajs.ts';

/** Where to read on in one partition. */
export interface ReadFrom {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface PartitionRead {
  readonly from: ReadFrom;
  readonly records: readonly LogRecord[];
  /** The offset to read on from; `from` where there was nothing. */
  readonly next: number;
  /** The broker shows all that the partition holds before this offset. */
  readonly shownBefore: number;
}

export interface FetchLimits {
  /** How long the broker waits for the first byte. */
  readonly maxWaitMs: number;
  /** As they are on disk, compressed; at least one batch comes, however large. */
  readonly bytes: number;
  readonly bytesPerPartition: number;
}

/** The broker that leads a partition now. */
export async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<Broker> {
  await cluster.refreshMetadataIfNecessary();
  return cluster.findBroker({ nodeId: leaderId(cluster, topic, partition) });
}

export function leaderId(cluster: Cluster, topic: string, partition: number): number {
  const found = cluster.findTopicPartitionMetadata(topic).find((one) => one.partitionId === partition);
  if (found === undefined)
    throw new KafkaProblem(`topic ${topic} has no partition ${partition}`, false, undefined);
  return found.leader;
}

const earliest = -2;
const latest = -1;

/** The first offset that a partition still has, and the one that its next record gets. */
export function partitionOffsets(
  link: ClusterLink,
  topic: string,
  partition: number,
): Promise<{ low: number; high: number }> {
  const task = { doing: `ask for the offsets of ${topic}/${partition}`, topics: [topic] };
  return link.use(task, async (cluster) => {
    const leader = await leaderOf(cluster, topic, partition);
    const offset = async (timestamp: number): Promise<number> => {
      const topics = [{ topic, partitions: [{ partition, timestamp }] }];
      const { responses } = await leader.listOffsets({ isolationLevel: readCommitted, topics });
      return Number(responses[0]!.partitions[0]!.offset);
    };
    const [low, high] = await Promise.all([offset(earliest), offset(latest)]);
    return { low, high };
  });
}

/** One request to one broker for all of these partitions that it leads. */
export async function fetchFrom(
  broker: Broker,
  reads: readonly ReadFrom[],
  limits: FetchLimits,
): Promise<PartitionRead[]> {
  const topics = [...Map.groupBy(reads, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes: limits.bytesPerPartition,
    })),
  }));
  const { responses } = await broker.fetch({
    isolationLevel: readCommitted,
    maxWaitTime: limits.maxWaitMs,
    minBytes: 1,
    maxBytes: limits.bytes,
    topics,
  });
  return responses.flatMap(({ topicName, partitions }) =>
    partitions.map(({ partition, messages, abortedTransactions, lastStableOffset }) => {
      const from = reads.find((read) => read.topic === topicName && read.partition === partition)!;
      // A batch comes whole, also where it begins before the offset asked for.
      const asked = messages.filter((message) => Number(message.offset) >= from.offset);
      const shown = withoutAborted({ messages: asked, abortedTransactions });
      const records = shown.filter((message) => !message.isControlRecord).map(recordOf);
      const next = asked.length === 0 ? from.offset : Number(asked.at(-1)!.offset) + 1;
      return { from, records, next, shownBefore: Number(lastStableOffset) };
    }),
  );
}

function recordOf({ offset, key, value, unreadable }: FetchedMessage): LogRecord {
  return {
    ...(unreadable !== undefined && { unreadable }),
    offset: Number(offset),
    key: key === null ? '' : key.toString('utf8'),
    // A plain array over the same bytes: a Buffer's slice does not copy, which a step may count on.
    value: value === null ? null : new Uint8Array(value.buffer, value.byteOffset, value.length),
  };
}

const scanLimits: FetchLimits = { maxWaitMs: 500, bytes: 4 << 20, bytesPerPartition: 4 << 20 };
/** A new leader shows what it has when the others follow it, or are given up (30 s): so many reads of half a second in a row may bring nothing. */
const readsInVain = 80;

/** All records [from, to) of one partition that it has. Throws a KafkaProblem where its leader does not show what there must be. */
export async function* scanPartition(
  link: ClusterLink,
  { topic, partition, offset }: ReadFrom,
  to: number,
): AsyncIterable<LogRecord> {
  const { low, high } = await partitionOffsets(link, topic, partition);
  const end = Math.min(to, high);
  const task = { doing: `read ${topic}/${partition}`, topics: [topic] };
  let next = Math.max(low, offset);
  for (let inVain = 0; next < end; ) {
    const from = { topic, partition, offset: next };
    const [read] = await link.use(task, async (cluster) =>
      fetchFrom(await leaderOf(cluster, topic, partition), [from], scanLimits),
    );
    for (const record of read?.records ?? []) if (record.offset < end) yield record;
    if (read !== undefined && read.next > next) next = read.next;
    // Whole batches were compacted away, and those behind them are of the next segment.
    else if (read !== undefined && read.shownBefore > next) next++;
    else if (++inVain < readsInVain) continue;
    else throw notShown(from, read, end);
    inVain = 0;
  }
}

function notShown({ topic, partition, offset }: ReadFrom, read: PartitionRead | undefined, end: number) {
  const shown = read === undefined ? 'nothing' : `only what is before ${read.shownBefore}`;
  return new KafkaProblem(
    `could not read ${topic}/${partition} from offset ${offset}: it ended before ${end} a moment ago, and its leader now shows ${shown}. Are replicas of it out of sync, or was it made anew? Start again when all brokers are up.`,
    false,
    undefined,
  );
}
