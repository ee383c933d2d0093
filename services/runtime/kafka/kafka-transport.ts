import type {
  Consumer,
  ConsumerOptions,
  LogRecord,
  Producer,
  TopicSpec,
  Transport,
} from '../transport/transport.ts';
import { ClusterLink } from './cluster-link.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { KafkaProducer } from './kafka-producer.ts';
import { ensureTopics } from './kafka-topics.ts';
import { partitionOffsets, scanPartition } from './partition-reads.ts';

/**
 * The log is Kafka's. Nobody holds back a producer: what is sent stays on the brokers' disks as long as its topic
 * keeps it. Positions of groups are committed about once a second, for lag tools and for readers without snapshots.
 */
export class KafkaTransport implements Transport {
  readonly #options: KafkaOptions;
  readonly #link: ClusterLink;
  readonly #consumers = new Set<KafkaConsumer>();
  readonly #producers = new Set<KafkaProducer>();
  #closed = false;

  private constructor(options: KafkaOptions) {
    this.#options = options;
    this.#link = new ClusterLink(options);
  }

  /** Throws a KafkaProblem where the brokers do not answer now, or not to this user: whether to wait is the caller's matter. */
  static async open(options: KafkaOptions): Promise<KafkaTransport> {
    const transport = new KafkaTransport(options);
    await transport.#link.check({ doing: 'connect' });
    return transport;
  }

  ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    return ensureTopics(specs, this.#options);
  }

  async openProducer(): Promise<Producer> {
    this.#assertOpen();
    const producer = new KafkaProducer(this.#options);
    this.#producers.add(producer);
    return {
      send: (records) => producer.send(records),
      close: async () => {
        await producer.close();
        this.#producers.delete(producer);
      },
    };
  }

  async openConsumer(options: ConsumerOptions): Promise<Consumer> {
    this.#assertOpen();
    const consumer = new KafkaConsumer(options, this.#options);
    this.#consumers.add(consumer);
    return {
      read: () => consumer.read(),
      seek: (topic, partition, offset) => consumer.seek(topic, partition, offset),
      close: async () => {
        await consumer.close();
        this.#consumers.delete(consumer);
      },
    };
  }

  offsets(topic: string, partition: number): Promise<{ low: number; high: number }> {
    return partitionOffsets(this.#link, this.#options.prefix + topic, partition);
  }

  scan(topic: string, partition: number, from: number, to: number): AsyncIterable<LogRecord> {
    return scanPartition(this.#link, { topic: this.#options.prefix + topic, partition, offset: from }, to);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([
      ...[...this.#consumers].map((consumer) => consumer.close()),
      ...[...this.#producers].map((producer) => producer.abort()),
    ]);
    this.#link.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('the connection to Kafka is closed');
  }
}
