import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { transportSuite } from './transport-suite.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-contract-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

transportSuite({
  name: 'embedded log on disk',
  open: async (limits) => new EmbeddedLog(limits, openDiskStorage(await newFolder())),
});

test('a log on disk that is opened again has all that it had, and goes on', async () => {
  const folder = await newFolder();
  const open = () => new EmbeddedLog({ lagBytesMax: 1000 }, openDiskStorage(folder));
  const record = (topic: string, key: string, value: number | null) => ({
    topic,
    partition: 1,
    key,
    value: value === null ? null : Uint8Array.of(value),
  });
  const keysAndValues = async (log: EmbeddedLog, topic: string): Promise<string[]> => {
    const { low, high } = await log.offsets(topic, 1);
    const found: string[] = [];
    for await (const { offset, key, value } of log.scan(topic, 1, low, high))
      found.push(`${offset}:${key}:${value}`);
    return [...found, `${high}`];
  };

  const first = open();
  await first.ensureTopics([
    { name: 'plain', partitions: 2, compacted: false },
    { name: 'compacted', partitions: 2, compacted: true },
  ]);
  const producer = await first.openProducer();
  await producer.send([record('plain', 'a', 1), record('plain', 'b', 2), record('plain', 'c', 3)]);
  await producer.send([
    record('compacted', 'a', 1),
    record('compacted', 'b', 2),
    record('compacted', 'a', 3),
  ]);
  await producer.send([record('compacted', 'b', null)]);
  const reader = await first.openConsumer({ group: 'g', topics: ['plain'], batchBytes: 2 });
  for (let delivery = await reader.read(); ; delivery = await reader.read()) {
    if (delivery?.case !== 'batch') continue;
    await delivery.batch.ack();
    break;
  }
  await first.close();

  const second = open();
  await assert.rejects(second.ensureTopics([{ name: 'plain', partitions: 3, compacted: false }]));
  assert.deepEqual(await keysAndValues(second, 'plain'), ['0:a:1', '1:b:2', '2:c:3', '3']);
  assert.deepEqual(await keysAndValues(second, 'compacted'), ['2:a:3', '4']);
  const again = await second.openProducer();
  await again.send([record('plain', 'd', 4), record('compacted', 'a', 5)]);
  assert.deepEqual(await keysAndValues(second, 'compacted'), ['4:a:5', '5']);
  const rest = await second.openConsumer({ group: 'g', topics: ['plain'], batchBytes: 1000 });
  for (let delivery = await rest.read(); ; delivery = await rest.read()) {
    if (delivery?.case !== 'batch') continue;
    assert.deepEqual(
      delivery.batch.records.map(({ key }) => key),
      ['c', 'd'],
    );
    break;
  }
  await second.close();
});

test('of a topic that is not kept for good the oldest goes, but nothing that a group has to read', async () => {
  const folder = await newFolder();
  const open = () =>
    new EmbeddedLog({ lagBytesMax: 1e9 }, openDiskStorage(folder, { keepBytes: { kept: 1000 } }));
  const first = open();
  await first.ensureTopics([{ name: 'kept', partitions: 1, compacted: false }]);
  const producer = await first.openProducer();
  const reader = await first.openConsumer({ group: 'g', topics: ['kept'], batchBytes: 1500 });
  const record = { topic: 'kept', partition: 0, key: 'a', value: new Uint8Array(10) };
  for (let i = 0; i < 50; i++) await producer.send(Array.from({ length: 10 }, () => record));
  assert.deepEqual(await first.offsets('kept', 0), { low: 0, high: 500 });
  let read = 0;
  const readUntil = async (count: number) => {
    while (read < count) {
      const delivery = await reader.read();
      if (delivery?.case !== 'batch') continue;
      read += delivery.batch.records.length;
      await delivery.batch.ack();
    }
    return first.offsets('kept', 0);
  };
  const halfRead = await readUntil(300);
  assert.ok(halfRead.low > 250 && halfRead.low <= 300, `low is ${halfRead.low}`);
  // The last 1,000 bytes stay, though they have been read.
  const { low, high } = await readUntil(500);
  assert.deepEqual([low, high], [400, 500]);
  await first.close();

  const again = open();
  assert.deepEqual(await again.offsets('kept', 0), { low, high });
  const offsets: number[] = [];
  for await (const { offset } of again.scan('kept', 0, low, high)) offsets.push(offset);
  assert.deepEqual([offsets[0], offsets.length], [low, high - low]);
  // A producer would wait for ever if what is gone counted as not yet read.
  const late = await again.openConsumer({ group: 'late', topics: ['kept'], batchBytes: 1e6 });
  for (let last = 0; last < high; ) {
    const delivery = await late.read();
    if (delivery?.case === 'batch') last = delivery.batch.records.at(-1)!.offset + 1;
  }
  await again.close();
});
