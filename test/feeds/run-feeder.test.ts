/** `run feeder` without files: live feeds of the settings, as a process over a real broker. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { bmpMessage, ofPeer, update } from '#core/bmp/bytes-for-tests.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { readBack } from '#runtime/read-back.ts';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import { steadybeat } from '../e2e/command.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { ServiceProcess } from '../processes/service-process.ts';
import { createTopics } from './create-topics.ts';
import { RouteLines } from './routes.ts';

const { brokers, missing } = await testBroker();

test('routers and topics of others go to bgp.updates; SIGTERM ends their sources', {
  skip: missing,
  timeout: 600_000,
}, async () => {
  const prefix = ownPrefix();
  const folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-run-feeder-'));
  const foreign = `${prefix.replaceAll('.', '-')}rrc13.2854.bmp_raw`;
  const own = await KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix });
  await createTopics(own, topicSpecs({ updatePartitions: 2, blockPartitions: 2 }));
  const others = await KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix: '' });
  await createTopics(others, [{ name: foreign, partitions: 1, compacted: false }]);
  const [port] = await freePorts(1);
  const feeder = new ServiceProcess(['run', 'feeder'], {
    STEADYBEAT_KAFKA_BROKERS: brokers!.join(','),
    STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
    STEADYBEAT_UPDATE_PARTITIONS: '2',
    STEADYBEAT_BLOCK_PARTITIONS: '2',
    STEADYBEAT_FEED_BMP: `127.0.0.1:${port}`,
    STEADYBEAT_FEED_KAFKA_BROKERS: brokers!.join(','),
    STEADYBEAT_FEED_KAFKA_TOPICS: `^${foreign.replaceAll('.', '\\.')}$`,
    STEADYBEAT_FEED_FOLDER: folder,
  });
  try {
    await feeder.said(/BMP: listening on port \d+/);
    await feeder.said(/Kafka: 1 topics of /);
    const route = (asn: number) =>
      ofPeer(0, { second: Math.floor(Date.now() / 1000) }, update([64_500, asn]));
    const router = connect(port!, '127.0.0.1');
    router.write(Buffer.from([...bmpMessage(4, [0, 2, 0, 2, 0x72, 0x31]), ...route(1)]));
    await feeder.said(/BMP: r1@127\.0\.0\.1 connected/);
    const producer = await others.openProducer();
    await producer.send([{ topic: foreign, partition: 0, key: '', value: Buffer.from(route(2)) }]);
    const told = async () => {
      const lines = new Map<string, string[]>();
      for (const partition of [0, 1]) {
        for await (const { value } of readBack(own, bgpUpdates, partition)) {
          const { source, content } = value;
          const of = lines.get(source) ?? [];
          lines.set(source, of);
          of.push(...(content.case === 'mrtRecords' ? RouteLines.of(content.value).lines : [content.case]));
        }
      }
      return lines;
    };
    const has = async (route1: string) => [...(await told()).values()].flat().includes(route1);
    while (!(await has('A 198.51.100.0/24 64500 1')) || !(await has('A 198.51.100.0/24 64500 2')));
    const metrics = await feeder.text('metrics');
    for (const feed of ['bmp', 'kafka']) {
      for (const name of ['connections', 'messages_total'])
        assert.match(metrics, new RegExp(`^steadybeat_feed_${name}\\{feed="${feed}"\\} 1$`, 'm'));
      assert.match(
        metrics,
        new RegExp(`^steadybeat_feed_heard_timestamp_seconds\\{feed="${feed}"\\} \\d`, 'm'),
      );
    }
    assert.deepEqual(await feeder.kill('SIGTERM'), { code: 0, signal: null }, feeder.log);
    router.destroy();
    const lines = await told();
    assert.deepEqual([...lines.keys()].sort(), [foreign.replace('.2854.bmp_raw', ''), 'r1@127.0.0.1'].sort());
    for (const of of lines.values()) assert.ok(of.includes('sourceLost'), of.join(', '));
    assert.match(feeder.log, /fed 2 records, 0 late/);
  } finally {
    await feeder.kill('SIGKILL');
    await own.close();
    await others.close();
    await rm(folder, { recursive: true });
  }
});

test('without files and without feeds there is nothing to do', async () => {
  const { status, stderr } = await steadybeat(['run', 'feeder']);
  assert.equal(status, 2);
  assert.match(stderr, /run feeder needs a FILE, or a feed in its settings/);
});
