import { setTimeout } from 'node:timers/promises';
import type { ClusterLink, Task } from './cluster-link.ts';
import type { Cluster } from './mended-kafkajs.ts';
import type { OwnedPartition } from './owned-partition.ts';
import { fetchFrom, leaderId, type PartitionRead } from './partition-reads.ts';

/** Compressed; records unfold to some times that. */
const bytesPerFetch = 4 << 20;
const bytesPerPartition = 512 << 10;
/** Of one partition, unfolded; a fetch may go beyond. */
const bufferedPerPartition = 1 << 20;
/** Of all partitions together: nothing is fetched beyond. */
const bufferedInAll = 32 << 20;
/** How long a broker may wait for something new. */
const idleWaitMs = 500;
/** The same while a partition that has its buffer full is left out: it may want more soon. */
const fullWaitMs = 20;
/** A broker that gives nothing new though it has something is not asked again at once. */
const barrenPauseMs = 100;

export interface FetcherEvents {
  fetched(): void;
  failed(problem: unknown): void;
}

/** Keeps the buffers of all owned partitions filled: one request at a time to each broker that leads some. */
export class PartitionFetcher {
  readonly #link: ClusterLink;
  readonly #task: Task;
  readonly #events: FetcherEvents;
  #partitions: readonly OwnedPartition[] = [];
  /** Ids of the brokers that are being asked. */
  readonly #asked = new Set<number>();
  #waiting: PromiseWithResolvers<void> | undefined;
  #closed = false;

  constructor(link: ClusterLink, topics: readonly string[], events: FetcherEvents) {
    this.#link = link;
    this.#task = { doing: `read ${topics.join(', ')}`, topics };
    this.#events = events;
  }

  /** To be called when partitions come, go, or get a position. */
  changed(partitions: readonly OwnedPartition[]): void {
    this.#partitions = partitions;
    this.taken();
    if (!this.#closed) this.#start().catch((error: unknown) => this.#events.failed(error));
  }

  /** To be called when something was taken from a buffer. */
  taken(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  close(): void {
    this.#closed = true;
    this.taken();
  }

  /** Sees that each broker that leads some of the partitions is asked. */
  async #start(): Promise<void> {
    if (this.#reading().length === 0) return;
    const leaders = await this.#link.use(this.#task, async (cluster) => {
      await cluster.refreshMetadataIfNecessary();
      return new Set(this.#reading().map(({ topic, partition }) => leaderId(cluster, topic, partition)));
    });
    for (const leader of leaders) {
      if (this.#asked.has(leader)) continue;
      this.#asked.add(leader);
      this.#ask(leader)
        .then(() => {
          this.#asked.delete(leader);
          return this.#closed ? undefined : this.#start();
        })
        .catch((error: unknown) => this.#events.failed(error));
    }
  }

  /** Asks one broker on and on, until it leads none of the partitions. */
  async #ask(leader: number): Promise<void> {
    for (;;) {
      const since = Date.now();
      const reads = await this.#link.use(this.#task, (cluster) => this.#fetch(cluster, leader));
      if (reads === undefined) return;
      if (reads.length === 0) {
        this.#waiting ??= Promise.withResolvers();
        await this.#waiting.promise;
        continue;
      }
      const progress = this.#add(reads);
      if (progress) this.#events.fetched();
      else if (Date.now() - since < fullWaitMs / 2) await setTimeout(barrenPauseMs);
    }
  }

  /** Undefined where the broker leads nothing that is read; nothing where all buffers are full. */
  async #fetch(cluster: Cluster, leader: number): Promise<PartitionRead[] | undefined> {
    if (this.#closed) return undefined;
    await cluster.refreshMetadataIfNecessary();
    const reading = this.#reading();
    const led = reading.filter(({ topic, partition }) => leaderId(cluster, topic, partition) === leader);
    if (led.length === 0) return undefined;
    if (reading.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0) > bufferedInAll) return [];
    const hungry = led.filter(({ bufferedBytes }) => bufferedBytes < bufferedPerPartition);
    if (hungry.length === 0) return [];
    const broker = await cluster.findBroker({ nodeId: leader });
    const maxWaitMs = hungry.length < led.length ? fullWaitMs : idleWaitMs;
    const from = hungry.map(({ topic, partition, next }) => ({ topic, partition, offset: next }));
    return fetchFrom(broker, from, { maxWaitMs, bytes: bytesPerFetch, bytesPerPartition });
  }

  /** False where there was nothing new. */
  #add(reads: readonly PartitionRead[]): boolean {
    let progress = false;
    for (const { from, records, next } of reads) {
      if (next === from.offset) continue;
      progress = true;
      this.#partitions
        .find((one) => one.topic === from.topic && one.partition === from.partition)
        ?.add(from.offset, records, next);
    }
    return progress;
  }

  #reading(): OwnedPartition[] {
    return this.#partitions.filter((partition) => partition.state === 'reading');
  }
}
