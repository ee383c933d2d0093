import { EmbeddedConsumer } from './embedded-consumer.ts';
import { Group, GroupPartition } from './embedded-group.ts';
import type { PartitionStorage, Storage, StoredRecord } from './storage.ts';
import type {
  Consumer,
  ConsumerOptions,
  LogRecord,
  OutgoingRecord,
  Producer,
  TopicSpec,
  Transport,
} from './transport.ts';

export interface EmbeddedLogOptions {
  /** Producers wait while a group that reads the partition has more than so many bytes left to acknowledge. */
  readonly lagBytesMax: number;
}

export const defaultLagBytesMax = 4 * 1024 * 1024;
const scanBytes = 1024 * 1024;
const done = Promise.resolve();

interface Topic {
  readonly spec: TopicSpec;
  readonly partitions: readonly LogPartition[];
}

interface LogPartition {
  readonly storage: PartitionStorage;
  /** The same partition as each group sees it. */
  readonly readers: GroupPartition[];
}

/** A log of topics inside one process; the storage decides whether it outlives the process. */
export class EmbeddedLog implements Transport {
  readonly #storage: Storage;
  readonly #options: EmbeddedLogOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Map<string, Group>();
  readonly #consumers = new Set<EmbeddedConsumer>();
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(options: EmbeddedLogOptions, storage: Storage) {
    this.#options = options;
    this.#storage = storage;
    for (const spec of storage.topics()) this.#addTopic(spec);
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) {
      const kept = this.#topics.get(spec.name)?.spec;
      if (kept === undefined) {
        await this.#storage.createTopic(spec);
        this.#addTopic(spec);
      } else if (kept.partitions !== spec.partitions || kept.compacted !== spec.compacted) {
        throw new Error(`topic ${spec.name} exists as ${describe(kept)}, not as ${describe(spec)}`);
      }
    }
  }

  async openProducer(): Promise<Producer> {
    let closed = false;
    let failure: { readonly error: unknown } | undefined;
    let tail: Promise<unknown> = done;
    let waiting = 0;
    const append = (records: readonly OutgoingRecord[]): Promise<void> => {
      if (failure !== undefined) throw failure.error;
      return this.#append(records);
    };
    const sendInTurn = async (records: readonly OutgoingRecord[]): Promise<void> => {
      if (waiting === 0 && !this.#lagging(records)) return append(records);
      waiting++;
      let kept: Promise<void> | undefined;
      tail = tail.then(async () => {
        while (this.#lagging(records)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        waiting--;
        kept = append(records);
      });
      await tail;
      await kept;
    };
    return {
      send: async (records) => {
        if (closed) throw new Error('the producer is closed');
        try {
          await sendInTurn(records);
        } catch (error) {
          failure ??= { error };
          throw error;
        }
      },
      close: async () => {
        closed = true;
        // A failure of the last send is told by that send.
        await tail.catch(() => undefined);
      },
    };
  }

  async openConsumer(options: ConsumerOptions): Promise<Consumer> {
    this.#assertOpen();
    const group = this.#groups.get(options.group) ?? new Group();
    this.#groups.set(options.group, group);
    for (const topic of options.topics) if (!group.has(topic)) this.#subscribe(options.group, group, topic);
    const consumer = new EmbeddedConsumer(options, {
      acknowledge: (partition, end) => this.#acknowledge(options.group, partition, end),
      moved: () => this.#retry(),
      leave: (leaver) => {
        this.#consumers.delete(leaver);
        group.leave(leaver);
        this.#retry();
      },
    });
    this.#consumers.add(consumer);
    group.join(consumer);
    return consumer;
  }

  async offsets(topic: string, partition: number): Promise<{ low: number; high: number }> {
    const { low, high } = this.#partition(topic, partition).storage;
    return { low, high };
  }

  async *scan(topic: string, partition: number, from: number, to: number): AsyncIterable<LogRecord> {
    const { storage } = this.#partition(topic, partition);
    for (let next = from; next < to; ) {
      const records = storage.read(next, to, scanBytes);
      if (records.length === 0) return;
      yield* records;
      next = records.at(-1)!.offset + 1;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const consumer of [...this.#consumers]) await consumer.close();
    this.#retry();
    await this.#storage.close();
  }

  #addTopic(spec: TopicSpec): void {
    const partitions = Array.from({ length: spec.partitions }, (_, partition) => ({
      storage: this.#storage.partition(spec.name, partition),
      readers: [],
    }));
    this.#topics.set(spec.name, { spec, partitions });
  }

  #subscribe(name: string, group: Group, topic: string): void {
    const partitions = this.#topic(topic).partitions.map(({ storage, readers }, partition) => {
      const position = this.#storage.position(name, topic, partition) ?? storage.low;
      const reader = new GroupPartition(topic, partition, storage, position);
      readers.push(reader);
      return reader;
    });
    group.add(topic, partitions);
  }

  #append(records: readonly OutgoingRecord[]): Promise<void> {
    this.#assertOpen();
    const kept = this.#storage.append(records);
    if (kept !== undefined) return kept.then(() => this.#wakeReaders(records));
    this.#wakeReaders(records);
    return done;
  }

  #wakeReaders(records: readonly OutgoingRecord[]): void {
    for (const record of records) {
      for (const reader of this.#partition(record.topic, record.partition).readers)
        (reader.owner as EmbeddedConsumer | undefined)?.wake();
    }
  }

  /** True while the records have to wait for a group that reads one of their partitions. */
  #lagging(records: readonly OutgoingRecord[]): boolean {
    this.#assertOpen();
    for (const record of records) {
      for (const reader of this.#partition(record.topic, record.partition).readers)
        if (reader.lagBytes > this.#options.lagBytesMax) return true;
    }
    return false;
  }

  #acknowledge(group: string, partition: GroupPartition, end: StoredRecord): Promise<void> | undefined {
    partition.position = end.offset + 1;
    partition.bytesDone = end.bytesThrough;
    const { readers, storage } = this.#partition(partition.topic, partition.partition);
    storage.release(Math.min(...readers.map((reader) => reader.position)));
    this.#retry();
    return this.#storage.keepPosition(group, partition.topic, partition.partition, partition.position);
  }

  /** Lets waiting sends look again. */
  #retry(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const retry of waiting) retry();
  }

  #topic(topic: string): Topic {
    const found = this.#topics.get(topic);
    if (found === undefined) throw new Error(`there is no topic ${topic}`);
    return found;
  }

  #partition(topic: string, partition: number): LogPartition {
    const found = this.#topic(topic).partitions[partition];
    if (found === undefined) throw new Error(`topic ${topic} has no partition ${partition}`);
    return found;
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('the log is closed');
  }
}

const describe = (spec: TopicSpec): string =>
  `${spec.partitions} partitions${spec.compacted ? ', compacted' : ''}`;
