import { setImmediate } from 'node:timers/promises';
import type { GroupPartition, Member } from './embedded-group.ts';
import type { StoredRecord } from './storage.ts';
import type { Batch, Consumer, ConsumerOptions, Delivery } from './transport.ts';

/** After so many batches or bytes in a row the event loop gets a turn: timers, sockets, files and other threads wait no longer. */
const batchesPerTurn = 2;
const bytesPerTurn = 64 * 1024;

/** What a consumer asks of the log it belongs to. */
export interface ConsumerLog {
  acknowledge(partition: GroupPartition, end: StoredRecord): Promise<void> | undefined;
  moved(): void;
  leave(consumer: EmbeddedConsumer): void;
}

export class EmbeddedConsumer implements Consumer, Member {
  readonly group: string;
  readonly topics: readonly string[];
  readonly #batchBytes: number;
  readonly #log: ConsumerLog;
  readonly #changes: Delivery[] = [];
  #owned: GroupPartition[] = [];
  /** Where in `#owned` the search for the next batch starts: every partition gets its turn. */
  #turn = 0;
  /** Since the event loop had its turn. */
  #batches = 0;
  #bytes = 0;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(options: ConsumerOptions, log: ConsumerLog) {
    this.group = options.group;
    this.topics = options.topics;
    this.#batchBytes = options.batchBytes;
    this.#log = log;
  }

  gain(partition: GroupPartition): void {
    this.#owned.push(partition);
    this.#changes.push({ case: 'assigned', topic: partition.topic, partition: partition.partition });
    this.wake();
  }

  lose(partition: GroupPartition): void {
    this.#owned = this.#owned.filter((owned) => owned !== partition);
    this.#changes.push({ case: 'revoked', topic: partition.topic, partition: partition.partition });
    this.wake();
  }

  /** There may be something to read. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  async read(): Promise<Delivery | undefined> {
    if (this.#wake !== undefined) throw new Error(`${this.group}: two reads at a time`);
    while (!this.#closed) {
      const change = this.#changes.shift();
      if (change !== undefined) return change;
      if (this.#batches >= batchesPerTurn || this.#bytes >= bytesPerTurn) {
        this.#batches = 0;
        this.#bytes = 0;
        await setImmediate();
        continue;
      }
      // What is chosen is told at once: nobody can seek in between.
      const batch = this.#nextBatch();
      if (batch !== undefined) return { case: 'batch', batch };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  async seek(topic: string, partition: number, offset: number): Promise<void> {
    const owned = this.#owned.find((one) => one.topic === topic && one.partition === partition);
    if (owned === undefined) return;
    const { low, high } = owned.storage;
    if (offset < low || offset > high)
      throw new RangeError(`${topic}/${partition}: offset ${offset} is outside the log [${low}, ${high}]`);
    owned.startAt(offset);
    this.#log.moved();
    this.wake();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#log.leave(this);
    this.wake();
  }

  #nextBatch(): Batch | undefined {
    for (let i = 0; i < this.#owned.length; i++) {
      const partition = this.#owned[this.#turn++ % this.#owned.length]!;
      const { high } = partition.storage;
      if (partition.next >= high) continue;
      const records = partition.storage.read(partition.next, high, this.#batchBytes);
      // A compacted topic may end in a gap.
      partition.next = records.length === 0 ? high : records.at(-1)!.offset + 1;
      if (records.length === 0) continue;
      this.#batches++;
      this.#bytes +=
        records.at(-1)!.bytesThrough - records[0]!.bytesThrough + (records[0]!.value?.length ?? 0);
      return this.#batch(partition, records);
    }
    return undefined;
  }

  #batch(partition: GroupPartition, records: readonly StoredRecord[]): Batch {
    const { generation } = partition;
    const ack = async () => {
      if (partition.generation !== generation) return false;
      await this.#log.acknowledge(partition, records.at(-1)!);
      return true;
    };
    return { topic: partition.topic, partition: partition.partition, records, ack };
  }
}
