import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TopicSpec, Transport } from '#runtime/transport/transport.ts';
import {
  bytes,
  count,
  manyBytes,
  named,
  nextBatch,
  numbered,
  OwningMember,
  openMember,
  readRecords,
  scanned,
  send,
  text,
  texts,
} from './reading.ts';

export interface TransportFactory {
  readonly name: string;
  /** A transport over an empty log; closing it also removes what it kept. */
  open(limits: { readonly lagBytesMax: number }): Promise<Transport>;
  /** True where what is sent is kept, however far its readers are behind: the limits mean nothing then. */
  readonly sendsNeverWait?: boolean;
  /** Cases that this implementation cannot pass, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

const plain = (name: string, partitions: number): TopicSpec => ({ name, partitions, compacted: false });

/** What every transport must do; each implementation calls this with its factory. */
export function transportSuite(factory: TransportFactory): void {
  const scene = (title: string, play: (transport: Transport) => Promise<void>, lagBytesMax = manyBytes) => {
    test(title, { skip: factory.skip?.[title] ?? false }, async () => {
      const transport = await factory.open({ lagBytesMax });
      try {
        await play(transport);
      } finally {
        await transport.close();
      }
    });
  };
  describe(`transport: ${factory.name}`, () => {
    topicCases(scene);
    orderCases(scene);
    if (factory.sendsNeverWait !== true) backPressureCases(scene);
    groupCases(scene);
    closeCases(scene);
  });
}

type Scene = (title: string, play: (transport: Transport) => Promise<void>, lagBytesMax?: number) => void;

function topicCases(scene: Scene): void {
  scene('a topic that exists is left alone, and refused with another partition count', async (transport) => {
    await transport.ensureTopics([plain('t', 3)]);
    await transport.ensureTopics([plain('t', 3)]);
    await assert.rejects(transport.ensureTopics([plain('t', 4)]), /topic t/);
  });

  scene('scan gives the records of an offset range', async (transport) => {
    await transport.ensureTopics([plain('t', 2)]);
    await send(transport, numbered('t', 1, 0, 10));
    assert.deepEqual(await transport.offsets('t', 1), { low: 0, high: 10 });
    assert.deepEqual(await transport.offsets('t', 0), { low: 0, high: 0 });
    assert.deepEqual(texts(await scanned(transport, 't', 1, 3, 6)), ['3', '4', '5']);
    assert.deepEqual(texts(await scanned(transport, 't', 1, 8, 99)), ['8', '9']);
    assert.deepEqual(await scanned(transport, 't', 0, 0, 99), []);
  });

  scene('a compacted topic keeps the last value of each key, and its offsets', async (transport) => {
    await transport.ensureTopics([{ name: 'c', partitions: 1, compacted: true }]);
    const put = (key: string, text: string | null) => ({
      topic: 'c',
      partition: 0,
      key,
      value: text === null ? null : bytes(text),
    });
    await send(transport, [put('a', '1'), put('b', '2'), put('a', '3')]);
    await send(transport, [put('gone', '4'), put('gone', null), put('b', '5')]);
    const last = new Map<string, string | undefined>();
    const { high } = await transport.offsets('c', 0);
    for (const record of await scanned(transport, 'c', 0, 0, high)) last.set(record.key, text(record));
    assert.equal(last.get('a'), '3');
    assert.equal(last.get('b'), '5');
    assert.equal(last.get('gone'), undefined);
    assert.equal(high, 6);
    await send(transport, [put('d', '6')]);
    assert.deepEqual(texts(await scanned(transport, 'c', 0, 6, 7)), ['6']);
  });
}

function orderCases(scene: Scene): void {
  scene('order within a partition, over sends that nobody awaited', async (transport) => {
    await transport.ensureTopics([plain('t', 2)]);
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: 10 });
    const producer = await transport.openProducer();
    const sends = Array.from({ length: 50 }, (_, i) =>
      producer.send([...numbered('t', 0, 4 * i, 4), ...numbered('t', 1, 4 * i, 4)]),
    );
    const seen = await readRecords(consumer, 400);
    await Promise.all(sends);
    for (const partition of [0, 1]) {
      assert.deepEqual(texts(seen.get(`t/${partition}`)!), count(0, 200));
      assert.deepEqual(
        seen.get(`t/${partition}`)!.map((record) => record.offset),
        count(0, 200).map(Number),
      );
    }
    await producer.close();
  });

  scene('a batch holds at most so many bytes, or one larger record', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    const sizes = [10, 60, 30, 500, 10];
    await send(
      transport,
      sizes.map((size) => ({ topic: 't', partition: 0, key: 'k', value: new Uint8Array(size) })),
    );
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: 100 });
    const read: number[] = [];
    while (read.length < sizes.length) {
      const batch = await nextBatch(consumer);
      const lengths = batch.records.map((record) => record.value!.length);
      assert.ok(lengths.length === 1 || lengths.reduce((sum, length) => sum + length) <= 100);
      read.push(...lengths);
      await batch.ack();
    }
    assert.deepEqual(read, sizes);
  });

  scene('after a send that failed nothing more is sent', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    const producer = await transport.openProducer();
    await producer.send(numbered('t', 0, 0, 1));
    await assert.rejects(producer.send(numbered('t', 7, 1, 1)));
    await assert.rejects(producer.send(numbered('t', 0, 2, 1)));
    assert.deepEqual(await transport.offsets('t', 0), { low: 0, high: 1 });
    await producer.close();
  });

  scene(
    'a later send does not overtake one that waits',
    async (transport) => {
      await transport.ensureTopics([plain('t', 2)]);
      const consumer = await transport.openConsumer({ group: 'slow', topics: ['t'], batchBytes: manyBytes });
      const producer = await transport.openProducer();
      await producer.send([{ topic: 't', partition: 0, key: 'k', value: new Uint8Array(2000) }]);
      const sends = [
        producer.send([...numbered('t', 0, 0, 1), ...numbered('t', 1, 1, 1)]),
        producer.send(numbered('t', 1, 2, 1)),
      ];
      const seen = await readRecords(consumer, 4);
      await Promise.all(sends);
      assert.deepEqual(texts(seen.get('t/1')!), ['1', '2']);
      await producer.close();
    },
    1000,
  );
}

function backPressureCases(scene: Scene): void {
  scene(
    'back-pressure: a send waits while a group is too far behind, and goes on when it catches up',
    async (transport) => {
      await transport.ensureTopics([plain('t', 1)]);
      const consumer = await transport.openConsumer({ group: 'slow', topics: ['t'], batchBytes: 100 });
      const producer = await transport.openProducer();
      const sent: number[] = [];
      const sends = Array.from({ length: 40 }, (_, i) =>
        producer
          .send([{ topic: 't', partition: 0, key: 'k', value: new Uint8Array(100).fill(i) }])
          .then(() => sent.push(i)),
      );
      await (await nextBatch(consumer)).ack();
      const { high } = await transport.offsets('t', 0);
      assert.ok(high < 20, `${high} records of 100 bytes went through a limit of 1,000`);
      for (let i = 1; i < 40; i++) {
        const batch = await nextBatch(consumer);
        assert.equal(batch.records[0]!.value![0], i);
        await batch.ack();
      }
      await Promise.all(sends);
      assert.deepEqual(sent, count(0, 40).map(Number));
      await producer.close();
    },
    1000,
  );

  scene(
    'back-pressure does not wait for a group without members',
    async (transport) => {
      await transport.ensureTopics([plain('t', 1)]);
      const consumer = await transport.openConsumer({ group: 'gone', topics: ['t'], batchBytes: 100 });
      const producer = await transport.openProducer();
      const value = new Uint8Array(100);
      const sends = Array.from({ length: 40 }, () =>
        producer.send([{ topic: 't', partition: 0, key: 'k', value }]),
      );
      await nextBatch(consumer);
      await consumer.close();
      await Promise.all(sends);
      assert.equal((await transport.offsets('t', 0)).high, 40);
      await producer.close();
    },
    1000,
  );

  scene(
    'closing the transport while sends wait ends them',
    async (transport) => {
      await transport.ensureTopics([plain('t', 1)]);
      const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: 100 });
      const producer = await transport.openProducer();
      const value = new Uint8Array(100);
      const sends = Array.from({ length: 40 }, () =>
        producer.send([{ topic: 't', partition: 0, key: 'k', value }]),
      );
      const outcomes = Promise.allSettled(sends);
      await nextBatch(consumer);
      await transport.close();
      assert.equal((await outcomes).at(-1)!.status, 'rejected');
    },
    1000,
  );
}

function groupCases(scene: Scene): void {
  scene('what was not acknowledged is delivered again to the next owner', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    await send(transport, numbered('t', 0, 0, 6));
    const first = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: 3 });
    await (await nextBatch(first)).ack();
    assert.deepEqual(texts((await nextBatch(first)).records), ['3', '4', '5']);
    await first.close();
    const second = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: 3 });
    const batch = await nextBatch(second);
    assert.deepEqual(texts(batch.records), ['3', '4', '5']);
    assert.equal(await batch.ack(), true);
  });

  scene('groups read independently of each other', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    await send(transport, numbered('t', 0, 0, 3));
    for (const group of ['a', 'b']) {
      const consumer = await transport.openConsumer({ group, topics: ['t'], batchBytes: manyBytes });
      assert.deepEqual(texts((await readRecords(consumer, 3)).get('t/0')!), ['0', '1', '2']);
    }
  });

  scene('two members share the partitions, one owner each, and nothing is lost', async (transport) => {
    await transport.ensureTopics([plain('t', 4)]);
    const first = new OwningMember(await openMember(transport));
    await first.until(() => first.owned.size === 4);
    const second = new OwningMember(await openMember(transport));
    await Promise.all([
      first.until(() => first.owned.size === 2),
      second.until(() => second.owned.size === 2),
    ]);
    assert.equal(new Set([...first.owned, ...second.owned]).size, 4);
    const records = count(0, 4).flatMap((p) => numbered('t', Number(p), 0, 5));
    await send(transport, records);
    // What a send had to repeat is there twice.
    const seen = (member: OwningMember): Set<string> => new Set(member.seen);
    await Promise.all([
      first.until(() => seen(first).size >= 10),
      second.until(() => seen(second).size >= 10),
    ]);
    assert.deepEqual([...seen(first), ...seen(second)].sort(), records.map(named).sort());
    await first.consumer.close();
    await second.until(() => second.owned.size === 4);
    await send(
      transport,
      count(0, 4).map((p) => numbered('t', Number(p), 5, 1)[0]!),
    );
    await second.until(() => seen(second).size === 14);
  });

  scene('a member that was replaced: its acks are refused, its sends may be kept', async (transport) => {
    await transport.ensureTopics([plain('t', 2), plain('out', 1)]);
    await send(transport, [...numbered('t', 0, 0, 1), ...numbered('t', 1, 0, 1)]);
    const sleeper = await openMember(transport);
    const batches = [await nextBatch(sleeper), await nextBatch(sleeper)];
    const awake = new OwningMember(await openMember(transport));
    await awake.until(() => awake.seen.length === 1);
    const [replaced] = [...awake.owned];
    const producer = await transport.openProducer();
    await producer.send(numbered('out', 0, 0, 1));
    for (const batch of batches)
      assert.equal(await batch.ack(), `${batch.topic}/${batch.partition}` !== replaced);
    const told = await sleeper.read();
    assert.equal(told?.case, 'revoked');
    assert.equal(told?.case === 'revoked' && `${told.topic}/${told.partition}`, replaced);
    await producer.close();
  });

  scene('seek sets where the next batch starts', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    await send(transport, numbered('t', 0, 0, 10));
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: manyBytes });
    assert.equal((await consumer.read())?.case, 'assigned');
    await consumer.seek('t', 0, 7);
    const batch = await nextBatch(consumer);
    assert.deepEqual(texts(batch.records), ['7', '8', '9']);
    await batch.ack();
    await consumer.seek('t', 0, 2);
    assert.deepEqual(texts((await nextBatch(consumer)).records), count(2, 8));
    await consumer.seek('t', 0, 10);
    await send(transport, numbered('t', 0, 10, 1));
    assert.deepEqual(texts((await nextBatch(consumer)).records), ['10']);
  });

  scene('a seek outside the log is refused', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    await send(transport, numbered('t', 0, 0, 3));
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: manyBytes });
    assert.equal((await consumer.read())?.case, 'assigned');
    await assert.rejects(consumer.seek('t', 0, 4), RangeError);
    await assert.rejects(consumer.seek('t', 0, -1), RangeError);
    assert.deepEqual(texts((await nextBatch(consumer)).records), ['0', '1', '2']);
  });
}

function closeCases(scene: Scene): void {
  scene('closing a consumer ends the read that waits, and refuses later acks', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    await send(transport, numbered('t', 0, 0, 1));
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: manyBytes });
    const batch = await nextBatch(consumer);
    const waiting = consumer.read();
    await consumer.close();
    assert.equal(await waiting, undefined);
    assert.equal(await consumer.read(), undefined);
    assert.equal(await batch.ack(), false);
  });

  scene('closing a consumer while it seeks is no failure', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    await send(transport, numbered('t', 0, 0, 3));
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: manyBytes });
    assert.equal((await consumer.read())?.case, 'assigned');
    const seeking = consumer.seek('t', 0, 1);
    await Promise.all([consumer.close(), seeking]);
    assert.equal(await consumer.read(), undefined);
  });

  scene('closing the transport ends the reads that wait, and refuses sends', async (transport) => {
    await transport.ensureTopics([plain('t', 1)]);
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: 100 });
    assert.equal((await consumer.read())?.case, 'assigned');
    const waitingRead = consumer.read();
    const producer = await transport.openProducer();
    await transport.close();
    assert.equal(await waitingRead, undefined);
    await assert.rejects(producer.send(numbered('t', 0, 0, 1)));
    await transport.close();
  });
}
