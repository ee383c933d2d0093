/** From the log in memory to the webhook of a real Alertmanager, and back; chain.full.test.ts has Kafka and processes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minuteOf } from '#core/event-time.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { WatchedTransport } from '#runtime/metrics/watched-transport.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { openProbes } from '../../services/main-job/kafka/run-command-probes.ts';
import { ExporterWorld } from './exporter-world.ts';
import { Monitoring } from './monitoring.ts';
import { noAlertmanager, noPrometheus } from './prometheus-tools.ts';

const nobodyFeedsAfter = (seconds: number) => (text: string) =>
  text.replaceAll('> 600 < 604800', `> ${seconds} < 604800`);

test('an outage is told; the loss of the feed is, and holds it back; both ends are; a partition stands still', {
  skip: noPrometheus || noAlertmanager,
}, async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const world = new ExporterWorld();
  world.second = now;
  await world.open();
  t.after(() => world.close());
  await world.start();
  const metrics = new Metrics();
  const feeder = new WatchedTransport(world.log, metrics, () => performance.now());
  t.after(() => feeder.close());
  const producer = await feeder.openProducer();
  let sequence = 0;
  const feed = async (eventMinute: number) => {
    const content = { case: 'mrtRecords', value: new Uint8Array(10) } as const;
    const stamp = { producer: 'rrc00', sequence: ++sequence, eventMinute };
    const value = bgpUpdates.codec.encode(stamp, { source: 'rrc00', eventMinute, content })[0]!;
    await producer.send([{ topic: bgpUpdates.topic, partition: 0, key: '', value }]);
  };
  const health = new Health({ patienceMs: 1000, now: () => 0 });
  const servers = [
    await openProbes({ host: '127.0.0.1', port: 0 }, health, world.metrics, { warn: console.error }),
    await openProbes({ host: '127.0.0.1', port: 0 }, health, metrics, { warn: console.error }),
  ];
  t.after(async () => {
    for (const server of servers) await server.close();
  });
  await world.minute(minuteOf(now) - 1, []);
  await feed(minuteOf(now) - 2);
  const monitoring = new Monitoring();
  t.after(() => monitoring.stop());
  await monitoring.start(servers.map(({ address }) => address));
  await monitoring.until('not all are scraped', async () => (await monitoring.query('up == 1')).length === 2);

  const openedMs = performance.now();
  await world.anomaly({ incidentId: 'as131279-outage', startSecond: now - 300, eventSecond: now });
  const outage = await monitoring.toldOf('OutageFull', 'firing', { receiver: 'on-call' });
  t.diagnostic(`from the record in anomalies to the webhook: ${Math.round(outage.atMs - openedMs)} ms`);

  await monitoring.changeRules(nobodyFeedsAfter(60));
  await monitoring.toldOf('SteadybeatNoFeed', 'firing');
  await monitoring.until('the outage is not held back', async () =>
    (await monitoring.inhibited()).includes('OutageFull'),
  );
  await feed(minuteOf(now) + 10);
  await monitoring.toldOf('SteadybeatNoFeed', 'resolved');

  world.second += 60;
  await world.anomaly({
    incidentId: 'as131279-outage',
    transition: 'closed',
    closeReason: 'recovered',
    eventSecond: now + 60,
  });
  assert.equal((await monitoring.toldOf('OutageFull', 'resolved')).labels.incident, 'as131279-outage');

  const consumer = await feeder.openConsumer({ group: 'stuck', topics: [bgpUpdates.topic], batchBytes: 1 });
  t.after(() => consumer.close());
  for (const expected of ['assigned', 'batch']) {
    const delivery = await consumer.read();
    assert.equal(delivery?.case, expected);
    if (delivery?.case === 'batch') await delivery.batch.ack();
  }
  const { topic, partition, instance } = (await monitoring.toldOf('SteadybeatPartitionStalled', 'firing'))
    .labels;
  assert.deepEqual(
    { topic, partition, instance },
    { topic: 'bgp.updates', partition: '0', instance: servers[1]!.address },
  );
});
