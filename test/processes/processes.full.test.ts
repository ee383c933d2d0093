/** Services as processes over a real Kafka, one of them killed: what they say is what one process over the embedded log says. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { publicTopics } from '../crash/whole-run.ts';
import { steadybeat } from '../e2e/command.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { firstDifference } from '../sim/crashes.ts';
import { ServiceProcess } from './service-process.ts';

const { brokers, missing } = await testBroker();
const prefix = ownPrefix();
/** The last hours of the beat, and the blackout. */
const stretch = { ...nk2014(), from: '2014-12-22T06:00Z', until: '2014-12-23T04:00Z' };

const environment = {
  STEADYBEAT_KAFKA_BROKERS: (brokers ?? []).join(','),
  STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
  STEADYBEAT_KAFKA_SESSION_TIMEOUT_MS: '2000',
  STEADYBEAT_KAFKA_HEARTBEAT_INTERVAL_MS: '200',
  STEADYBEAT_SNAPSHOT_EVENT_MINUTES: '20',
};

const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-processes-'));
const processes = new Set<ServiceProcess>();
after(async () => {
  for (const one of processes) await one.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function run(...args: string[]): ServiceProcess {
  const one = new ServiceProcess(['run', ...args], environment);
  processes.add(one);
  return one;
}

/** Rejects where the process ends with another status than 0. */
async function failsWithError(service: ServiceProcess): Promise<never> {
  const { code } = await service.ended;
  if (code !== 0) throw new Error(service.log);
  return new Promise<never>(() => undefined);
}

/** The collectors' files on disk: a table dump and the updates of each. */
function writtenFiles(): string[] {
  return generate(stretch, publishedSeed).collectors.flatMap(({ collector, rib, updates }) => {
    mkdirSync(path.join(folder, collector));
    const parts = { rib: [...rib()], updates: [...updates()].map(({ bytes }) => bytes) };
    return Object.entries(parts).map(([name, chunks]) => {
      const file = path.join(folder, collector, `${name}.mrt`);
      writeFileSync(file, Buffer.concat(chunks));
      return file;
    });
  });
}

async function embeddedTopics(files: readonly string[]): Promise<string[]> {
  const storage = new MemoryStorage({ retention: 'everything' });
  const log = new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
  const pipeline = await startPipeline({ updatePartitions: 1, blockPartitions: 1 }, log);
  await new Feed({ partitions: 1 }, log).run(files.map(diskFile));
  await pipeline.drained();
  await pipeline.stop();
  const topics = await publicTopics(log);
  await log.close();
  return topics;
}

let files: string[];
let expected: string[];
before(async () => {
  if (brokers === undefined) return;
  files = writtenFiles();
  expected = await embeddedTopics(files);
  assert.ok(expected.filter((line) => line.startsWith('anomalies ')).length > 2);
});

test('topics: nothing is changed unasked, created once, and what differs is told', {
  skip: missing,
}, async () => {
  const topics = (...args: string[]) => steadybeat(['topics', ...args], environment);
  const unasked = await topics();
  assert.equal(unasked.status, 1);
  assert.match(unasked.stdout, /bgp\.updates is missing.*partitions=4 .*[\s\S]*nothing was changed/);
  assert.equal((await topics()).stdout, unasked.stdout);
  const early = run('route-tracker');
  assert.equal((await early.ended).code, 1);
  assert.match(early.log, /missing, or not to be seen by this user: .*bgp\.updates, .*topics --apply/);
  const applied = await topics('--apply');
  assert.equal(applied.status, 0, applied.stdout + applied.stderr);
  assert.match(applied.stdout, /applied: 12 created or set\nall 12 topics/);
  assert.match((await topics('--apply')).stdout, /^all 12 topics of .* are as they should be\n$/);
  const other = await steadybeat(['topics', '--apply'], {
    ...environment,
    STEADYBEAT_UPDATE_PARTITIONS: '5',
  });
  assert.equal(other.status, 1);
  assert.match(other.stdout, /bgp\.updates has 4 partitions, not 5\. The count is chosen once/);
  const longer = { ...environment, STEADYBEAT_RESULT_RETENTION_HOURS: '9999' };
  assert.match(
    (await steadybeat(['topics'], longer)).stdout,
    /anomalies has retention\.ms=31536000000, not 35996400000/,
  );
  assert.equal((await steadybeat(['topics', '--apply'], longer)).status, 0);
  assert.equal((await steadybeat(['topics'], longer)).status, 0);
});

test('without a broker a service waits, is alive and not ready, and ends when it is told to', async () => {
  const [port] = await freePorts(1);
  const away = { ...environment, STEADYBEAT_KAFKA_BROKERS: `127.0.0.1:${port}` };
  const service = new ServiceProcess(['run', 'anomaly-detector'], away);
  processes.add(service);
  await service.said(/waiting: could not connect: no Kafka broker answers at 127/);
  assert.equal((await service.probe('livez')).status, 200);
  assert.equal((await service.probe('readyz')).status, 503);
  assert.deepEqual(await service.kill('SIGTERM'), { code: 0, signal: null });
});

test('all services as processes, a tracker killed and the feeder interrupted: byte for byte the same', {
  skip: missing,
  timeout: 900_000,
}, async (t) => {
  const transport = await KafkaTransport.open({ brokers: brokers!, clientId: 'test', prefix });
  t.after(() => transport.close());
  const said = async () => (await publicTopics(transport)).length;
  const names = ['route-tracker', 'visibility-tracker', 'instability-scorer', 'anomaly-detector'];
  const services = names.map((name) => run(name));
  for (const service of services) await service.ready();
  const second = [run('route-tracker'), run('visibility-tracker')];
  for (const service of second) await service.ready();
  const garbage = { topic: bgpUpdates.topic, partition: 0, key: '', value: Buffer.from('garbage') };
  const stranger = await transport.openProducer();
  await stranger.send([garbage]);
  const feeder = run('feeder', ...files);
  const victim = services[0]!;
  await Promise.race([victim.said(/snapshot at offset/), failsWithError(feeder)]);
  await setTimeout(300);
  assert.equal((await victim.kill('SIGKILL')).signal, 'SIGKILL');
  assert.deepEqual(await feeder.kill('SIGTERM'), { code: 0, signal: null }, feeder.log);
  assert.ok((await said()) < expected.length, 'there was something left to do');
  const again = run('route-tracker');
  const feederAgain = run('feeder', ...files);
  assert.deepEqual(await feederAgain.ended, { code: 0, signal: null }, feederAgain.log);
  await again.ready();
  while ((await said()) < expected.length) await setTimeout(500);
  const running = [...services.slice(1), ...second, again];
  for (const service of running) assert.equal((await service.probe('livez')).status, 200);
  const ends = await Promise.all(running.map((service) => service.kill('SIGTERM')));
  for (const [i, end] of ends.entries()) assert.deepEqual(end, { code: 0, signal: null }, running[i]!.log);
  const goneOn = [second[0]!, again].filter(({ log }) => /reading from offset [1-9]/.test(log));
  assert.ok(goneOn.length > 0, 'somebody went on from a snapshot');
  assert.equal(firstDifference(await publicTopics(transport), expected), undefined);
  const letters = await steadybeat(['dead-letters'], environment);
  const told = /^- {2}record-without-envelope {2}bgp\.updates\/0 {2}offset 0 {2}7 bytes .*\nin all: 1 /;
  assert.match(letters.stdout, told, letters.stderr);
});
