import { type EventMinute, firstSecondOf } from '#core/event-time.ts';
import { bgpUpdates, deadLetters } from '../topics.ts';
import type {
  Consumer,
  ConsumerOptions,
  Delivery,
  OutgoingRecord,
  Producer,
  Transport,
} from '../transport/transport.ts';
import type { Metrics } from './metrics.ts';

/** The ends of what is read are looked up so often. */
const lookEveryMs = 5_000;
/** A look that is older says nothing about now. */
const lookKeptMs = 30_000;

interface Watch {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be read; undefined until it is known. */
  position: number | undefined;
  end: { readonly offset: number; readonly atMs: number } | undefined;
  /** While the brokers are away a look takes as long as they are: the next one waits for it. */
  isLooking: boolean;
}

interface Traffic {
  records: number;
  bytes: number;
}

/** What a process reads and writes, and how far it is behind: seen at its transport. */
export class WatchedTransport implements Transport {
  readonly #transport: Transport;
  readonly #now: () => number;
  readonly #consumed = new Map<string, Traffic>();
  readonly #produced = new Map<string, Traffic>();
  readonly #letters = new Map<string, number>();
  /** Of each source that was written to bgp.updates, the event minute of its last records. */
  readonly #fed = new Map<string, EventMinute>();
  readonly #watches = new Map<string, Watch>();
  #failedLooks = 0;
  #looking: NodeJS.Timeout | undefined;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(transport: Transport, metrics: Metrics, now: () => number) {
    this.#transport = transport;
    this.#now = now;
    this.#register(metrics);
  }

  ensureTopics(...args: Parameters<Transport['ensureTopics']>): Promise<void> {
    return this.#transport.ensureTopics(...args);
  }

  offsets(topic: string, partition: number): Promise<{ low: number; high: number }> {
    return this.#transport.offsets(topic, partition);
  }

  scan(...args: Parameters<Transport['scan']>): ReturnType<Transport['scan']> {
    return this.#transport.scan(...args);
  }

  async openProducer(): Promise<Producer> {
    const producer = await this.#transport.openProducer();
    // From 0 on, so that the first one is seen.
    add(this.#produced, deadLetters.topic, 0, 0);
    return {
      send: async (records) => {
        await producer.send(records);
        for (const record of records) this.#sent(record);
      },
      close: () => producer.close(),
    };
  }

  async openConsumer(options: ConsumerOptions): Promise<Consumer> {
    for (const topic of options.topics) this.#consumed.set(topic, { records: 0, bytes: 0 });
    const consumer = await this.#transport.openConsumer(options);
    this.#keepLooking();
    return {
      read: async () => this.#delivered(await consumer.read()),
      seek: async (topic, partition, offset) => {
        await consumer.seek(topic, partition, offset);
        this.#moved(topic, partition, offset);
      },
      close: () => consumer.close(),
    };
  }

  close(): Promise<void> {
    clearTimeout(this.#looking);
    this.#looking = undefined;
    return this.#transport.close();
  }

  #delivered(delivery: Delivery | undefined): Delivery | undefined {
    if (delivery === undefined) return undefined;
    if (delivery.case === 'batch') {
      const { topic, partition, records, ack } = delivery.batch;
      let bytes = 0;
      for (const { value } of records) bytes += value?.length ?? 0;
      add(this.#consumed, topic, records.length, bytes);
      const acknowledge = async () => {
        const isOurs = await ack();
        if (isOurs) this.#moved(topic, partition, records.at(-1)!.offset + 1);
        return isOurs;
      };
      return { case: 'batch', batch: { topic, partition, records, ack: acknowledge } };
    }
    const { topic, partition } = delivery;
    const key = `${topic}/${partition}`;
    // Another instance tells of what went to it.
    if (delivery.case === 'revoked') this.#watches.delete(key);
    else {
      const watch: Watch = { topic, partition, position: undefined, end: undefined, isLooking: false };
      this.#watches.set(key, watch);
      void this.#lookAt(watch);
    }
    return delivery;
  }

  #moved(topic: string, partition: number, position: number): void {
    const watch = this.#watches.get(`${topic}/${partition}`);
    if (watch !== undefined) watch.position = position;
  }

  #sent(record: OutgoingRecord): void {
    const { topic, value } = record;
    add(this.#produced, topic, 1, value?.length ?? 0);
    if (value === null) return;
    if (topic === bgpUpdates.topic) this.#fedRecord(value);
    else if (topic === deadLetters.topic) {
      const { reason } = deadLetters.codec.decode(...opened(value));
      this.#letters.set(reason, (this.#letters.get(reason) ?? 0) + 1);
    }
  }

  #fedRecord(value: Uint8Array): void {
    const { envelope, body } = bgpUpdates.codec.open(value);
    const { producer, eventMinute } = envelope;
    if (eventMinute <= (this.#fed.get(producer) ?? 0)) return;
    // Ticks come also from a source that says nothing; they are never so long that they go in parts, which cannot be
    // decoded one by one.
    if (envelope.parts > 1 || bgpUpdates.codec.decode(envelope, body).content.case === 'mrtRecords')
      this.#fed.set(producer, eventMinute);
  }

  /** Where a partition ends now. */
  async #lookAt(watch: Watch): Promise<void> {
    if (watch.isLooking) return;
    watch.isLooking = true;
    try {
      const { high } = await this.#transport.offsets(watch.topic, watch.partition);
      watch.end = { offset: high, atMs: this.#now() };
    } catch {
      this.#failedLooks++;
    } finally {
      watch.isLooking = false;
    }
  }

  /** Again and again, for as long as the transport is open. */
  #keepLooking(): void {
    this.#looking ??= setInterval(() => {
      for (const watch of this.#watches.values()) void this.#lookAt(watch);
    }, lookEveryMs).unref();
  }

  /** Where it is known: in records, what is after the position. */
  #lag({ position, end }: Watch): number | undefined {
    if (position === undefined || end === undefined || this.#now() - end.atMs > lookKeptMs) return undefined;
    return Math.max(0, end.offset - position);
  }

  #register(metrics: Metrics): void {
    const traffic = (name: string, help: string, read: ReadonlyMap<string, Traffic>, of: keyof Traffic) =>
      metrics.counter({ name, help, labels: ['topic'] }, (tell) => {
        for (const [topic, counts] of read) tell(counts[of], topic);
      });
    const [consumed, produced] = [this.#consumed, this.#produced];
    traffic('steadybeat_records_consumed_total', 'Records read', consumed, 'records');
    traffic('steadybeat_consumed_bytes_total', 'Bytes of the records read', consumed, 'bytes');
    traffic('steadybeat_records_produced_total', 'Records written and kept by the log', produced, 'records');
    traffic('steadybeat_produced_bytes_total', 'Bytes of the records written', produced, 'bytes');
    metrics.counter(
      {
        name: 'steadybeat_dead_letters_total',
        help: 'Input that could not be used and was kept as a dead letter, by reason',
        labels: ['reason'],
      },
      (tell) => {
        for (const [reason, count] of this.#letters) tell(count, reason);
      },
    );
    const byPartition = (name: string, help: string, read: (watch: Watch) => number | undefined) =>
      metrics.gauge({ name, help, labels: ['topic', 'partition'] }, (tell) => {
        for (const watch of this.#watches.values()) {
          const value = read(watch);
          if (value !== undefined) tell(value, watch.topic, String(watch.partition));
        }
      });
    byPartition(
      'steadybeat_consumer_lag_records',
      'Records of a partition after the last one whose outputs are kept',
      (watch) => this.#lag(watch),
    );
    byPartition(
      'steadybeat_consumer_position',
      'Offset after the last record of a partition whose outputs are kept',
      ({ position }) => position,
    );
    metrics.counter(
      {
        name: 'steadybeat_consumer_lag_failures_total',
        help: 'How often the end of a partition could not be looked up',
      },
      (tell) => tell(this.#failedLooks),
    );
    metrics.gauge(
      {
        name: 'steadybeat_feed_last_record_timestamp_seconds',
        help: 'Event minute of the last records that this process wrote of a source, such as a collector',
        labels: ['source'],
      },
      (tell) => {
        for (const [source, minute] of this.#fed) tell(firstSecondOf(minute), source);
      },
    );
  }
}

function add(traffic: Map<string, Traffic>, topic: string, records: number, bytes: number): void {
  const counts = traffic.get(topic) ?? { records: 0, bytes: 0 };
  traffic.set(topic, counts);
  counts.records += records;
  counts.bytes += bytes;
}

function opened(value: Uint8Array) {
  const { envelope, body } = deadLetters.codec.open(value);
  return [envelope, body] as const;
}
