/** A tracker that keeps its partition and does nothing: those behind it wait, say for whom, and go on by themselves. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { formatMinute } from '#core/event-time.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { routeChanges, topicSpecs } from '#runtime/topics.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { undisturbed } from '../chaos/flow.ts';
import { PublicReader } from '../chaos/public-reader.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';
import { firstDifference } from '../sim/crashes.ts';
import { ServiceProcess } from './service-process.ts';

const { brokers, missing } = await testBroker();
const prefix = ownPrefix();
const counts = { updatePartitions: 2, blockPartitions: 2 };
const environment = {
  STEADYBEAT_KAFKA_BROKERS: (brokers ?? []).join(','),
  STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
  // So long that nobody takes over.
  STEADYBEAT_KAFKA_SESSION_TIMEOUT_MS: '300000',
  STEADYBEAT_UPDATE_PARTITIONS: String(counts.updatePartitions),
  STEADYBEAT_BLOCK_PARTITIONS: String(counts.blockPartitions),
};
const pollMs = 100;
const named = ['instability-scorer', 'anomaly-detector', 'visibility-tracker', 'route-tracker'] as const;

const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-stalled-'));
const processes: ServiceProcess[] = [];
after(async () => {
  for (const one of processes) {
    one.signal('SIGCONT');
    await one.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true });
});

async function started(service: string): Promise<ServiceProcess> {
  const one = new ServiceProcess(['run', service], environment);
  processes.push(one);
  await one.ready();
  return one;
}

test('a tracker stopped in the middle of the stream, and let go on', {
  skip: missing,
  timeout: 900_000,
}, async (t) => {
  const flow = await undisturbed('reconstruction', folder);
  const transport = await KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix });
  t.after(() => transport.close());
  await transport.ensureTopics(topicSpecs(counts));
  const running = new Map<string, ServiceProcess>();
  for (const service of named) running.set(service, await started(service));
  const stalled = await started('route-tracker');
  await stalled.said(/has 1 partition\b/);
  await stalled.said(/reading from offset/);
  const [, partition] = /route-tracker\/(\d+): reading from/.exec(stalled.log)!;
  const reader = new PublicReader();
  let steps = 0;
  let lastFed = 0;
  const beforeMinute = async (minute: number): Promise<void> => {
    lastFed = minute;
    // In the middle; what was told before shows that it worked.
    if (++steps !== Math.floor(flow.steps / 2)) return;
    while (reader.lineCount === 0) {
      await reader.readOn(transport);
      await setTimeout(pollMs);
    }
    stalled.signal('SIGSTOP');
  };
  await new Feed({ partitions: counts.updatePartitions, beforeMinute }, transport).run(
    flow.files.map(diskFile),
  );
  const tracker = running.get('visibility-tracker')!;
  const told = new RegExp(
    `visibility-tracker/\\d: waits for route-tracker/${partition} \\(bgp\\.updates/${partition}\\) to tell (\\S+);`,
  );
  await tracker.said(told);
  const waited = told.exec(tracker.log)![1]!;
  const metrics = await tracker.text('metrics');
  assert.match(metrics, new RegExp(`steadybeat_waiting_seconds\\{.*waits_for="route-tracker/${partition}"`));
  assert.equal((await tracker.probe('readyz')).status, 200, 'it waits, and is well');
  await reader.readOn(transport);
  const { high } = await transport.offsets(routeChanges.topic, 0);
  assert.ok(high > 0 && formatMinute(reader.minute) < waited, `${formatMinute(reader.minute)} < ${waited}`);
  assert.ok(reader.minute < lastFed && reader.lineCount < flow.expected.length, 'nothing was guessed');
  stalled.signal('SIGCONT');
  while (reader.lineCount < flow.expected.length) {
    await reader.readOn(transport);
    await setTimeout(pollMs);
  }
  assert.equal(firstDifference(reader.lines, flow.expected), undefined);
  await tracker.said(/goes on, waits no longer/);
  for (const one of processes)
    assert.deepEqual(await one.kill('SIGTERM'), { code: 0, signal: null }, one.log);
});
