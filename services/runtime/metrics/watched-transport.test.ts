import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { UpdatesContent } from '#core/contract/bgp-updates.ts';
import { bgpUpdates, deadLetters, topicSpecs } from '../topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '../transport/embedded-log.ts';
import { MemoryStorage } from '../transport/memory-storage.ts';
import type { OutgoingRecord, Transport } from '../transport/transport.ts';
import { Metrics } from './metrics.ts';
import { WatchedTransport } from './watched-transport.ts';

let clock: number;
let metrics: Metrics;
let log: EmbeddedLog;
let watched: WatchedTransport;
beforeEach(async () => {
  clock = 0;
  metrics = new Metrics();
  log = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, new MemoryStorage({ retention: 'everything' }));
  await log.ensureTopics(topicSpecs({ updatePartitions: 2, blockPartitions: 1 }));
  watched = new WatchedTransport(log, metrics, () => clock);
});

function update(
  sequence: number,
  source: string,
  eventMinute: number,
  content: UpdatesContent,
): OutgoingRecord {
  const value = bgpUpdates.codec.encode(
    { producer: source, sequence, eventMinute },
    { source, eventMinute, content },
  )[0]!;
  return { topic: bgpUpdates.topic, partition: 0, key: source, value };
}

const records: UpdatesContent = { case: 'mrtRecords', value: new Uint8Array(100) };

async function told(pattern: RegExp): Promise<string[]> {
  const { text } = await metrics.exposition('');
  return text.split('\n').filter((line) => pattern.test(line) && !line.startsWith('#'));
}

/** Lets what was begun end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('the last records of each source, which a tick is not; dead letters by reason', async () => {
  const producer = await watched.openProducer();
  assert.deepEqual(await told(/records_produced/), [
    'steadybeat_records_produced_total{topic="dead.letters"} 0',
  ]);
  await producer.send([
    update(1, 'rrc00', 1000, records),
    update(2, 'rrc00', 1001, { case: 'tick' }),
    update(1, 'rrc01', 990, records),
  ]);
  const letter = { reason: 'unknown-type', origin: 'file', position: 7, head: new Uint8Array(1), length: 1 };
  const value = deadLetters.codec.encode({ producer: 'rrc00', sequence: 1, eventMinute: 0 }, letter)[0]!;
  await producer.send([{ topic: deadLetters.topic, partition: 0, key: '', value }]);
  assert.deepEqual(await told(/feed_last|dead_letters_total|records_produced/), [
    'steadybeat_records_produced_total{topic="dead.letters"} 1',
    'steadybeat_records_produced_total{topic="bgp.updates"} 3',
    'steadybeat_dead_letters_total{reason="unknown-type"} 1',
    'steadybeat_feed_last_record_timestamp_seconds{source="rrc00"} 60000',
    'steadybeat_feed_last_record_timestamp_seconds{source="rrc01"} 59400',
  ]);
});

test('records in parts are records of their source', async () => {
  const producer = await watched.openProducer();
  const content: UpdatesContent = { case: 'mrtRecords', value: new Uint8Array(3_000_000) };
  const stamp = { producer: 'rrc00', sequence: 1, eventMinute: 1000 };
  const values = bgpUpdates.codec.encode(stamp, { source: 'rrc00', eventMinute: 1000, content });
  assert.ok(values.length > 1);
  await producer.send(
    values.map((value) => ({ topic: bgpUpdates.topic, partition: 0, key: 'rrc00', value })),
  );
  assert.deepEqual(await told(/feed_last/), [
    'steadybeat_feed_last_record_timestamp_seconds{source="rrc00"} 60000',
  ]);
});

test('a position moves with what is acknowledged; the lag is what is after it, for as long as that is known', async () => {
  const producer = await log.openProducer();
  await producer.send([1, 2, 3].map((sequence) => update(sequence, 'rrc00', 1000, records)));
  const consumer = await watched.openConsumer({ group: 'g', topics: [bgpUpdates.topic], batchBytes: 1 });
  for (const expected of ['assigned', 'assigned']) assert.equal((await consumer.read())!.case, expected);
  await consumer.seek(bgpUpdates.topic, 0, 1);
  await settled();
  const ofFirst = /(lag_records|position)\{topic="bgp.updates",partition="0"/;
  const series = (lag: number, position: number) => [
    `steadybeat_consumer_lag_records{topic="bgp.updates",partition="0"} ${lag}`,
    `steadybeat_consumer_position{topic="bgp.updates",partition="0"} ${position}`,
  ];
  assert.deepEqual(await told(ofFirst), series(2, 1));
  const delivery = await consumer.read();
  assert.equal(delivery?.case, 'batch');
  assert.deepEqual(await told(ofFirst), series(2, 1));
  if (delivery?.case === 'batch') await delivery.batch.ack();
  assert.deepEqual(await told(ofFirst), series(1, 2));
  assert.deepEqual(await told(/consumed_total/), [
    'steadybeat_records_consumed_total{topic="bgp.updates"} 1',
  ]);
  clock = 31_000;
  assert.deepEqual(await told(ofFirst), series(1, 2).slice(1));
});

test('what went to another member is told by that one alone', async () => {
  const options = { group: 'g', topics: [bgpUpdates.topic], batchBytes: 1 };
  const consumer = await watched.openConsumer(options);
  await consumer.read();
  await consumer.read();
  for (const partition of [0, 1]) await consumer.seek(bgpUpdates.topic, partition, 0);
  assert.equal((await told(/consumer_position/)).length, 2);
  await log.openConsumer(options);
  assert.equal((await consumer.read())!.case, 'revoked');
  assert.equal((await told(/consumer_position/)).length, 1);
});

test('an end that cannot be looked up is counted, and no lag is told', async () => {
  const away: Transport = Object.assign(Object.create(log) as Transport, {
    openConsumer: (options: Parameters<Transport['openConsumer']>[0]) => log.openConsumer(options),
    offsets: () => Promise.reject(new Error('away')),
  });
  const lost = new Metrics();
  const transport = new WatchedTransport(away, lost, () => clock);
  const consumer = await transport.openConsumer({ group: 'g', topics: ['as.scores'], batchBytes: 1 });
  await consumer.read();
  await settled();
  const { text } = await lost.exposition('');
  assert.match(text, /steadybeat_consumer_lag_failures_total 1\n/);
  assert.doesNotMatch(text, /^steadybeat_consumer_lag_records\{/m);
});

test('while a look takes long no other one is begun', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let looks = 0;
  const slow: Transport = Object.assign(Object.create(log) as Transport, {
    openConsumer: (options: Parameters<Transport['openConsumer']>[0]) => log.openConsumer(options),
    offsets: () => {
      looks++;
      return new Promise(() => {});
    },
  });
  const transport = new WatchedTransport(slow, new Metrics(), () => clock);
  const consumer = await transport.openConsumer({ group: 'g', topics: ['as.scores'], batchBytes: 1 });
  await consumer.read();
  t.mock.timers.tick(20_000);
  assert.equal(looks, 1);
});
