/** Brokers that are killed while records are written and read: nothing that was acknowledged is lost, and all goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import type { Consumer, Transport } from '#runtime/transport/transport.ts';
import { bytes, text } from '../contract/reading.ts';
import { ownPrefix } from './broker.ts';
import { JarCluster } from './jar-cluster.ts';
import { missingJars } from './jars.ts';

const partitions = 6;
const senders = 8;

/** Sends numbered records to all partitions, several sends at a time, until it is told to stop. */
class Writer {
  readonly written = Array<number>(partitions).fill(0);
  #stopping = false;
  #running: Promise<void>[] = [];

  async start(transport: Transport): Promise<void> {
    const producer = await transport.openProducer();
    const one = async () => {
      while (!this.#stopping) {
        const records = this.written.map((_, partition) => {
          const value = bytes(String(++this.written[partition]!));
          return { topic: 't', partition, key: 'k', value };
        });
        await producer.send(records);
        await setTimeout(5);
      }
    };
    this.#running = Array.from({ length: senders }, one);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running);
  }
}

/** Reads by the rule of the envelope: a number twice is dropped, and none may be missing. */
class Reader {
  readonly last = Array<number>(partitions).fill(0);
  readonly #finished: Promise<void>;

  constructor(consumer: Consumer) {
    this.#finished = this.#read(consumer);
    this.#finished.catch(() => undefined);
  }

  async #read(consumer: Consumer): Promise<void> {
    for (let delivery = await consumer.read(); delivery !== undefined; delivery = await consumer.read()) {
      if (delivery.case !== 'batch') continue;
      const { partition, records, ack } = delivery.batch;
      for (const record of records) {
        const number = Number(text(record));
        assert.ok(
          number <= this.last[partition]! + 1,
          `partition ${partition}: ${number} after ${this.last[partition]}`,
        );
        this.last[partition] = Math.max(number, this.last[partition]!);
      }
      await ack();
    }
  }

  async until(done: () => boolean): Promise<void> {
    while (!done())
      await Promise.race([this.#finished.then(() => assert.fail('the reader ended')), setTimeout(20)]);
  }
}

for (const nodes of [1, 3]) {
  const title = nodes === 1 ? 'the broker is killed and starts again' : 'one of three brokers is killed';
  test(`${title}: nothing acknowledged is lost`, { skip: missingJars(), timeout: 600_000 }, async () => {
    const cluster = await JarCluster.start({ nodes });
    const waits: string[] = [];
    const transport = await KafkaTransport.open({
      brokers: cluster.brokers,
      clientId: 'test',
      prefix: ownPrefix(),
      onEvent: (event) => event.case === 'waiting' && waits.push(event.reason),
    });
    await transport.ensureTopics([{ name: 't', partitions, compacted: false }]);
    const reader = new Reader(
      await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: 1 << 20 }),
    );
    const writer = new Writer();
    await writer.start(transport);
    await reader.until(() => reader.last.every((last) => last > 100));
    await cluster.nodes[0]!.kill('SIGKILL');
    if (nodes === 1) {
      await setTimeout(500);
      cluster.nodes[0]!.start();
    }
    const before = [...reader.last];
    await reader.until(() => reader.last.every((last, partition) => last > before[partition]! + 100));
    await writer.stop();
    await reader.until(() => reader.last.every((last, partition) => last === writer.written[partition]));
    assert.ok(waits.length > 0);
    await transport.close();
    await cluster.stop();
  });
}
