/** Each service works with exactly the rights that deploy/acls.json lists, and says which one is missing. */
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { anomalies, asScores, bgpUpdates, deadLetters, probeResults, topicSpecs } from '#runtime/topics.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';
import { ProbeRecords } from '../../services/active-prober/probe-records.ts';
import { probeServiceNames, type ServiceName, serviceNames } from '../../services/main-job/command.ts';
import { topicsOf } from '../../services/main-job/kafka/run-command-services.ts';
import { send } from '../contract/reading.ts';
import { steadybeat } from '../e2e/command.ts';
import { removeSmallWorld, type SmallWorld, writeSmallWorld } from '../e2e/small-world.ts';
import { ServiceProcess } from '../processes/service-process.ts';
import { grant, type Right, rightsOf, users } from './acl-rights.ts';
import { JarCluster } from './jar-cluster.ts';
import { missingJars } from './jars.ts';
import { onePartition as counts, recordedWorld } from './recorded-world.ts';

const password = 'correct';
/** So many of a feeder's records were already fed. */
const fedBefore = 10;

const properties = {
  'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
  'listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config':
    'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:ANONYMOUS',
};
const scramUsers = users.flatMap((user) => [
  '--add-scram',
  `SCRAM-SHA-512=[name=steadybeat-${user},password=${password}]`,
]);

/** Port 1 of this machine. */
const nobodyListens = {
  allow: ['127.0.0.1/32'],
  everySeconds: 60,
  timeoutSeconds: 1,
  probesPerMinute: 1,
  concurrent: 1,
  targets: [{ kind: 'tcp', address: '127.0.0.1', as: 64500, port: 1 }],
};

/** A source of probes, open for so long that there is a snapshot. */
function probed(): OutgoingRecord[] {
  const source = 'prober:test';
  const records = new ProbeRecords(source);
  const first = 23_654_000;
  const opened = records.of({ source, eventMinute: first, content: { case: 'sourceOpened', live: false } });
  const ticks = Array.from({ length: 500 }, (_, minute) =>
    records.of({ source, eventMinute: first + minute, content: { case: 'tick' } }),
  );
  return [...opened, ...ticks.flat()];
}

suite('least rights', { skip: missingJars() }, () => {
  let cluster: JarCluster;
  let world: SmallWorld;
  let recorded: Map<string, readonly OutgoingRecord[]>;
  let watchList: string;
  const running = new Set<ServiceProcess>();
  let cases = 0;

  before(async () => {
    world = writeSmallWorld();
    recorded = await recordedWorld(world.files);
    recorded.set(probeResults.topic, probed());
    watchList = path.join(world.folder, 'watch-list.json');
    writeFileSync(watchList, JSON.stringify(nobodyListens));
    // What makes the feeder write a dead letter.
    appendFileSync(world.files.at(-1)!, Buffer.alloc(20, 0xff));
    cluster = await JarCluster.start({
      nodes: 1,
      further: ['SASL_PLAINTEXT'],
      properties,
      formatting: scramUsers,
    });
  });
  after(async () => {
    for (const one of running) await one.kill('SIGKILL');
    await cluster?.stop();
    removeSmallWorld(world);
  });

  const environment = (user: string, prefix: string) => ({
    STEADYBEAT_KAFKA_BROKERS: cluster.listener('SASL_PLAINTEXT'),
    STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
    STEADYBEAT_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    STEADYBEAT_KAFKA_SASL_USERNAME: `steadybeat-${user}`,
    STEADYBEAT_KAFKA_SASL_PASSWORD: password,
    STEADYBEAT_UPDATE_PARTITIONS: '1',
    STEADYBEAT_BLOCK_PARTITIONS: '1',
    STEADYBEAT_SNAPSHOT_INPUT_BYTES: '10000',
    STEADYBEAT_HEALTH_ADDRESS: '127.0.0.1:0',
  });

  /** Topics of a world of its own, with input, something that cannot be used, and something to look through. */
  async function ownWorld(
    service: ServiceName,
  ): Promise<{ prefix: string; open: () => Promise<KafkaTransport> }> {
    const prefix = `acl-${cases++}.`;
    const open = () => KafkaTransport.open({ brokers: cluster.brokers, clientId: 'test', prefix });
    const transport = await open();
    const names = topicsOf(service);
    await transport.ensureTopics(topicSpecs(counts).filter(({ name }) => names.includes(name)));
    const other = (topic: string) => ({
      topic,
      partition: 0,
      key: 'stranger@0@stranger/0',
      value: Buffer.from('?'),
    });
    const records = names.flatMap((topic, i) => {
      if (topic === bgpUpdates.topic && service === 'feeder') return recorded.get(topic)!.slice(0, fedBefore);
      const isInput = i === 0 || service === 'metrics-exporter';
      return isInput ? [other(topic), ...recorded.get(topic)!] : [other(topic)];
    });
    await send(transport, records);
    await transport.close();
    return { prefix, open };
  }

  function filesOf(service: ServiceName): readonly string[] {
    if (service === 'active-prober') return [watchList];
    return service === 'feeder' ? world.files : [];
  }

  function start(service: ServiceName, prefix: string): ServiceProcess {
    const started = new ServiceProcess(['run', service, ...filesOf(service)], environment(service, prefix));
    running.add(started);
    return started;
  }

  async function works(service: ServiceName): Promise<void> {
    const { prefix, open } = await ownWorld(service);
    const transport = await open();
    const highs = async () =>
      Promise.all(topicsOf(service).map(async (topic) => (await transport.offsets(topic, 0)).high));
    const before = await highs();
    await grant(cluster.brokers, prefix, service, rightsOf(service));
    const process = start(service, prefix);
    const writes = topicsOf(service).filter((topic) =>
      rightsOf(service).some(({ name, operation }) => name === topic && operation === 'Write'),
    );
    const hasWritten = async () => {
      const now = await highs();
      return topicsOf(service).every((topic, i) => !writes.includes(topic) || now[i]! > before[i]!);
    };
    if (service === 'feeder') assert.equal((await process.ended).code, 0, process.log);
    else await process.ready();
    while (!(await hasWritten())) {
      if (await Promise.race([process.ended, setTimeout(100, undefined)])) throw new Error(process.log);
    }
    await transport.close();
    if (service !== 'feeder')
      assert.deepEqual(await process.kill('SIGTERM'), { code: 0, signal: null }, process.log);
    assert.doesNotMatch(process.log, /not allowed|missing/);
  }

  async function lacks(service: ServiceName, missing: Right): Promise<void> {
    const { prefix } = await ownWorld(service);
    const rights = rightsOf(service).filter(
      ({ name, resource, operation }) =>
        name !== missing.name || resource !== missing.resource || operation !== missing.operation,
    );
    await grant(cluster.brokers, prefix, service, rights);
    const process = start(service, prefix);
    const { code } = await process.ended;
    const last = process.log.trimEnd().split('\n').at(-1)!;
    const isSeen = rights.some(
      ({ name, resource }) => name === missing.name && resource === missing.resource,
    );
    const name = (prefix + missing.name).replaceAll('.', '\\.');
    const told =
      missing.resource === 'group'
        ? `not allowed in group ${name}.*Give this user the ACL READ on the group`
        : isSeen
          ? `not allowed on topic [^:]*${name}[, ].*Give this user its ACLs`
          : `missing, or not to be seen by this user: ${name}\\.`;
    const at = `${service} without ${missing.operation} on ${missing.resource} ${missing.name}:\n${process.log}`;
    assert.match(last, new RegExp(told), at);
    assert.equal(code, 1, at);
    assert.equal(process.log.match(/not allowed|missing/g)!.length, 1, at);
  }

  for (const service of [...serviceNames, ...probeServiceNames]) {
    test(`${service} works with its own rights`, { timeout: 600_000 }, () => works(service));
    test(`${service} says which right is missing`, { timeout: 600_000 }, async () => {
      await Promise.all(rightsOf(service).map((right) => lacks(service, right)));
    });
  }

  test('an operator makes the topics, sees dead letters, tests the alerts, and asks why', {
    timeout: 600_000,
  }, async () => {
    const prefix = 'acl-operator.';
    await grant(cluster.brokers, prefix, 'operator', rightsOf('operator'));
    const own = environment('operator', prefix);
    const applied = await steadybeat(['topics', '--apply'], own);
    assert.equal(applied.status, 0, applied.stdout + applied.stderr);
    const longer = { ...own, STEADYBEAT_RESULT_RETENTION_HOURS: '9999' };
    assert.equal((await steadybeat(['topics', '--apply'], longer)).status, 0);
    assert.equal((await steadybeat(['dead-letters'], own)).stdout, 'no dead letters\n');
    const testAlert = new ServiceProcess(['test-alert'], own);
    await testAlert.said(/^sent /m);
    assert.equal((await testAlert.kill('SIGTERM')).code, 0, testAlert.log);
    const why = await steadybeat(['why', 'test-alert'], own);
    assert.match(why.stdout, /The log holds no updates any more/, why.stderr);
  });

  test('a subscriber reads what is public, and nothing else', { timeout: 600_000 }, async () => {
    const { prefix, open } = await ownWorld('metrics-exporter');
    const transport = await open();
    await transport.ensureTopics(topicSpecs(counts).filter(({ name }) => name === deadLetters.topic));
    await transport.close();
    await grant(cluster.brokers, prefix, 'subscriber', rightsOf('subscriber'));
    const sasl = { mechanism: 'scram-sha-512', username: 'steadybeat-subscriber', password } as const;
    const brokers = [cluster.listener('SASL_PLAINTEXT')];
    const subscriber = await KafkaTransport.open({ brokers, clientId: 'test', prefix, sasl });
    for (const { topic } of [anomalies, asScores]) {
      const consumer = await subscriber.openConsumer({
        group: 'subscriber-1',
        topics: [topic],
        batchBytes: 1000,
      });
      assert.equal((await consumer.read())!.case, 'assigned');
      assert.equal((await consumer.read())!.case, 'batch');
      await consumer.close();
    }
    await assert.rejects(subscriber.offsets(deadLetters.topic, 0), /not allowed on topic/);
    await subscriber.close();
  });
});
