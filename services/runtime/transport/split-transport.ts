import type {
  Consumer,
  ConsumerOptions,
  LogRecord,
  OutgoingRecord,
  Producer,
  TopicSpec,
  Transport,
} from './transport.ts';

/** Two transports as one: some topics are in a log of this thread's own, all others in another. */
export class SplitTransport implements Transport {
  readonly #ownTopics: ReadonlySet<string>;
  readonly #own: Transport;
  readonly #other: Transport;

  constructor(ownTopics: readonly string[], own: Transport, other: Transport) {
    this.#ownTopics = new Set(ownTopics);
    this.#own = own;
    this.#other = other;
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    await this.#own.ensureTopics(topics.filter(({ name }) => this.#isOwn(name)));
    await this.#other.ensureTopics(topics.filter(({ name }) => !this.#isOwn(name)));
  }

  async openProducer(): Promise<Producer> {
    const own = await this.#own.openProducer();
    const other = await this.#other.openProducer();
    let failure: { readonly error: unknown } | undefined;
    const sendBoth = async (records: readonly OutgoingRecord[]): Promise<void> => {
      const ownRecords = records.filter(({ topic }) => this.#isOwn(topic));
      if (ownRecords.length === records.length) return own.send(records);
      if (ownRecords.length === 0) return other.send(records);
      const otherRecords = records.filter(({ topic }) => !this.#isOwn(topic));
      await Promise.all([own.send(ownRecords), other.send(otherRecords)]);
    };
    return {
      send: async (records) => {
        // What failed in the one must not be followed by anything in the other.
        if (failure !== undefined) throw failure.error;
        try {
          await sendBoth(records);
        } catch (error) {
          failure ??= { error };
          throw error;
        }
      },
      close: async () => {
        await own.close();
        await other.close();
      },
    };
  }

  async openConsumer(options: ConsumerOptions): Promise<Consumer> {
    const own = options.topics.filter((topic) => this.#isOwn(topic)).length;
    if (own !== 0 && own !== options.topics.length)
      throw new RangeError(`${options.group} reads topics of two logs: ${options.topics.join(', ')}`);
    return (own > 0 ? this.#own : this.#other).openConsumer(options);
  }

  offsets(topic: string, partition: number): Promise<{ low: number; high: number }> {
    return this.#logOf(topic).offsets(topic, partition);
  }

  scan(topic: string, partition: number, from: number, to: number): AsyncIterable<LogRecord> {
    return this.#logOf(topic).scan(topic, partition, from, to);
  }

  async close(): Promise<void> {
    await this.#own.close();
    await this.#other.close();
  }

  #isOwn(topic: string): boolean {
    return this.#ownTopics.has(topic);
  }

  #logOf(topic: string): Transport {
    return this.#isOwn(topic) ? this.#own : this.#other;
  }
}
