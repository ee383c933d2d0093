import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotsCodec } from './codec/snapshots.ts';
import { type RestoreEvent, SnapshotStore, type SnapshotStoreOptions } from './snapshot-store.ts';
import { EmbeddedLog } from './transport/embedded-log.ts';
import { MemoryStorage } from './transport/memory-storage.ts';
import type { LogRecord, OutgoingRecord, Producer } from './transport/transport.ts';

const topic = 'snapshots.test';
const options: SnapshotStoreOptions = { topic, partition: 0, task: 'test/0', writer: 'a', stateVersion: 1 };

/** More than two chunks. */
const stateOf = (seed: number): Uint8Array => new Uint8Array(1_200_000).map((_, i) => (i * seed) % 253);

async function scene() {
  const log = new EmbeddedLog({ lagBytesMax: 1 }, new MemoryStorage({ retention: 'everything' }));
  await log.ensureTopics([{ name: topic, partitions: 1, compacted: true }]);
  const producer = await log.openProducer();
  const store = (changes: Partial<SnapshotStoreOptions> = {}, by: Producer = producer) =>
    new SnapshotStore({ ...options, ...changes }, log, by);
  const records = async (): Promise<LogRecord[]> => {
    const all: LogRecord[] = [];
    const { low, high } = await log.offsets(topic, 0);
    for await (const record of log.scan(topic, 0, low, high)) all.push(record);
    return all;
  };
  return { producer, store, records };
}

/** Stops after so many sends, as a process does that is killed. */
const dyingAfter = (sends: number, producer: Producer): Producer => {
  let left = sends;
  return {
    send: async (records: readonly OutgoingRecord[]) => {
      if (left-- <= 0) throw new Error('killed');
      await producer.send(records);
    },
    close: () => producer.close(),
  };
};

test('the newest complete snapshot comes back', async () => {
  const { store } = await scene();
  assert.equal(await store().restore(), undefined);
  const writing = store();
  await writing.write(stateOf(3), 10);
  await writing.write(stateOf(7), 20);
  assert.deepEqual(await store().restore(), { state: stateOf(7), inputOffset: 20 });
  await store({ writer: 'b' }).write(new Uint8Array(), 30);
  assert.deepEqual(await store().restore(), { state: new Uint8Array(), inputOffset: 30 });
});

test('a snapshot without its manifest is passed over', async () => {
  const { store, producer } = await scene();
  await store().write(stateOf(3), 10);
  await assert.rejects(store({ writer: 'b' }, dyingAfter(1, producer)).write(stateOf(7), 20));
  assert.deepEqual(await store().restore(), { state: stateOf(3), inputOffset: 10 });
});

test('a snapshot with a chunk that is damaged or missing is passed over', async () => {
  for (const damage of [Uint8Array.of(1, 2, 3), null]) {
    const { store, producer, records } = await scene();
    const writing = store();
    await writing.write(stateOf(3), 10);
    await writing.write(stateOf(7), 20);
    const { key } = (await records()).find((record) => record.key.startsWith('test/0@20@a/1'))!;
    await producer.send([{ topic, partition: 0, key, value: damage }]);
    assert.deepEqual(await store().restore(), { state: stateOf(3), inputOffset: 10 });
  }
});

test('a chunk whose bytes changed does not pass the checksum', async () => {
  const { store, producer, records } = await scene();
  await store().write(stateOf(3), 10);
  const record = (await records()).find(({ key }) => key.endsWith('/1'))!;
  const value = Uint8Array.from(record.value!);
  value[value.length - 1]! ^= 1;
  await producer.send([{ topic, partition: 0, key: record.key, value }]);
  assert.equal(await store().restore(), undefined);
});

test('another state version is passed over', async () => {
  const { store } = await scene();
  await store().write(stateOf(3), 10);
  await store({ stateVersion: 2 }).write(stateOf(7), 20);
  assert.deepEqual(await store().restore(), { state: stateOf(3), inputOffset: 10 });
});

test('chunks of two writers at the same offset do not mix', async () => {
  const { store, producer } = await scene();
  await assert.rejects(store({ writer: 'a' }, dyingAfter(1, producer)).write(stateOf(3), 10));
  await store({ writer: 'b' }).write(stateOf(7), 10);
  assert.deepEqual(await store().restore(), { state: stateOf(7), inputOffset: 10 });
});

test('what was never finished is not one of the two that are kept', async () => {
  const { store, producer } = await scene();
  await store().write(stateOf(3), 10);
  await assert.rejects(store({ writer: 'dead' }, dyingAfter(1, producer)).write(stateOf(5), 20));
  const writing = store({ writer: 'b' });
  await writing.restore();
  await writing.write(stateOf(7), 30);
  await producer.send([{ topic, partition: 0, key: 'test/0@30@b/1', value: Uint8Array.of(1) }]);
  assert.deepEqual(await store().restore(), { state: stateOf(3), inputOffset: 10 });
});

test('older generations are deleted, two are kept', async () => {
  const { store, producer, records } = await scene();
  await assert.rejects(store({ writer: 'dead' }, dyingAfter(1, producer)).write(stateOf(3), 5));
  const writing = store();
  await writing.restore();
  for (const offset of [10, 20, 30, 40]) await writing.write(stateOf(offset), offset);
  const generations = new Set((await records()).map(({ key }) => key.slice(0, key.lastIndexOf('/'))));
  assert.deepEqual([...generations], ['test/0@30@a', 'test/0@40@a']);
});

test('how far the reading is, and what was passed over, is told', async () => {
  const { store, producer } = await scene();
  await store().write(stateOf(3), 10);
  await store({ stateVersion: 2 }).write(stateOf(3), 20);
  await store({ writer: 'b' }).write(stateOf(7), 30);
  await producer.send([{ topic, partition: 0, key: 'test/0@30@b/1', value: Uint8Array.of(1) }]);
  const damaged = snapshotsCodec.encode(
    { producer: 'test/0@c', sequence: 1, eventMinute: 0 },
    { case: 'chunk', index: 0, state: Uint8Array.of(9) },
  )[0]!;
  await store({ writer: 'c' }).write(Uint8Array.of(8), 40);
  await producer.send([{ topic, partition: 0, key: 'test/0@40@c/0', value: damaged }]);
  await assert.rejects(store({ writer: 'd' }, dyingAfter(1, producer)).write(stateOf(7), 50));
  const events: RestoreEvent[] = [];
  const restored = await store({ onEvent: (event) => events.push(event) }).restore();
  assert.equal(restored?.inputOffset, 10);
  const passed = events.flatMap((event) =>
    event.case === 'passedOver' ? [[event.inputOffset, event.reason]] : [],
  );
  assert.deepEqual(passed, [
    [50, 'incomplete'],
    [40, 'damaged'],
    [30, 'incomplete'],
    [20, 'other-state-version'],
  ]);
  assert.deepEqual(
    events.slice(-4).map((event) => event.case === 'read' && [event.readBytes, event.stateBytes]),
    [0, 524_288, 1_048_576, 1_200_000].map((readBytes) => [readBytes, 1_200_000]),
  );
});
