import type { MessagePort } from 'node:worker_threads';
import { PortCalls } from './port-calls.ts';
import { type Call, type Packed, packOutgoing, type RemoteDelivery, unpack } from './remote-protocol.ts';
import type { Consumer, ConsumerOptions, Delivery, LogRecord, Producer, Transport } from './transport.ts';

/** Deliveries that a consumer asks for before they are read, so that no read waits for the other thread. */
const readsAhead = 32;

/** A transport that another thread has: what is called here is done there by serveTransport, over a port. */
export class RemoteTransport implements Transport {
  readonly #calls: PortCalls<Call>;
  readonly #consumers = new Set<RemoteConsumer>();

  constructor(port: MessagePort) {
    this.#calls = new PortCalls(port);
  }

  async ensureTopics(topics: Parameters<Transport['ensureTopics']>[0]): Promise<void> {
    await this.#calls.call({ case: 'ensureTopics', topics });
  }

  async openProducer(): Promise<Producer> {
    const calls = this.#calls;
    const producer = (await calls.call({ case: 'openProducer' })) as number;
    return {
      send: async (outgoing) => {
        const [records, moved] = packOutgoing(outgoing);
        await calls.call({ case: 'send', producer, records }, moved);
      },
      close: async () => {
        await calls.call({ case: 'closeProducer', producer });
      },
    };
  }

  async openConsumer({ group, topics, batchBytes }: ConsumerOptions): Promise<Consumer> {
    const number = await this.#calls.call({ case: 'openConsumer', group, topics, batchBytes });
    const consumer = new RemoteConsumer(number as number, this.#calls);
    this.#consumers.add(consumer);
    return consumer;
  }

  async offsets(topic: string, partition: number): Promise<{ low: number; high: number }> {
    return (await this.#calls.call({ case: 'offsets', topic, partition })) as { low: number; high: number };
  }

  async *scan(topic: string, partition: number, from: number, to: number): AsyncIterable<LogRecord> {
    for (let next = from; next < to; ) {
      const packed = await this.#calls.call({ case: 'scan', topic, partition, from: next, to });
      const records = unpack(packed as Packed<Omit<LogRecord, 'value'>>);
      if (records.length === 0) return;
      yield* records;
      next = records.at(-1)!.offset + 1;
    }
  }

  /** Leaves the log; it stays open where it is. */
  async close(): Promise<void> {
    for (const consumer of this.#consumers) await consumer.close();
    this.#calls.close();
  }
}

class RemoteConsumer implements Consumer {
  readonly #number: number;
  readonly #calls: PortCalls<Call>;
  #deliveries: RemoteDelivery[] = [];
  #asked = 0;
  /** Of each partition, how many seeks of this consumer there were after the last one of it: what was read before is void. */
  readonly #seeks = new Map<string, number>();
  #closed = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(number: number, calls: PortCalls<Call>) {
    this.#number = number;
    this.#calls = calls;
  }

  async read(): Promise<Delivery | undefined> {
    while (!this.#closed) {
      if (this.#failure !== undefined) throw this.#failure.error;
      while (this.#asked + this.#deliveries.length < readsAhead) this.#ask();
      const delivery = this.#deliveries.shift();
      if (delivery !== undefined) return this.#asDelivery(delivery);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  async seek(topic: string, partition: number, offset: number): Promise<void> {
    const seeks = await this.#calls.call({
      case: 'seek',
      consumer: this.#number,
      topic,
      partition,
      offset,
    });
    this.#seeks.set(`${topic}/${partition}`, seeks as number);
    this.#deliveries = this.#deliveries.filter((delivery) => !this.#isVoid(delivery));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wake?.();
    await this.#calls.call({ case: 'closeConsumer', consumer: this.#number });
  }

  #ask(): void {
    this.#asked++;
    const answered = (take: () => void): void => {
      this.#asked--;
      take();
      this.#wake?.();
    };
    this.#calls.call({ case: 'read', consumer: this.#number }).then(
      (value) =>
        answered(() => {
          const delivery = value as RemoteDelivery | undefined;
          if (delivery === undefined) this.#closed = true;
          else if (!this.#isVoid(delivery)) this.#deliveries.push(delivery);
        }),
      (error: unknown) =>
        answered(() => {
          this.#failure = { error };
        }),
    );
  }

  #isVoid(delivery: RemoteDelivery): boolean {
    if (delivery.case !== 'batch') return false;
    return delivery.seeks < (this.#seeks.get(`${delivery.topic}/${delivery.partition}`) ?? 0);
  }

  #asDelivery(delivery: RemoteDelivery): Delivery {
    if (delivery.case !== 'batch') return delivery;
    const { topic, partition, batch } = delivery;
    const ack = async (): Promise<boolean> =>
      (await this.#calls.call({ case: 'ack', consumer: this.#number, batch })) as boolean;
    return { case: 'batch', batch: { topic, partition, records: unpack(delivery.records), ack } };
  }
}
