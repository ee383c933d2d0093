import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import type { StateReader, StateWriter } from '#core/state.ts';
import { Service, type ServiceEvent } from './service.ts';
import type { TaskDefinition } from './task.ts';
import { bgpUpdates, deadLetters, snapshotTopic } from './topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from './transport/embedded-log.ts';
import { MemoryStorage } from './transport/memory-storage.ts';
import type { OutgoingRecord } from './transport/transport.ts';

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

test('of much that follows from one record, no more than two pieces are on their way', async () => {
  const log = await openLog();
  const much: TaskDefinition<BgpUpdates, number> = {
    ...definition,
    createStep() {
      const step = definition.createStep(0);
      return {
        ...step,
        apply: () => assert.fail('it says too much at a time'),
        *applyInTurns(_, emit) {
          for (let turn = 0; turn < 20_000; turn++) {
            emit(turn);
            yield;
          }
        },
      };
    },
    publish: (turn, post) =>
      post.value(deadLetters, 0, 'k', 0, {
        reason: '',
        origin: '',
        position: turn,
        head: new Uint8Array(),
        length: 0,
      }),
  };
  await log.ensureTopics([{ name: deadLetters.topic, partitions: 1, compacted: false }]);
  await fill(log, 'rrc00', 1);
  let [onTheirWay, most, sent] = [0, 0, 0];
  const openProducer = log.openProducer.bind(log);
  log.openProducer = async () => {
    const producer = await openProducer();
    const send = async (records: readonly OutgoingRecord[]) => {
      onTheirWay += records.length;
      most = Math.max(most, onTheirWay);
      await setTimeout(5);
      await producer.send(records);
      onTheirWay -= records.length;
      sent += records.length;
    };
    return { send, close: () => producer.close() };
  };
  const running = new Service(much, {}, log);
  await running.start();
  await running.caughtUp(1);
  await running.stop();
  assert.equal(sent, 20_000);
  assert.ok(most <= 2 * 4096, `${most} records`);
  await log.close();
});

test('a snapshot is written when the outputs before it are kept, and not sooner', async () => {
  const log = await openLog();
  const telling: TaskDefinition<BgpUpdates, number> = {
    ...definition,
    createStep: () => ({ ...definition.createStep(0), apply: (_, emit) => emit(1) }),
    publish: (position, post) =>
      post.value(deadLetters, 0, 'k', 0, {
        reason: '',
        origin: '',
        position,
        head: new Uint8Array(),
        length: 0,
      }),
  };
  await log.ensureTopics([{ name: deadLetters.topic, partitions: 1, compacted: false }]);
  await fill(log, 'rrc00', 1);
  const sent: string[] = [];
  const [asked, kept] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const openProducer = log.openProducer.bind(log);
  log.openProducer = async () => {
    const producer = await openProducer();
    const send = async (records: readonly OutgoingRecord[]) => {
      sent.push(...records.map(({ topic }) => topic));
      if (records.some(({ topic }) => topic === deadLetters.topic)) {
        asked.resolve();
        await kept.promise;
      }
      await producer.send(records);
    };
    return { send, close: () => producer.close() };
  };
  const running = new Service(telling, { snapshots: { everyEventMinutes: 1, everyInputBytes: 1 } }, log);
  await running.start();
  await asked.promise;
  // All that needs no answer has happened then.
  await setTimeout(50);
  assert.deepEqual(sent, [deadLetters.topic]);
  kept.resolve();
  await running.caughtUp(1);
  await running.stop();
  assert.deepEqual([...new Set(sent)], [deadLetters.topic, snapshotTopic(service)]);
  await log.close();
});
