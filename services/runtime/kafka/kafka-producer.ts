import type { OutgoingRecord, Producer } from '../transport/transport.ts';
import { ClusterLink } from './cluster-link.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { type Cluster, uncompressed, zstd } from './mended-kafkajs.ts';
import { leaderId } from './partition-reads.ts';

/** Of one partition in one request: brokers take 1,048,588 as they come, unless a topic says otherwise. */
const batchBytesMax = 1_000_000;
const requestBytesMax = 8_000_000;
/** What Kafka adds to a record, at most, and what the shortest takes. */
const recordOverheadBytes = 32;
/** What is smaller in all gains too little. */
const compressedFromBytes = 1_000;
const brokerTimeoutMs = 30_000;
const allReplicas = -1;

interface Send {
  /** Records that are not yet kept. */
  left: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Queued {
  readonly record: OutgoingRecord;
  readonly send: Send;
}

interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: { readonly key: string; readonly value: Buffer | null }[];
  bytes: number;
}

/**
 * Sends one request at a time to each broker, with all that has gathered meanwhile: so nothing overtakes anything, also not when
 * a request is repeated. What was repeated though it had arrived is twice in the log, and is left out by the envelope's rule.
 */
export class KafkaProducer implements Producer {
  readonly #link: ClusterLink;
  readonly #prefix: string;
  #queue: Queued[] = [];
  #first = 0;
  #running: Promise<void> | undefined;
  #closed = false;
  /** After it nothing is sent: what follows would come without what went before. */
  #failure: { readonly problem: unknown } | undefined;

  constructor(options: KafkaOptions) {
    this.#link = new ClusterLink(options);
    this.#prefix = options.prefix;
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#closed) throw new Error('the producer is closed');
    if (this.#failure !== undefined) throw this.#failure.problem;
    if (records.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      const send = { left: records.length, resolve, reject };
      for (const record of records) this.#queue.push({ record, send });
      this.#running ??= this.#run();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    this.#link.close();
  }

  /** Ends without waiting: what is under way is rejected. */
  async abort(): Promise<void> {
    this.#closed = true;
    this.#link.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    // Sends of the same turn go together.
    await Promise.resolve();
    while (this.#first < this.#queue.length) {
      const chunk = this.#nextChunk();
      try {
        await this.#deliver(chunk.batches);
      } catch (problem) {
        this.#fail(problem, chunk.queued);
        break;
      }
      for (const { send } of chunk.queued) if (--send.left === 0) send.resolve();
    }
    this.#queue = [];
    this.#first = 0;
    this.#running = undefined;
  }

  #fail(problem: unknown, chunk: readonly Queued[]): void {
    this.#failure = { problem };
    for (const { send } of [...chunk, ...this.#queue.slice(this.#first)]) send.reject(problem);
  }

  /** The next records in order, as many as one request takes; at least one. */
  #nextChunk(): { queued: Queued[]; batches: PartitionBatch[] } {
    const batches = new Map<string, PartitionBatch>();
    const from = this.#first;
    let bytes = 0;
    for (; this.#first < this.#queue.length; this.#first++) {
      const { topic, partition, key, value } = this.#queue[this.#first]!.record;
      const size = recordOverheadBytes + Buffer.byteLength(key) + (value?.length ?? 0);
      const at = `${topic}/${partition}`;
      const batch = batches.get(at) ?? { topic: this.#prefix + topic, partition, messages: [], bytes: 0 };
      if (batch.bytes > 0 && batch.bytes + size > batchBytesMax) break;
      if (bytes > 0 && bytes + size > requestBytesMax) break;
      batches.set(at, batch);
      batch.bytes += size;
      bytes += size;
      batch.messages.push({ key, value: value && Buffer.from(value.buffer, value.byteOffset, value.length) });
    }
    const queued = this.#queue.slice(from, this.#first);
    // What was sent is let go in time, at a cost that does not grow with the queue.
    if (this.#first > this.#queue.length / 2) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    return { queued, batches: [...batches.values()] };
  }

  async #deliver(batches: readonly PartitionBatch[]): Promise<void> {
    const topics = [...new Set(batches.map(({ topic }) => topic))];
    const left = new Set(batches);
    await this.#link.use({ doing: `write to ${topics.join(', ')}`, topics }, async (cluster) => {
      await cluster.refreshMetadataIfNecessary();
      const byLeader = Map.groupBy(left, ({ topic, partition }) => leaderId(cluster, topic, partition));
      const requests = [...byLeader].map(async ([leader, ofLeader]) => {
        await produce(cluster, leader, ofLeader);
        for (const batch of ofLeader) left.delete(batch);
      });
      const failed = (await Promise.allSettled(requests)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    });
  }
}

async function produce(cluster: Cluster, leader: number, batches: readonly PartitionBatch[]): Promise<void> {
  const broker = await cluster.findBroker({ nodeId: leader });
  const topicData = [...Map.groupBy(batches, ({ topic }) => topic)].map(([topic, partitions]) => ({
    topic,
    partitions,
  }));
  const bytes = batches.reduce((sum, batch) => sum + batch.bytes, 0);
  const compression = bytes < compressedFromBytes ? uncompressed : zstd;
  await broker.produce({ acks: allReplicas, timeout: brokerTimeoutMs, compression, topicData });
}
