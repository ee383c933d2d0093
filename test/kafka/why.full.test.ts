/** `npm start -- why` over a real broker: what was told is explained, and comes out of the stored updates again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { steadybeat } from '../e2e/command.ts';
import { removeSmallWorld, writeSmallWorld } from '../e2e/small-world.ts';
import { ownPrefix, testBroker } from './broker.ts';

const { brokers, missing } = await testBroker();
const counts = { updatePartitions: 3, blockPartitions: 2 };

test('an incident by its id, by how it begins, and one that there is not', {
  skip: missing,
  timeout: 600_000,
}, async (t) => {
  const prefix = ownPrefix();
  const world = writeSmallWorld();
  t.after(() => removeSmallWorld(world));
  const transport = await KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix });
  t.after(() => transport.close());
  const told: Anomaly[] = [];
  const pipeline = await startPipeline({ ...counts, onAnomaly: (anomaly) => told.push(anomaly) }, transport);
  await new Feed({ partitions: counts.updatePartitions }, transport).run(world.files.map(diskFile));
  await pipeline.drained();
  await pipeline.stop();

  const environment = {
    STEADYBEAT_KAFKA_BROKERS: brokers!.join(','),
    STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
    STEADYBEAT_UPDATE_PARTITIONS: String(counts.updatePartitions),
    STEADYBEAT_BLOCK_PARTITIONS: String(counts.blockPartitions),
  };
  const { incidentId } = told.find(({ kind }) => kind.startsWith('beat'))!;
  for (const asked of [incidentId, incidentId.slice(0, -4)]) {
    const { status, stdout, stderr } = await steadybeat(['why', asked], environment);
    assert.equal(status, 0, stdout + stderr);
    assert.ok(stdout.startsWith(incidentId), stdout);
    assert.match(stdout, /The same verdict: all \d+ changes of the incident, with all their evidence\./);
  }
  const unknown = await steadybeat(['why', 'as1-outage-20200101T0000Z'], environment);
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /The nearest ids:/);
});
