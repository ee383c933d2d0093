/** What other programs write into a topic: transactions that they abort, and batches packed as nobody here can unpack them. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { clusterConfig } from '#runtime/kafka/kafka-options.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { type Broker, type Cluster, newCluster } from '#runtime/kafka/mended-kafkajs.ts';
import type { LogRecord } from '#runtime/transport/transport.ts';
import { openMember, readRecords, scanned, send } from '../contract/reading.ts';
import { ownPrefix, testBroker } from './broker.ts';

const { brokers, missing } = await testBroker();
const noKcat = spawnSync('kcat', ['-V']).status !== 0 && 'there is no kcat';

const record = (value: string) => ({ topic: 't', partition: 0, key: 'k', value: Buffer.from(value) });
const values = (records: readonly LogRecord[] | undefined) =>
  (records ?? []).map(({ value, unreadable }) => unreadable ?? Buffer.from(value!).toString());

async function openTopic(t: TestContext): Promise<{ transport: KafkaTransport; prefix: string }> {
  const prefix = ownPrefix();
  const options = { brokers: brokers!, clientId: 'test', prefix, heartbeatIntervalMs: 100 };
  const transport = await KafkaTransport.open(options);
  t.after(() => transport.close());
  await transport.ensureTopics([{ name: 't', partitions: 1, compacted: false }]);
  return { transport, prefix };
}

/** What kafkajs' broker can do besides what services need. */
interface TransactionalBroker extends Broker {
  initProducerId(request: object): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
  addPartitionsToTxn(request: object): Promise<unknown>;
  endTxn(request: object): Promise<unknown>;
}

const transactionCoordinator = 1;

/** Begins a transaction with these values in partition 0; what it gives ends it. */
async function transaction(topic: string, transactionalId: string, texts: readonly string[]) {
  const options = { brokers: brokers!, clientId: 'test', prefix: '' };
  const cluster = newCluster(clusterConfig(options, () => undefined)) as Cluster & {
    disconnect(): Promise<void>;
  };
  await cluster.connect();
  await cluster.addMultipleTargetTopics([topic]);
  const any = await cluster.brokerPool.findConnectedBroker();
  const coordinates = { groupId: transactionalId, coordinatorType: transactionCoordinator };
  // The first of a broker makes the topic of transactions, and is told to come again.
  const found = async () => (await any.findGroupCoordinator(coordinates)).coordinator;
  const coordinator = (await cluster.findBroker(await again(found))) as TransactionalBroker;
  const begin = () => coordinator.initProducerId({ transactionalId, transactionTimeout: 60_000 });
  const { producerId, producerEpoch } = await again(begin);
  const own = { transactionalId, producerId, producerEpoch };
  await coordinator.addPartitionsToTxn({ ...own, topics: [{ topic, partitions: [0] }] });
  const messages = texts.map((text) => ({ key: 'k', value: Buffer.from(text) }));
  const { leader } = cluster.findTopicPartitionMetadata(topic)[0]!;
  const partitions = [{ partition: 0, firstSequence: 0, messages }];
  const topicData = [{ topic, partitions }];
  const request = { ...own, acks: -1, timeout: 5000, compression: 0, topicData };
  await (await cluster.findBroker({ nodeId: leader })).produce(request);
  return async (isCommitted: boolean) => {
    await coordinator.endTxn({ ...own, transactionResult: isCommitted });
    await cluster.disconnect();
  };
}

async function again<T>(ask: () => Promise<T>, tries = 100): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

test('what a transaction wrote that was aborted is shown to nobody', { skip: missing }, async (t) => {
  const { transport, prefix } = await openTopic(t);
  await send(transport, [record('before')]);
  const endFirst = await transaction(`${prefix}t`, `${prefix}first`, ['aborted 1', 'aborted 2']);
  const endSecond = await transaction(`${prefix}t`, `${prefix}second`, ['committed']);
  await endFirst(false);
  await endSecond(true);
  await send(transport, [record('after')]);
  const shown = ['before', 'committed', 'after'];
  // The markers have offsets too, and come a moment after the answer.
  const high = async () => (await transport.offsets('t', 0)).high;
  while ((await high()) < 7) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(values(await scanned(transport, 't', 0, 0, 7)), shown);
  const read = await readRecords(await openMember(transport), shown.length);
  assert.deepEqual(values(read.get('t/0')), shown);
});

test('batches of lz4 are passed over, and told; those of Snappy are read', {
  skip: missing || noKcat,
}, async (t) => {
  const { transport, prefix } = await openTopic(t);
  const garbage = 'garbage '.repeat(100);
  await send(transport, [record('before')]);
  for (const codec of ['lz4', 'snappy'])
    execFileSync(
      'kcat',
      ['-P', '-b', brokers!.join(','), '-t', `${prefix}t`, '-p', '0', '-z', codec, '-X', 'linger.ms=2000'],
      {
        input: `${garbage}\n`.repeat(3),
      },
    );
  await send(transport, [record('after')]);
  const { high } = await transport.offsets('t', 0);
  const records = await scanned(transport, 't', 0, 0, high);
  const unpacked = [garbage, garbage, garbage];
  assert.deepEqual(values(records), ['before', 'batch-of-unknown-compression', ...unpacked, 'after']);
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [0, 3, 4, 5, 6, 7],
  );
  const read = await readRecords(await openMember(transport), records.length);
  assert.deepEqual(read.get('t/0'), records);
});
