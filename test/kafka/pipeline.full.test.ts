/** All services over a real Kafka say what they say over the embedded log, byte for byte. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import type { ServiceEvent } from '#runtime/service.ts';
import { topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { scenarioFiles } from '../crash/scenario-files.ts';
import { publicTopics } from '../crash/whole-run.ts';
import { firstDifference } from '../sim/crashes.ts';
import { supervisedServices } from '../sim/supervised.ts';
import { ownPrefix, testBroker } from './broker.ts';

const { brokers, missing } = await testBroker();

/** The last hours of the beat, and the blackout. */
const stretch = { ...nk2014(), from: '2014-12-22T06:00Z', until: '2014-12-23T04:00Z' };

const snapshots = { everyEventMinutes: 60, everyInputBytes: 10_000_000 };

async function told(
  transport: Transport,
  updatePartitions: number,
  blockPartitions: number,
): Promise<string[]> {
  const pipeline = await startPipeline({ updatePartitions, blockPartitions, snapshots }, transport);
  await new Feed({ partitions: updatePartitions }, transport).run(scenarioFiles(stretch, publishedSeed));
  await pipeline.drained();
  await pipeline.stop();
  return publicTopics(transport);
}

const openKafka = () =>
  KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix: ownPrefix(), heartbeatIntervalMs: 200 });

let expected: string[];
before(async () => {
  if (brokers === undefined) return;
  const storage = new MemoryStorage({ retention: 'everything' });
  const log = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
  expected = await told(log, 1, 1);
  await log.close();
  assert.ok(expected.filter((line) => line.startsWith('anomalies ')).length > 2);
});

test('all services over Kafka: as.scores and anomalies as over the embedded log', {
  skip: missing,
}, async () => {
  const transport = await openKafka();
  assert.equal(firstDifference(await told(transport, 3, 2), expected), undefined);
  await transport.close();
});

test('the same while second instances of the trackers come and go', { skip: missing }, async () => {
  const counts = { updatePartitions: 4, blockPartitions: 4 };
  const transport = await openKafka();
  await transport.ensureTopics(topicSpecs(counts));
  let restored = 0;
  const onEvent = (event: ServiceEvent) => {
    if (event.case === 'restored' && event.inputOffset > 0) restored++;
  };
  const services = supervisedServices(
    counts,
    () => ({ snapshots, onEvent }),
    () => transport,
  );
  for (const service of services) await service.start();
  const [routeTracker, visibilityTracker] = services;
  let feeding = true;
  const feed = new Feed({ partitions: counts.updatePartitions }, transport)
    .run(scenarioFiles(stretch, publishedSeed))
    .finally(() => {
      feeding = false;
    });
  while (feeding) {
    for (const tracker of [routeTracker!, visibilityTracker!]) {
      await tracker.startExtra();
      await setTimeout(1500);
      await tracker.stopExtra();
    }
  }
  await feed;
  for (const service of services) await service.caughtUp();
  for (const service of services) await service.stop();
  assert.ok(restored > 4, `${restored} tasks went on from a snapshot`);
  assert.equal(firstDifference(await publicTopics(transport), expected), undefined);
  await transport.close();
});
