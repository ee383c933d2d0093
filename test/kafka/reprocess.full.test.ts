/** The history told again under another prefix: the same bytes, also after a crash, and nobody else's topics. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { clusterConfig } from '#runtime/kafka/kafka-options.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';
import { anomalies, asScores, bgpUpdates, probeResults, topicSpecs } from '#runtime/topics.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { scenarioFiles } from '../crash/scenario-files.ts';
import { publicTopics } from '../crash/whole-run.ts';
import { steadybeat } from '../e2e/command.ts';
import { ServiceProcess } from '../processes/service-process.ts';
import { firstDifference } from '../sim/crashes.ts';
import { ownPrefix, testBroker } from './broker.ts';

const { brokers, missing } = await testBroker();
const patience = { skip: missing, timeout: 600_000 };

const counts = { updatePartitions: 3, blockPartitions: 2 };
/** The last hours of the beat, and the blackout. */
const stretch = { ...nk2014(), from: '2014-12-22T06:00Z', until: '2014-12-23T04:00Z' };
const source = ownPrefix();
const environment = {
  STEADYBEAT_KAFKA_BROKERS: (brokers ?? []).join(','),
  STEADYBEAT_KAFKA_TOPIC_PREFIX: source,
  STEADYBEAT_KAFKA_SESSION_TIMEOUT_MS: '2000',
  STEADYBEAT_KAFKA_HEARTBEAT_INTERVAL_MS: '200',
  STEADYBEAT_UPDATE_PARTITIONS: String(counts.updatePartitions),
  STEADYBEAT_BLOCK_PARTITIONS: String(counts.blockPartitions),
  STEADYBEAT_SNAPSHOT_EVENT_MINUTES: '30',
};

const open = (prefix: string) => KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix });
const reprocess = (...args: string[]) => steadybeat(['reprocess', ...args], environment);

async function publicOf(prefix: string): Promise<string[]> {
  const transport = await open(prefix);
  const lines = await publicTopics(transport);
  await transport.close();
  return lines;
}

let expected: string[];
before(async () => {
  if (brokers === undefined) return;
  const transport = await open(source);
  const pipeline = await startPipeline(counts, transport);
  const producer = await transport.openProducer();
  const garbage = { topic: bgpUpdates.topic, partition: 0, key: '', value: Buffer.from('garbage') };
  await producer.send([garbage]);
  await new Feed({ partitions: counts.updatePartitions }, transport).run(
    scenarioFiles(stretch, publishedSeed),
  );
  await pipeline.drained();
  await pipeline.stop();
  expected = await publicTopics(transport);
  await transport.close();
  assert.ok(expected.filter((line) => line.startsWith('anomalies ')).length > 2);
});

const processes = new Set<ServiceProcess>();
after(async () => {
  for (const one of processes) await one.kill('SIGKILL');
});

test(
  'the same scores and incidents, and a summary that says so; again, it has nothing to do',
  patience,
  async () => {
    const prefix = ownPrefix();
    for (let turn = 0; turn < 2; turn++) {
      const { status, stdout, stderr } = await reprocess('--prefix', prefix);
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        /is complete: (\d+) incidents\n.* found \1 in the same time: \1 the same, 0 only in .*, 0 only in /,
      );
      assert.equal(firstDifference(await publicOf(prefix), expected), undefined);
    }
  },
);

test('killed on the way and started again: the same', patience, async () => {
  const prefix = ownPrefix();
  const transport = await open(prefix);
  await transport.ensureTopics(topicSpecs(counts));
  const scores = async () => (await transport.offsets(asScores.topic, 0)).high;
  let kills = 0;
  for (const share of [0.1, 0.4, 0.7]) {
    const one = new ServiceProcess(['reprocess', '--prefix', prefix], environment);
    processes.add(one);
    let hasEnded = false;
    void one.ended.then(() => {
      hasEnded = true;
    });
    while (!hasEnded && (await scores()) < share * expected.length) await setTimeout(20);
    const { code, signal } = await one.kill(share === 0.4 ? 'SIGTERM' : 'SIGKILL');
    if (signal === 'SIGKILL') kills++;
    if (code === 1) assert.match(one.log, /interrupted: the same command goes on from here/);
  }
  assert.ok(kills > 0, 'it was killed at work');
  const { status, stderr } = await reprocess('--prefix', prefix);
  assert.equal(status, 0, stderr);
  assert.equal(firstDifference(await publicTopics(transport), expected), undefined);
  await transport.close();
});

test(
  'what it must not touch it refuses: its own source, a world of others, other bounds',
  patience,
  async () => {
    const itself = await reprocess('--prefix', source);
    assert.equal(itself.status, 2);
    assert.match(itself.stderr, /is the prefix of the history itself/);
    const prefix = ownPrefix();
    const transport = await open(prefix);
    await transport.ensureTopics(topicSpecs(counts));
    const producer = await transport.openProducer();
    await producer.send([{ topic: probeResults.topic, partition: 0, key: '', value: Buffer.from('?') }]);
    await transport.close();
    const others = await reprocess('--prefix', prefix);
    assert.equal(others.status, 1);
    assert.match(others.stderr, /probe\.results is not empty, and no reprocessing began it/);
    const bounded = ownPrefix();
    const until = ['--until', '2014-12-22T07:00Z'];
    assert.equal((await reprocess('--prefix', bounded, ...until)).status, 0);
    const unbounded = await reprocess('--prefix', bounded);
    assert.equal(unbounded.status, 1);
    assert.match(unbounded.stderr, /was begun with other bounds/);
    const first = await publicOf(bounded);
    for (const { topic } of [asScores, anomalies]) {
      const of = (lines: readonly string[]) => lines.filter((line) => line.startsWith(`${topic} `));
      assert.ok(of(first).length > 0 && of(first).length < of(expected).length);
      assert.equal(firstDifference(of(first), of(expected).slice(0, of(first).length)), undefined);
    }
  },
);

test(
  'a history whose beginning is no longer kept: from the first minute that is whole',
  patience,
  async () => {
    await forgetFirstThird(source + bgpUpdates.topic, 1);
    const prefix = ownPrefix();
    const { status, stdout, stderr } = await reprocess('--prefix', prefix);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /is complete: [1-9]\d* incidents/);
    const lines = await publicOf(prefix);
    assert.ok(lines.some((line) => /^anomalies .*"subject":"as:131279"/.test(line)));
    assert.ok(lines.length < expected.length);
  },
);

async function forgetFirstThird(topic: string, partition: number): Promise<void> {
  const admin = newAdmin(clusterConfig({ brokers: brokers!, clientId: 'test', prefix: '' }, () => undefined));
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    const { high } = offsets.find((one) => one.partition === partition)!;
    const partitions = [{ partition, offset: String(Math.floor(Number(high) / 3)) }];
    await admin.deleteTopicRecords({ topic, partitions });
  } finally {
    await admin.disconnect();
  }
}
