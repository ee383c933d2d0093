import type { MessagePort } from 'node:worker_threads';
import { answerCalls, type Moving } from './port-calls.ts';
import { type Call, packRecords, type RemoteDelivery, unpack } from './remote-protocol.ts';
import type { Batch, Consumer, Delivery, LogRecord, Producer, Transport } from './transport.ts';

/** A scan is answered in pieces: one ends after so many bytes of values. */
const scanBytes = 4 * 1024 * 1024;

/** Answers a RemoteTransport at the other end of the port until the port is closed. */
export function serveTransport(transport: Transport, port: MessagePort): void {
  const server = new Server(transport);
  answerCalls<Call>(port, (call) => server.answer(call));
  port.on('close', () => void server.close());
}

class Server {
  readonly #transport: Transport;
  readonly #producers: Producer[] = [];
  readonly #consumers: ServedConsumer[] = [];

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async answer(call: Call): Promise<Moving> {
    switch (call.case) {
      case 'ensureTopics':
        return [await this.#transport.ensureTopics(call.topics)];
      case 'openProducer':
        return [this.#producers.push(await this.#transport.openProducer()) - 1];
      case 'send':
        return [await this.#producers[call.producer]!.send(unpack(call.records))];
      case 'closeProducer':
        return [await this.#producers[call.producer]!.close()];
      case 'openConsumer': {
        const { group, topics, batchBytes } = call;
        const consumer = await this.#transport.openConsumer({ group, topics, batchBytes });
        return [this.#consumers.push(new ServedConsumer(consumer)) - 1];
      }
      case 'read':
        return this.#consumers[call.consumer]!.read();
      case 'ack':
        return [await this.#consumers[call.consumer]!.ack(call.batch)];
      case 'seek':
        return [await this.#consumers[call.consumer]!.seek(call.topic, call.partition, call.offset)];
      case 'closeConsumer':
        return [await this.#consumers[call.consumer]!.close()];
      case 'offsets':
        return [await this.#transport.offsets(call.topic, call.partition)];
      case 'scan': {
        const records: LogRecord[] = [];
        let bytes = 0;
        for await (const record of this.#transport.scan(call.topic, call.partition, call.from, call.to)) {
          records.push(record);
          bytes += record.value?.length ?? 0;
          if (bytes > scanBytes) break;
        }
        return packRecords(records);
      }
    }
  }

  /** The other end is gone. */
  async close(): Promise<void> {
    for (const consumer of this.#consumers) await consumer.close();
    for (const producer of this.#producers) await producer.close();
  }
}

class ServedConsumer {
  readonly #consumer: Consumer;
  /** Batches that may still be acknowledged, by number. */
  readonly #batches = new Map<number, Batch>();
  #batchNumber = 0;
  #seeks = 0;
  /** Reads are asked for ahead; they are done one at a time. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(consumer: Consumer) {
    this.#consumer = consumer;
  }

  read(): Promise<Moving> {
    const read = this.#reading.then(async () => this.#asRemote(await this.#consumer.read()));
    this.#reading = read;
    return read;
  }

  async ack(number: number): Promise<boolean> {
    const batch = this.#batches.get(number);
    this.#batches.delete(number);
    return (await batch?.ack()) ?? false;
  }

  /** Gives the number of seeks so far: batches that were read before this one say a smaller number. */
  async seek(topic: string, partition: number, offset: number): Promise<number> {
    await this.#consumer.seek(topic, partition, offset);
    this.#forget(topic, partition);
    return ++this.#seeks;
  }

  async close(): Promise<void> {
    await this.#consumer.close();
    this.#batches.clear();
  }

  /** What was read of a partition is void. */
  #forget(ofTopic: string, ofPartition: number): void {
    for (const [number, { topic, partition }] of this.#batches)
      if (topic === ofTopic && partition === ofPartition) this.#batches.delete(number);
  }

  #asRemote(delivery: Delivery | undefined): Moving {
    if (delivery === undefined || delivery.case === 'assigned') return [delivery];
    if (delivery.case === 'revoked') {
      this.#forget(delivery.topic, delivery.partition);
      return [delivery];
    }
    const { topic, partition, records } = delivery.batch;
    const batch = this.#batchNumber++;
    this.#batches.set(batch, delivery.batch);
    const [packed, moved] = packRecords(records);
    const remote: RemoteDelivery = {
      case: 'batch',
      topic,
      partition,
      batch,
      seeks: this.#seeks,
      records: packed,
    };
    return [remote, moved];
  }
}
