/** The examples for subscribers, run as their readers would; and kcat as somebody who writes what nobody can use. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { formatMinute } from '#core/event-time.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { anomalies, asScores, deadLetters, topicSpecs } from '#runtime/topics.ts';
import { send } from '../contract/reading.ts';
import { jsonLines, steadybeat } from '../e2e/command.ts';
import { removeSmallWorld, writeSmallWorld } from '../e2e/small-world.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';
import { onePartition, recordedWorld } from '../kafka/recorded-world.ts';
import { ServiceProcess } from '../processes/service-process.ts';

const { brokers, missing } = await testBroker();
const prefix = ownPrefix();
const examples = path.join(import.meta.dirname, '../../deploy/examples');
const environment = { ...process.env, BROKERS: (brokers ?? []).join(','), PREFIX: prefix };
const generated = mkdtempSync(path.join(tmpdir(), 'steadybeat-python-'));

const isThere = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;
const noKcat = !isThere('kcat', '-V') && 'there is no kcat';
/** Debian's own, where another is first on the PATH. */
const python = ['python3', '/usr/bin/python3'].find((name) =>
  isThere(name, '-c', 'import confluent_kafka, google.protobuf'),
);
const noPython =
  (python === undefined && 'no Python with confluent_kafka and protobuf') ||
  (!isThere('protoc', '--version') && 'there is no protoc');

suite('examples', { skip: missing }, () => {
  let transport: KafkaTransport;
  let incidents: object[];
  let scores: string[];

  before(async () => {
    const world = writeSmallWorld();
    const recorded = await recordedWorld(world.files);
    removeSmallWorld(world);
    transport = await KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix });
    await transport.ensureTopics(topicSpecs(onePartition));
    for (const { topic } of [asScores, anomalies]) {
      const records = recorded.get(topic)!;
      const half = Math.ceil(records.length / 2);
      const garbage = { topic, partition: 0, key: '', value: Buffer.from('garbage') };
      // As after a restart: some of it twice. And something that is not Steadybeat's.
      await send(transport, records.slice(0, half));
      await send(transport, [garbage, ...records.slice(half - 3)]);
    }
    // The first letters of this producer are no longer kept; and a stranger's.
    const letter = { reason: 'of-old', origin: 'a', position: 1, head: new Uint8Array(), length: 1 };
    const [value] = deadLetters.codec.encode({ producer: 'old', sequence: 7, eventMinute: 1 }, letter);
    const at = { topic: deadLetters.topic, partition: 0, key: '' };
    await send(transport, [
      { ...at, value: value! },
      { ...at, value: Buffer.from('garbage') },
    ]);
    incidents = recorded.get(anomalies.topic)!.map(({ value }) => JSON.parse(Buffer.from(value!).toString()));
    scores = recorded.get(asScores.topic)!.flatMap(({ value }) => scoreLine(value!));
    assert.ok(incidents.length > 2 && scores.length > 50);
  });
  after(async () => {
    await transport?.close();
    rmSync(generated, { recursive: true });
  });

  function scoreLine(record: Uint8Array): string[] {
    const { envelope, body } = asScores.codec.open(record);
    const { eventMinute, content } = asScores.codec.decode(envelope, body);
    if (content.case !== 'score') return [];
    const { originAs, score, surprise } = content.value;
    return [
      `${formatMinute(eventMinute)} AS${originAs} score ${score.toFixed(3)} surprise ${surprise.toFixed(1)}`,
    ];
  }

  function incidentsOnce(): object[] {
    const script = path.join(examples, 'anomalies.sh');
    return jsonLines(execFileSync(script, ['-e'], { env: environment, encoding: 'utf8' }));
  }

  test('kcat: anomalies.sh gives every incident once', { skip: noKcat }, () => {
    assert.deepEqual(incidentsOnce(), incidents);
  });

  test('Node: scores.mjs gives every score once', { timeout: 600_000 }, async (t) => {
    const args = [path.join(examples, 'scores.mjs'), 'subscriber-test'];
    const example = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => example.kill('SIGKILL'));
    let [out, errors] = ['', ''];
    example.stdout.on('data', (bytes) => (out += bytes));
    example.stderr.on('data', (bytes) => (errors += bytes));
    while (out.split('\n').length <= scores.length) {
      assert.equal(example.exitCode, null, errors);
      await setTimeout(100);
    }
    assert.deepEqual(out.trimEnd().split('\n'), scores);
    assert.doesNotMatch(errors, /records are missing|Warning/);
  });

  test('Python: subscribe.py gives both', { skip: noPython }, () => {
    const protos = globSync('proto/steadybeat/v1/{envelope,as_*}.proto');
    execFileSync('protoc', ['-I', 'proto', `--python_out=${generated}`, ...protos]);
    const out = execFileSync(python!, [path.join(examples, 'subscribe.py'), '--end'], {
      env: { ...environment, PYTHONPATH: generated },
      encoding: 'utf8',
    });
    const lines = out.trimEnd().split('\n');
    assert.deepEqual(
      lines.filter((line) => line.includes(' score ')),
      scores,
    );
    assert.equal(lines.filter((line) => line.includes(' TRANSITION_')).length, incidents.length);
  });

  test('what kcat writes into a topic becomes a dead letter, and the service goes on', {
    skip: noKcat,
  }, async (t) => {
    const garbage = ['-P', '-b', environment.BROKERS, '-t', `${prefix}as.scores`, '-p', '0'];
    execFileSync('kcat', garbage, { input: 'more garbage\n' });
    for (const codec of ['lz4', 'snappy'])
      execFileSync('kcat', [...garbage, '-z', codec], { input: `${'garbage '.repeat(100)}\n` });
    const settings = {
      STEADYBEAT_KAFKA_BROKERS: environment.BROKERS,
      STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
    };
    // It says again what the topic has: the rule of the envelope drops that.
    const detector = new ServiceProcess(['run', 'anomaly-detector'], settings);
    t.after(() => detector.kill('SIGKILL'));
    const letters = async () => (await steadybeat(['dead-letters'], settings)).stdout;
    while (!/in all: (?=.*3 record-without)(?=.*1 batch-of).*1 of-old/.test(await letters()))
      assert.equal(await Promise.race([detector.ended, undefined]), undefined);
    assert.match(await letters(), /batch-of-unknown-compression .* together, compression lz4 /);
    const exporter = new ServiceProcess(['run', 'metrics-exporter'], settings);
    t.after(() => exporter.kill('SIGKILL'));
    await exporter.ready();
    assert.match(
      await exporter.text('metrics'),
      /records_unread_total\{.*topic="as\.scores",reason="undecodable"\} 4/,
    );
    assert.deepEqual(await exporter.kill('SIGTERM'), { code: 0, signal: null }, exporter.log);
    assert.match(await letters(), /record-without-envelope {2}as\.scores\/0 {2}offset \d+ {2}12 bytes/);
    assert.deepEqual(await detector.kill('SIGTERM'), { code: 0, signal: null }, detector.log);
    assert.deepEqual(incidentsOnce(), incidents);
  });
});
