/** `run feeder FILE...` over a real Kafka: given again it writes nothing; other files of the same collector are refused. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { MrtWriter } from '#core/mrt/writer.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';
import { ServiceProcess } from './service-process.ts';

const { brokers, missing } = await testBroker();
const peer = { asn: 64_500, address: [0xc0000201] };

test('files that the log does not have the beginning of are refused, and nothing is written', {
  skip: missing,
}, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-archive-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [first, second] = ['a', 'b'].map((name, i) => {
    const writer = new MrtWriter(64_499);
    for (let minute = 0; minute < 10 * (i + 1); minute++) {
      const prefix = { family: 'ipv4' as const, words: [0x0a000000 + minute * 256], length: 24 };
      writer.announce(1_419_000_000 + (20 * i + minute) * 60, peer, 'ipv4', [prefix], [peer.asn, 65_000]);
    }
    const file = path.join(folder, `${name}.mrt`);
    writeFileSync(file, writer.take());
    return file;
  });
  const prefix = ownPrefix();
  const transport = await KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix });
  t.after(() => transport.close());
  await transport.ensureTopics(topicSpecs({ updatePartitions: 2, blockPartitions: 1 }));
  const ends = async () =>
    Promise.all([0, 1].map(async (partition) => (await transport.offsets(bgpUpdates.topic, partition)).high));
  const feeder = async (...files: (string | undefined)[]) => {
    const process = new ServiceProcess(['run', 'feeder', ...files.map((file) => file!)], {
      STEADYBEAT_KAFKA_BROKERS: brokers!.join(','),
      STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
      STEADYBEAT_UPDATE_PARTITIONS: '2',
      STEADYBEAT_BLOCK_PARTITIONS: '1',
    });
    const { code } = await process.ended;
    return { code, log: process.log };
  };

  const whole = await feeder(first);
  assert.equal(whole.code, 0, whole.log);
  const written = await ends();
  const count = written.reduce((sum, end) => sum + end, 0);
  assert.match(
    whole.log,
    new RegExp(`fed ${count} batches into bgp\\.updates \\(10 MRT records of 1 sources`),
  );
  const again = await feeder(first);
  assert.equal(again.code, 0, again.log);
  assert.match(again.log, new RegExp(`fed 0 batches into bgp\\.updates, which had ${count} of these files`));
  for (const files of [[second], [first, second]]) {
    const refused = await feeder(...files);
    assert.equal(refused.code, 2, refused.log);
    assert.match(
      refused.log,
      /feeder: bgp\.updates already has records of source steadybeat-archive-\w+ that are not of these files .* nothing was written\. .* in one command under another topic prefix/,
    );
    assert.doesNotMatch(refused.log, /\n +at |: fed /);
    assert.deepEqual(await ends(), written);
  }
});
