import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import type { StateReader, StateWriter } from '#core/state.ts';
import { Service, type ServiceEvent } from './service.ts';
import type { TaskDefinition } from './task.ts';
import { bgpUpdates, snapshotTopic } from './topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from './transport/embedded-log.ts';
import { MemoryStorage } from './transport/memory-storage.ts';

const service = 'counter';

/** Counts records; its state is the count. */
const definition: TaskDefinition<BgpUpdates, never> = {
  service,
  input: bgpUpdates,
  stateVersion: 1,
  createStep() {
    let count = 0;
    return {
      apply: () => void count++,
      save: (writer: StateWriter) => writer.u32(count),
      load: (reader: StateReader) => {
        count = reader.u32();
      },
    };
  },
  publish() {},
};

const topics = [
  { name: bgpUpdates.topic, partitions: 1, compacted: false },
  { name: snapshotTopic(service), partitions: 1, compacted: true },
];

let events: ServiceEvent[];
beforeEach(() => {
  events = [];
});

async function openLog(): Promise<EmbeddedLog> {
  const storage = new MemoryStorage({ retention: 'everything' });
  const log = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
  await log.ensureTopics(topics);
  return log;
}

/** As many records; `source` is what tells two logs apart. */
async function fill(log: EmbeddedLog, source: string, count: number): Promise<void> {
  const producer = await log.openProducer();
  for (let sequence = 1; sequence <= count; sequence++) {
    const value = { source, eventMinute: 7, content: { case: 'tick' } } as const;
    const [record] = bgpUpdates.codec.encode({ producer: source, sequence, eventMinute: 7 }, value);
    await producer.send([{ topic: bgpUpdates.topic, partition: 0, key: source, value: record! }]);
  }
  await producer.close();
}

/** Snapshots only at the end: both limits are far away. */
const build = (log: EmbeddedLog) => {
  const snapshots = { everyEventMinutes: 1_000_000, everyInputBytes: 1e12 };
  return new Service(definition, { snapshots, onEvent: (event) => events.push(event) }, log);
};

async function runOnce(log: EmbeddedLog): Promise<void> {
  const running = build(log);
  await running.start();
  await running.caughtUp(1);
  await running.stop();
}

const restoredFrom = () => events.flatMap((event) => (event.case === 'restored' ? [event.inputOffset] : []));

test('a service that is stopped writes a snapshot, and the next one goes on from there', async () => {
  const log = await openLog();
  await fill(log, 'rrc00', 3);
  await runOnce(log);
  const last = events.at(-1)!;
  assert.ok(last.case === 'snapshotWritten' && last.inputOffset === 3);
  await runOnce(log);
  assert.deepEqual(restoredFrom(), [0, 3]);
  const progress = events.flatMap((event) => (event.case === 'restoreProgress' ? [event] : []));
  assert.deepEqual(
    progress.map(({ task, readBytes, stateBytes }) => [task, readBytes / stateBytes]),
    [
      ['counter/0', 0],
      ['counter/0', 1],
    ],
  );
  // Nothing was done since: there is nothing to be kept.
  assert.equal(events.at(-1)!.case, 'restored');
  await log.close();
});

test('a topic that was made anew and has grown past the position of a snapshot stops the task', async () => {
  const log = await openLog();
  await fill(log, 'rrc00', 3);
  await runOnce(log);
  const other = await openLog();
  await fill(other, 'rrc01', 5);
  await copySnapshots(log, other);
  const running = build(other);
  await running.start();
  await assert.rejects(running.finished, /bgp\.updates\/0 is not the log .* offset 2 .* made anew/);
  await Promise.all([log.close(), other.close()]);
});

async function copySnapshots(from: EmbeddedLog, to: EmbeddedLog): Promise<void> {
  const topic = snapshotTopic(service);
  const { low, high } = await from.offsets(topic, 0);
  const producer = await to.openProducer();
  for await (const { key, value } of from.scan(topic, 0, low, high))
    await producer.send([{ topic, partition: 0, key, value }]);
  await producer.close();
}
