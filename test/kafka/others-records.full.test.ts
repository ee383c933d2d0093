/** What other programs write into a topic: batches packed as nobody here can unpack them. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import type { LogRecord } from '#runtime/transport/transport.ts';
import { openMember, readRecords, scanned, send } from '../contract/reading.ts';
import { ownPrefix, testBroker } from './broker.ts';

const { brokers, missing } = await testBroker();
const noKcat = spawnSync('kcat', ['-V']).status !== 0 && 'there is no kcat';

const record = (value: string) => ({ topic: 't', partition: 0, key: 'k', value: Buffer.from(value) });
const values = (records: readonly LogRecord[] | undefined) =>
  (records ?? []).map(({ value, unreadable }) => unreadable ?? Buffer.from(value!).toString());

async function openTopic(): Promise<{ transport: KafkaTransport; prefix: string }> {
  const prefix = ownPrefix();
  const options = { brokers: brokers!, clientId: 'test', prefix, heartbeatIntervalMs: 100 };
  const transport = await KafkaTransport.open(options);
  await transport.ensureTopics([{ name: 't', partitions: 1, compacted: false }]);
  return { transport, prefix };
}

test('batches that nobody here can unpack are passed over, and told', {
  skip: missing || noKcat,
}, async () => {
  const { transport, prefix } = await openTopic();
  await send(transport, [record('before')]);
  for (const codec of ['lz4', 'snappy'])
    execFileSync('kcat', ['-P', '-b', brokers!.join(','), '-t', `${prefix}t`, '-p', '0', '-z', codec], {
      input: `${'garbage '.repeat(100)}\n`.repeat(3),
    });
  await send(transport, [record('after')]);
  const { high } = await transport.offsets('t', 0);
  const records = await scanned(transport, 't', 0, 0, high);
  const reason = 'batch-of-unknown-compression';
  assert.deepEqual(values(records), ['before', reason, reason, 'after']);
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [0, 3, 6, 7],
  );
  const read = await readRecords(await openMember(transport), records.length);
  assert.deepEqual(read.get('t/0'), records);
  await transport.close();
});
