/** What can be wrong with a broker or its topics: each gives one message that says what to do. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { clusterConfig } from '#runtime/kafka/kafka-options.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { manyBytes, nextBatch, numbered, send } from '../contract/reading.ts';
import { ownPrefix, testBroker } from './broker.ts';
import { freePorts } from './free-ports.ts';

const { brokers, missing } = await testBroker();
const options = { brokers: brokers ?? [], clientId: 'test', heartbeatIntervalMs: 200 };

const scene = (title: string, play: (transport: Transport, prefix: string) => Promise<void>) =>
  test(title, { skip: missing, timeout: 600_000 }, async () => {
    const prefix = ownPrefix();
    const transport = await KafkaTransport.open({ ...options, prefix });
    await play(transport, prefix).finally(() => transport.close());
  });

test('no broker answers', async () => {
  const [port] = await freePorts(1);
  await assert.rejects(
    KafkaTransport.open({ ...options, brokers: [`127.0.0.1:${port}`], prefix: '' }),
    new RegExp(`no Kafka broker answers at 127.0.0.1:${port} \\(.*ECONNREFUSED.*\\)\\. Is it running`),
  );
});

scene('a topic is missing: who reads it and who writes to it are told', async (transport) => {
  const consumer = await transport.openConsumer({ group: 'g', topics: ['none'], batchBytes: manyBytes });
  const told = /there is no topic test-.*none.*Create the topics first/;
  await Promise.all([
    assert.rejects(consumer.read(), told),
    assert.rejects(send(transport, numbered('none', 0, 0, 1)), told),
    assert.rejects(transport.offsets('none', 0), told),
  ]);
});

scene('a topic with another number of partitions', async (transport) => {
  await transport.ensureTopics([{ name: 't', partitions: 2, compacted: false }]);
  const other = transport.ensureTopics([{ name: 't', partitions: 3, compacted: false }]);
  await assert.rejects(
    other,
    /topic test-.*t has 2 partitions, not 3\. .*set it to 2, or choose another prefix/,
  );
});

scene('a passing group leaves no position behind', async (transport) => {
  await transport.ensureTopics([{ name: 't', partitions: 1, compacted: false }]);
  await send(transport, numbered('t', 0, 0, 3));
  const seen: number[] = [];
  for (const isPassing of [true, false, false]) {
    const options = { group: 'g', topics: ['t'], batchBytes: manyBytes, isPassing };
    const consumer = await transport.openConsumer(options);
    if (!isPassing) await send(transport, numbered('t', 0, 0, 1));
    const { records, ack } = await nextBatch(consumer);
    seen.push(records[0]!.offset);
    assert.equal(await ack(), true);
    await consumer.close();
  }
  assert.deepEqual(seen, [0, 0, 4]);
});

scene('a record that is too large, after which nothing is sent', async (transport) => {
  await transport.ensureTopics([{ name: 't', partitions: 1, compacted: false }]);
  const producer = await transport.openProducer();
  const [small] = numbered('t', 0, 0, 1);
  const large = producer.send([{ ...small!, value: randomBytes(1_100_000) }]);
  const later = producer.send([small!]);
  const told = /a record is larger than topic test-.*t takes\. Set its max\.message\.bytes/;
  await Promise.all([assert.rejects(large, told), assert.rejects(later, told)]);
  await assert.rejects(producer.send([small!]), told);
  assert.deepEqual(await transport.offsets('t', 0), { low: 0, high: 0 });
});

/** Of this process, for one send of so many records. */
async function sendMicroseconds(transport: Transport, topic: string, length: number): Promise<number> {
  const records = numbered(topic, 0, 0, length);
  const before = process.cpuUsage();
  await send(transport, records);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

scene('many records in one send take time by their number, not by its square', async (transport) => {
  const [few, many] = [15_000, 60_000];
  await transport.ensureTopics([{ name: 't', partitions: 1, compacted: false }]);
  const least = { few: Number.POSITIVE_INFINITY, many: Number.POSITIVE_INFINITY };
  for (let turn = 0; turn < 3; turn++) {
    least.few = Math.min(least.few, await sendMicroseconds(transport, 't', few));
    least.many = Math.min(least.many, await sendMicroseconds(transport, 't', many));
  }
  assert.equal((await transport.offsets('t', 0)).high, 3 * (few + many));
  // Four times the records: four times the work, or sixteen times where each looks at all before it.
  assert.ok(least.many < 9 * least.few, `${least.many} and ${least.few} microseconds of CPU`);
});

scene(
  'a topic that was made anew: who reads it, and who goes on from a position, stop',
  async (transport, prefix) => {
    await transport.ensureTopics([{ name: 't', partitions: 1, compacted: false }]);
    await send(transport, numbered('t', 0, 0, 10));
    const during = await transport.openConsumer({ group: 'during', topics: ['t'], batchBytes: manyBytes });
    await nextBatch(during);
    const reading = nextBatch(during);
    reading.catch(() => undefined);
    const admin = newAdmin(clusterConfig({ ...options, prefix }, () => undefined));
    await admin.connect();
    await admin.deleteTopics({ topics: [`${prefix}t`] });
    await admin.disconnect();
    await transport.ensureTopics([{ name: 't', partitions: 1, compacted: false }]);
    await assert.rejects(reading, /position in test-.*t\/0 is outside the log\. The topic was made anew/);
    const after = await transport.openConsumer({ group: 'after', topics: ['t'], batchBytes: manyBytes });
    assert.equal((await after.read())?.case, 'assigned');
    const told =
      /the snapshot's position in test-.*t\/0, offset 10, is outside the log, which has 0 to 0: the topic was made anew\. Start over/;
    await assert.rejects(after.seek('t', 0, 10), told);
  },
);

scene(
  'a log without its beginning: who has no snapshot, and who has one of before',
  async (transport, prefix) => {
    await transport.ensureTopics([{ name: 't', partitions: 1, compacted: false }]);
    await send(transport, numbered('t', 0, 0, 46));
    const admin = newAdmin(clusterConfig({ ...options, prefix }, () => undefined));
    await admin.connect();
    // It deletes only in a topic that it has asked for before.
    await admin.fetchTopicOffsets(`${prefix}t`);
    await admin.deleteTopicRecords({ topic: `${prefix}t`, partitions: [{ partition: 0, offset: '10' }] });
    await admin.disconnect();
    const consumer = await transport.openConsumer({ group: 'g', topics: ['t'], batchBytes: manyBytes });
    assert.equal((await consumer.read())?.case, 'assigned');
    const helps = 'npm start -- reprocess --prefix OTHER';
    const none = new RegExp(
      `^RangeError: there is no snapshot .* before offset 10 is over its retention.*${helps}`,
    );
    await assert.rejects(consumer.seek('t', 0, 0), none);
    const old = new RegExp(`snapshot's position in .*, offset 4, .* 10 to 46: the task was away .*${helps}`);
    await assert.rejects(consumer.seek('t', 0, 4), old);
    await consumer.seek('t', 0, 10);
  },
);
