/** All services over a real Kafka say what they say over the embedded log, byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { scenarioFiles } from '../crash/scenario-files.ts';
import { publicTopics } from '../crash/whole-run.ts';
import { firstDifference } from '../sim/crashes.ts';
import { ownPrefix, testBroker } from './broker.ts';

const { brokers, missing } = await testBroker();

/** The last hours of the beat, and the blackout. */
const stretch = { ...nk2014(), from: '2014-12-22T06:00Z', until: '2014-12-23T04:00Z' };

async function told(
  transport: Transport,
  updatePartitions: number,
  blockPartitions: number,
): Promise<string[]> {
  const snapshots = { everyEventMinutes: 120, everyInputBytes: 10_000_000 };
  const pipeline = await startPipeline({ updatePartitions, blockPartitions, snapshots }, transport);
  await new Feed({ partitions: updatePartitions }, transport).run(scenarioFiles(stretch, publishedSeed));
  await pipeline.drained();
  await pipeline.stop();
  return publicTopics(transport);
}

test('all services over Kafka: as.scores and anomalies as over the embedded log', {
  skip: missing,
}, async () => {
  const storage = new MemoryStorage({ retention: 'everything' });
  const log = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
  const expected = await told(log, 1, 1);
  await log.close();
  assert.ok(expected.filter((line) => line.startsWith('anomalies ')).length > 2);
  const transport = await KafkaTransport.open({
    brokers: brokers!,
    clientId: 'test',
    prefix: ownPrefix(),
    heartbeatIntervalMs: 200,
  });
  assert.equal(firstDifference(await told(transport, 3, 2), expected), undefined);
  await transport.close();
});
