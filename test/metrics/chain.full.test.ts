/** From an UPDATE in a real Kafka to the webhook of a real Alertmanager, and back: the whole chain, as processes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type EventMinute, minuteOf } from '#core/event-time.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { WatchedTransport } from '#runtime/metrics/watched-transport.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { processMetrics } from '../../services/main-job/kafka/run-command-metrics.ts';
import { openProbes } from '../../services/main-job/kafka/run-command-probes.ts';
import { steadybeat } from '../e2e/command.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { ServiceProcess } from '../processes/service-process.ts';
import { Monitoring } from './monitoring.ts';
import { outageFiles } from './outage-now.ts';
import { noAlertmanager, noPrometheus } from './prometheus-tools.ts';

const { brokers, missing } = await testBroker();
const prefix = ownPrefix();
const environment = {
  STEADYBEAT_KAFKA_BROKERS: (brokers ?? []).join(','),
  STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
  STEADYBEAT_UPDATE_PARTITIONS: '1',
  STEADYBEAT_BLOCK_PARTITIONS: '1',
};
const names = [
  'route-tracker',
  'visibility-tracker',
  'instability-scorer',
  'anomaly-detector',
  'metrics-exporter',
];

function runService(name: string, port: number, t: TestContext): ServiceProcess {
  const address = { STEADYBEAT_HEALTH_ADDRESS: `127.0.0.1:${port}` };
  const service = new ServiceProcess(['run', name], { ...environment, ...address });
  t.after(() => service.kill('SIGKILL'));
  return service;
}

/** A feeder that lives as long as the test: it stops before a minute until it is told to go on. */
class PausingFeeder {
  readonly metrics = new Metrics();
  readonly transport: WatchedTransport;
  #stopBefore = 0;
  #reached = Promise.withResolvers<void>();
  #goOn = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;

  constructor(transport: KafkaTransport) {
    this.transport = new WatchedTransport(transport, this.metrics, () => performance.now());
    const health = new Health({ patienceMs: 1000, now: () => performance.now() });
    health.is('running');
    processMetrics('feeder', health, this.metrics);
  }

  async open(port: number, t: TestContext): Promise<void> {
    const health = new Health({ patienceMs: 1000, now: () => performance.now() });
    const probes = await openProbes({ host: '127.0.0.1', port }, health, this.metrics, {
      warn: console.error,
    });
    t.after(() => probes.close());
  }

  /** Feeds everything before a minute. */
  async feedUntil(files: readonly string[], minute: EventMinute): Promise<void> {
    this.#stopBefore = minute;
    this.#goOn.resolve();
    this.#goOn = Promise.withResolvers();
    this.#reached = Promise.withResolvers();
    this.#running ??= this.#run(files).then(() => this.#reached.resolve(), this.#reached.reject);
    await this.#reached.promise;
  }

  async #run(files: readonly string[]): Promise<void> {
    const beforeMinute = async (minute: EventMinute) => {
      while (minute >= this.#stopBefore) {
        this.#reached.resolve();
        await this.#goOn.promise;
      }
    };
    await new Feed({ partitions: 1, beforeMinute }, this.transport).run(files.map(diskFile));
  }
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
/** "nobody feeds" after 8 minutes instead of 10: the outage of the test is about 9 minutes ago. */
const impatient = (text: string): string => text.replaceAll('> 600 < 604800', '> 480 < 604800');

test('an outage, the loss of the feed, the end of both, and a partition that stands still', {
  skip: missing || noPrometheus || noAlertmanager,
  timeout: 900_000,
}, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-chain-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const applied = await steadybeat(['topics', '--apply'], environment);
  assert.equal(applied.status, 0, applied.stdout + applied.stderr);
  const transport = await KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix });
  t.after(() => transport.close());
  const ports = await freePorts(names.length + 1);
  const services = names.map((name, i) => runService(name, ports[i]!, t));
  const feeder = new PausingFeeder(transport);
  await feeder.open(ports.at(-1)!, t);
  for (const service of services) await service.ready();
  const monitoring = new Monitoring();
  t.after(() => monitoring.stop());
  await monitoring.start(ports.map((port) => `127.0.0.1:${port}`));
  await monitoring.until(
    'not all are scraped',
    async () => (await monitoring.query('up == 1')).length === ports.length,
  );

  const now = minuteOf(Math.floor(Date.now() / 1000));
  const files = outageFiles(folder, now);
  await feeder.feedUntil(files, now - 8);
  const fedMs = performance.now();
  const outage = await monitoring.toldOf('OutageFull', 'firing');
  t.diagnostic(`from the UPDATEs in Kafka to the webhook: ${seconds(outage.atMs - fedMs)}`);
  assert.equal(outage.labels.asn, '4210000001');
  assert.match(outage.annotations.summary!, /AS4210000001 is gone/);
  assert.match(outage.annotations.incident_url!, new RegExp(`/incidents/${outage.labels.incident}$`));
  assert.equal(outage.labels.steadybeat_page, undefined);
  assert.match(outage.receiver, outage.labels.severity === 'critical' ? /on-call|newsroom/ : /newsroom|log/);

  await services.at(-1)!.kill('SIGKILL');
  await monitoring.until(
    'the exporter is not missed',
    async () => (await monitoring.query('up == 0')).length === 1,
  );
  const exporterAgain = runService('metrics-exporter', ports.at(-2)!, t);
  await exporterAgain.ready();
  await monitoring.until(
    'the exporter is not back',
    async () => (await monitoring.query('up == 1')).length === ports.length,
  );

  // An incident whose severity changes is an alert of other labels: the one ends, the other fires.
  const isOver = () => {
    const last = new Map<string | undefined, string>();
    for (const { labels, status } of monitoring.told)
      if (labels.alertname === 'OutageFull') last.set(labels.severity, status);
    return ![...last.values()].includes('firing');
  };
  assert.ok(!isOver(), 'the alert held while the exporter started again');

  const testAlert = new ServiceProcess(['test-alert'], environment);
  t.after(() => testAlert.kill('SIGKILL'));
  const tested = await monitoring.toldOf('TestAlert', 'firing', { receiver: 'on-call' });
  assert.equal(tested.labels.incident, /^sent (\S+):/.exec(testAlert.log)?.[1], testAlert.log);
  const interruptedMs = performance.now();
  assert.equal((await testAlert.kill('SIGTERM')).code, 0, testAlert.log);
  assert.match(testAlert.log, /^closed test-alert-\S+:/m);

  const calmMs = performance.now();
  await monitoring.changeRules(impatient);
  const lost = await monitoring.toldOf('SteadybeatNoFeed', 'firing');
  t.diagnostic(
    `from the loss of the feed (beyond its threshold) to the webhook: ${seconds(lost.atMs - calmMs)}`,
  );
  await monitoring.until('the outage is not held back', async () =>
    (await monitoring.inhibited()).includes('OutageFull'),
  );
  const namesTold = (isWanted: (atMs: number) => boolean) =>
    new Set(
      monitoring.told
        .filter((one) => one.status === 'firing' && isWanted(one.atMs))
        .map(({ labels }) => labels.alertname),
    );
  // What was told before may be told again: Alertmanager repeats a group of which a part has changed.
  const before = namesTold((atMs) => atMs <= calmMs);
  const others = [...namesTold((atMs) => atMs > calmMs)].filter((name) => !before.has(name));
  assert.deepEqual(others, ['SteadybeatNoFeed']);

  await feeder.feedUntil(files, now - 4);
  await monitoring.toldOf('SteadybeatNoFeed', 'resolved');
  // Its severity may have changed while the alert of the feed held it back: then it is told a moment later.
  await monitoring.until('the outage is over, though nobody said so', async () => !isOver());
  await feeder.feedUntil(files, Number.POSITIVE_INFINITY);
  const wholeMs = performance.now();
  const over = await monitoring.toldOf('OutageFull', 'resolved', { afterMs: wholeMs });
  assert.equal(over.labels.incident, outage.labels.incident);
  t.diagnostic(
    `from the UPDATEs of its end to the webhook: ${seconds(over.atMs - wholeMs)}, of which 15 s are keep_firing_for`,
  );

  const consumer = await feeder.transport.openConsumer({
    group: 'stuck',
    topics: [bgpUpdates.topic],
    batchBytes: 1,
  });
  t.after(() => consumer.close());
  const stuckMs = performance.now();
  const first = [await consumer.read(), await consumer.read()].find((delivery) => delivery?.case === 'batch');
  if (first?.case === 'batch') await first.batch.ack();
  const stalled = await monitoring.toldOf('SteadybeatPartitionStalled', 'firing', {
    afterMs: stuckMs,
  });
  const { topic, partition, instance } = stalled.labels;
  assert.deepEqual(
    { topic, partition, instance },
    { topic: 'bgp.updates', partition: '0', instance: `127.0.0.1:${ports.at(-1)}` },
  );
  await monitoring.toldOf('TestAlert', 'resolved', { receiver: 'on-call', afterMs: interruptedMs });
});
