import { setImmediate } from 'node:timers/promises';
import type {
  Batch,
  Consumer,
  ConsumerOptions,
  Delivery,
  LogRecord,
  OutgoingRecord,
  Producer,
  TopicSpec,
  Transport,
} from '#runtime/transport/transport.ts';
import type { Random } from '#scenario/random.ts';

/** The end of a process, as seen from inside it: nothing that it does afterwards has an effect. */
export class InjectedCrash extends Error {}

export interface Faults {
  readonly random: Random;
  /** The probability that a send, an acknowledgement or a scan is the last thing that the process does. */
  readonly crashChance: number;
  /** The probability that records sent earlier are appended once more. */
  readonly duplicateChance: number;
  /** Crashes that may still happen, over all processes. */
  crashesLeft: number;
}

const remembered = 64;
/** A send may wait so many turns of the event loop. */
const turnsMax = 2;

/** What one process sees of the transport: it may die at any call, half done, and what it sent may come twice. */
export class FaultyTransport implements Transport {
  readonly #inner: Transport;
  readonly #faults: Faults;
  readonly #sent: OutgoingRecord[] = [];
  /** The last send to each partition that has some on the way. */
  readonly #onTheWay = new Map<string, Promise<void>>();
  #dead = false;

  constructor(faults: Faults, inner: Transport) {
    this.#faults = faults;
    this.#inner = inner;
  }

  ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.#inner.ensureTopics(topics);
  }

  async openProducer(): Promise<Producer> {
    const producer = await this.#inner.openProducer();
    return { send: (records) => this.#send(producer, records), close: () => producer.close() };
  }

  async openConsumer(options: ConsumerOptions): Promise<Consumer> {
    const batchBytes = this.#faults.random.integer(1, 30_000);
    const consumer = await this.#inner.openConsumer({ ...options, batchBytes });
    return {
      read: async () => this.#delivered(await consumer.read()),
      seek: (topic, partition, offset) => consumer.seek(topic, partition, offset),
      close: () => consumer.close(),
    };
  }

  offsets(topic: string, partition: number): Promise<{ low: number; high: number }> {
    return this.#inner.offsets(topic, partition);
  }

  async *scan(topic: string, partition: number, from: number, to: number): AsyncIterable<LogRecord> {
    for await (const record of this.#inner.scan(topic, partition, from, to)) {
      this.#mayCrash();
      yield record;
    }
  }

  /** The log lives on: it is not this process's to close. */
  async close(): Promise<void> {}

  async #send(producer: Producer, records: readonly OutgoingRecord[]): Promise<void> {
    const { random, duplicateChance } = this.#faults;
    if (this.#crashes()) {
      // What is still on the way to a partition is lost, and with it all that comes after.
      const kept = records
        .slice(0, random.integer(0, records.length))
        .filter((record) => !this.#onTheWay.has(partitionOf(record)));
      if (kept.length > 0) await producer.send(kept);
      throw new InjectedCrash('while sending');
    }
    this.#sent.push(...records);
    this.#sent.splice(0, this.#sent.length - remembered);
    const again = random.chance(duplicateChance) ? this.#sent.slice(random.integer(0, remembered)) : [];
    await this.#append(producer, [...records, ...again]);
  }

  /** Partitions take their records each at its own pace: only within one is there an order to count on. */
  async #append(producer: Producer, records: readonly OutgoingRecord[]): Promise<void> {
    const byPartition = Map.groupBy(records, partitionOf);
    const sends = [...byPartition].map(([at, own]) => {
      const earlier = this.#onTheWay.get(at) ?? Promise.resolve();
      const send = earlier.then(async () => {
        for (let turns = this.#faults.random.integer(0, turnsMax); turns > 0; turns--) await setImmediate();
        if (this.#dead) throw new InjectedCrash('before its records left');
        await producer.send(own);
        if (this.#onTheWay.get(at) === send) this.#onTheWay.delete(at);
      });
      this.#onTheWay.set(at, send);
      return send;
    });
    // All are waited for, so that none fails unheard.
    const failed = (await Promise.allSettled(sends)).find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #delivered(delivery: Delivery | undefined): Delivery | undefined {
    if (delivery?.case !== 'batch') return delivery;
    const { batch } = delivery;
    const ack = (): Promise<boolean> => {
      this.#mayCrash();
      return batch.ack();
    };
    return { case: 'batch', batch: { ...batch, ack } satisfies Batch };
  }

  #mayCrash(): void {
    if (this.#crashes()) throw new InjectedCrash('at a call');
  }

  #crashes(): boolean {
    if (this.#dead) throw new InjectedCrash('it is dead');
    const { random, crashChance } = this.#faults;
    if (this.#faults.crashesLeft === 0 || !random.chance(crashChance)) return false;
    this.#faults.crashesLeft--;
    this.#dead = true;
    return true;
  }
}

const partitionOf = ({ topic, partition }: OutgoingRecord): string => `${topic}/${partition}`;
