import assert from 'node:assert/strict';
import type {
  Batch,
  Consumer,
  Delivery,
  LogRecord,
  OutgoingRecord,
  Transport,
} from '#runtime/transport/transport.ts';

export const manyBytes = 1 << 20;

/** A member that reads and acknowledges, and remembers what it owns and what it saw. */
export class OwningMember {
  readonly consumer: Consumer;
  readonly owned = new Set<string>();
  readonly seen: string[] = [];
  #reading: Promise<Delivery | undefined> | undefined;

  constructor(consumer: Consumer) {
    this.consumer = consumer;
  }

  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      this.#reading ??= this.consumer.read();
      const delivery = await this.#reading;
      this.#reading = undefined;
      assert.ok(delivery !== undefined);
      if (delivery.case === 'batch') {
        const at = `${delivery.batch.topic}/${delivery.batch.partition}`;
        assert.ok(this.owned.has(at), `a batch of ${at}, which is not owned`);
        if (await delivery.batch.ack())
          this.seen.push(...delivery.batch.records.map((record) => `${at}:${text(record)}`));
      } else if (delivery.case === 'assigned') this.owned.add(`${delivery.topic}/${delivery.partition}`);
      else this.owned.delete(`${delivery.topic}/${delivery.partition}`);
    }
  }
}

export const openMember = (transport: Transport): Promise<Consumer> =>
  transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: manyBytes });

export async function send(transport: Transport, records: readonly OutgoingRecord[]): Promise<void> {
  const producer = await transport.openProducer();
  await producer.send(records);
  await producer.close();
}

export async function nextBatch(consumer: Consumer): Promise<Batch> {
  for (;;) {
    const delivery = await consumer.read();
    assert.ok(delivery !== undefined, 'the consumer is closed');
    if (delivery.case === 'batch') return delivery.batch;
  }
}

export async function readRecords(consumer: Consumer, total: number): Promise<Map<string, LogRecord[]>> {
  const seen = new Map<string, LogRecord[]>();
  for (let read = 0; read < total; ) {
    const batch = await nextBatch(consumer);
    const at = `${batch.topic}/${batch.partition}`;
    seen.set(at, [...(seen.get(at) ?? []), ...batch.records]);
    read += batch.records.length;
    await batch.ack();
  }
  return seen;
}

export async function scanned(
  transport: Transport,
  topic: string,
  partition: number,
  from: number,
  to: number,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of transport.scan(topic, partition, from, to)) records.push(record);
  return records;
}

export const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
export const text = (record: LogRecord): string | undefined =>
  record.value === null ? undefined : new TextDecoder().decode(record.value);
export const texts = (records: readonly LogRecord[]): (string | undefined)[] => records.map(text);
export const named = (record: OutgoingRecord): string =>
  `${record.topic}/${record.partition}:${new TextDecoder().decode(record.value!)}`;

/** Texts of `length` numbers from `from` on. */
export const count = (from: number, length: number): string[] =>
  Array.from({ length }, (_, i) => String(from + i));

export const numbered = (topic: string, partition: number, from: number, length: number): OutgoingRecord[] =>
  count(from, length).map((value) => ({ topic, partition, key: `key ${partition}`, value: bytes(value) }));
