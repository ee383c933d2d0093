import type { LogRecord } from '../transport/transport.ts';
import { ClusterLink } from './cluster-link.ts';
import { clusterConfig, type KafkaOptions } from './kafka-options.ts';
import { explained } from './kafka-problem.ts';
import { newAdmin } from './mended-kafkajs.ts';
import { OwnedPartition } from './owned-partition.ts';
import { PartitionFetcher } from './partition-fetcher.ts';
import { partitionOffsets } from './partition-reads.ts';

/** Records of one partition, in the order of their offsets. */
export interface TopicBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

/** Where to begin in a partition that has [low, high). */
type StartOffset = (topic: string, partition: number, low: number, high: number) => number;

/**
 * Reads topics that others write, all of their partitions, as a member of no group: nothing is committed, so nothing but
 * reading has to be allowed. Names are as they are; the prefix of the options does not count.
 */
export class TopicReader {
  readonly #options: KafkaOptions;
  readonly #link: ClusterLink;
  /** The fetcher's own list: it grows. */
  readonly #topics: string[] = [];
  readonly #following = new Set<string>();
  readonly #fetcher: PartitionFetcher;
  #partitions: OwnedPartition[] = [];
  #turn = 0;
  #failure: { readonly problem: unknown } | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(options: KafkaOptions) {
    this.#options = options;
    this.#link = new ClusterLink(options);
    this.#fetcher = new PartitionFetcher(this.#link, this.#topics, {
      fetched: () => this.#wakeReader(),
      failed: (problem) => this.fail(problem),
    });
  }

  /** All topics that this user may see now. One try. */
  async list(): Promise<string[]> {
    const admin = newAdmin(clusterConfig(this.#options, () => undefined));
    try {
      await admin.connect();
      return await admin.listTopics();
    } catch (error) {
      throw explained(error, { doing: 'list the topics', brokers: this.#options.brokers });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  /** Reads these topics too, from where `start` says. */
  async follow(topics: readonly string[], start: StartOffset): Promise<void> {
    const added = topics.filter((topic) => !this.#following.has(topic));
    if (added.length === 0) return;
    for (const topic of added) this.#following.add(topic);
    const counts = await this.#link.use(
      { doing: `find ${added.join(', ')}`, topics: added },
      async (cluster) => {
        await cluster.refreshMetadata();
        return added.map((topic) => cluster.findTopicPartitionMetadata(topic).length);
      },
    );
    const found = added.flatMap((topic, i) =>
      Array.from({ length: counts[i]! }, (_, partition) => new OwnedPartition(topic, partition)),
    );
    await Promise.all(
      found.map(async (one) => {
        const { low, high } = await partitionOffsets(this.#link, one.topic, one.partition);
        one.readFrom(start(one.topic, one.partition, low, high));
      }),
    );
    this.#topics.push(...added);
    this.#partitions.push(...found);
    this.#fetcher.changed(this.#partitions);
  }

  /** Waits for the next records; undefined once it is closed. Throws a KafkaProblem where it cannot go on. */
  async read(bytesMax: number): Promise<TopicBatch | undefined> {
    while (!this.#closed) {
      if (this.#failure !== undefined) throw this.#failure.problem;
      for (let i = 0; i < this.#partitions.length; i++) {
        const one = this.#partitions[this.#turn++ % this.#partitions.length]!;
        if (!one.waiting) continue;
        const records = one.take(bytesMax);
        this.#fetcher.taken();
        return { topic: one.topic, partition: one.partition, records };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  /** Ends the reading: `read` throws this. */
  fail(problem: unknown): void {
    this.#failure ??= { problem };
    this.#wakeReader();
  }

  close(): void {
    this.#closed = true;
    this.#partitions = [];
    this.#fetcher.close();
    this.#link.close();
    this.#wakeReader();
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
