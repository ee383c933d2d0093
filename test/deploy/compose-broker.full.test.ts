/** The broker of docker-compose.yml, with the same settings but its own addresses, from Apache Kafka's jars. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { steadybeat } from '../e2e/command.ts';
import { clusterReady } from '../kafka/cluster-ready.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { JarNode } from '../kafka/jar-node.ts';
import { missingJars } from '../kafka/jars.ts';
import { composeText } from './compose-text.ts';

const { services } = parse(composeText, { merge: true }) as {
  readonly services: Readonly<Record<string, { readonly environment: Readonly<Record<string, string>> }>>;
};

/** As the image makes a broker's settings of its environment. */
function brokerProperties(): Record<string, string> {
  const own = Object.entries(services.kafka!.environment).filter(
    ([name]) => name.startsWith('KAFKA_') && name !== 'KAFKA_HEAP_OPTS',
  );
  return Object.fromEntries(
    own.map(([name, value]) => [name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'), value]),
  );
}

test('it starts, and takes our topics from inside and from this machine', {
  skip: missingJars(),
  timeout: 600_000,
}, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-compose-'));
  const [inside, controller, host] = await freePorts(3);
  const addresses = [
    ['kafka:9092', `127.0.0.1:${inside}`],
    ['kafka:9093', `127.0.0.1:${controller}`],
    ['127.0.0.1:29092', `127.0.0.1:${host}`],
    ['//:9092', `//127.0.0.1:${inside}`],
    ['//:9093', `//127.0.0.1:${controller}`],
    ['//:29092', `//127.0.0.1:${host}`],
  ] as const;
  const properties = Object.fromEntries(
    Object.entries(brokerProperties()).map(([name, value]) => [
      name,
      addresses.reduce((changed, [from, to]) => changed.replaceAll(from, to), value),
    ]),
  );
  assert.doesNotMatch(JSON.stringify(properties), /kafka:|:9092|:29092/);
  properties['log.dirs'] = path.join(folder, 'data');
  const node = new JarNode(folder, `127.0.0.1:${inside}`, properties, []);
  node.start();
  try {
    await Promise.race([clusterReady([node.address], 60_000), node.failed()]);
    for (const [port, arguments_] of [
      [inside, ['--apply']],
      [host, []],
    ] as const) {
      const environment = { ...services.topics!.environment, STEADYBEAT_KAFKA_BROKERS: `127.0.0.1:${port}` };
      const { status, stdout, stderr } = await steadybeat(['topics', ...arguments_], environment);
      assert.equal(status, 0, stdout + stderr);
    }
  } finally {
    await node.kill('SIGTERM');
    rmSync(folder, { recursive: true });
  }
});
