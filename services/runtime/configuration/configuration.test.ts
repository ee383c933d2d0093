import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ConfigurationResult, dumpLines, kafkaOptionsOf, readConfiguration } from './configuration.ts';
import { fields } from './schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'steadybeat-configuration-'));
after(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function right(result: ConfigurationResult): Extract<ConfigurationResult, { case: 'right' }> {
  assert.equal(result.case, 'right', result.case === 'wrong' ? result.mistakes.join('\n') : '');
  return result as Extract<ConfigurationResult, { case: 'right' }>;
}

const wrong = (result: ConfigurationResult): readonly string[] =>
  result.case === 'wrong' ? result.mistakes : [];

const options = (environment: Record<string, string>) =>
  kafkaOptionsOf(right(readConfiguration(environment, undefined)).configuration, 'test', () => undefined);

test('nothing set: the defaults, which are in order', () => {
  const { configuration } = right(readConfiguration({}, undefined));
  assert.deepEqual(configuration.kafkaBrokers, ['127.0.0.1:9092']);
  assert.equal(configuration.updatePartitions, 4);
  assert.equal(configuration.kafkaTls, false);
  assert.deepEqual(configuration.healthAddress, { host: '127.0.0.1', port: 0 });
  assert.equal(configuration.kafkaReplicas, undefined);
});

test('the environment stands over the file, and an empty variable is as none', () => {
  const file = written(
    'a.json',
    '{"updatePartitions": 8, "blockPartitions": 2, "kafkaBrokers": ["a:1", "b:2"]}',
  );
  const environment = { STEADYBEAT_UPDATE_PARTITIONS: '16', STEADYBEAT_BLOCK_PARTITIONS: '' };
  const { configuration } = right(readConfiguration(environment, file));
  assert.equal(configuration.updatePartitions, 16);
  assert.equal(configuration.blockPartitions, 2);
  assert.deepEqual(configuration.kafkaBrokers, ['a:1', 'b:2']);
});

test('every mistake is named at once', () => {
  const file = written('b.json', '{"partitions": 8, "kafkaTls": "yes"}');
  const environment = {
    STEADYBEAT_KAFKA_BROKER: 'kafka:9092',
    STEADYBEAT_KAFKA_BROKERS: 'kafka:9092,kafka',
    STEADYBEAT_UPDATE_PARTITIONS: '0',
    STEADYBEAT_KAFKA_TOPIC_PREFIX: 'a b',
    STEADYBEAT_KAFKA_SASL_MECHANISM: 'scram',
    STEADYBEAT_KAFKA_TLS_KEY_FILE: join(folder, 'none.pem'),
    STEADYBEAT_HEALTH_ADDRESS: '8080',
    STEADYBEAT_KAFKA_HEARTBEAT_INTERVAL_MS: '3000',
    STEADYBEAT_LOG_RETENTION_HOURS: '5',
    STEADYBEAT_DATA: 'of the tests',
  };
  const mistakes = wrong(readConfiguration(environment, file));
  const expected = [
    /b\.json: there is no field partitions$/,
    /^STEADYBEAT_KAFKA_BROKER: there is no such variable/,
    /^STEADYBEAT_KAFKA_BROKERS: "kafka" is not host:port/,
    /^STEADYBEAT_UPDATE_PARTITIONS: "0" is not a whole number from 1 to 1024/,
    /^STEADYBEAT_KAFKA_TLS: "yes" is neither true nor false/,
    /^STEADYBEAT_KAFKA_TLS_KEY_FILE: .*no such file/,
    /^STEADYBEAT_KAFKA_SASL_MECHANISM: "scram" is neither plain/,
    /^STEADYBEAT_HEALTH_ADDRESS: "8080" is not host:port/,
    /^STEADYBEAT_KAFKA_SASL_MECHANISM needs STEADYBEAT_KAFKA_SASL_USERNAME too/,
    /^STEADYBEAT_KAFKA_TLS_KEY_FILE needs STEADYBEAT_KAFKA_TLS_CERTIFICATE_FILE too/,
    /^STEADYBEAT_KAFKA_TOPIC_PREFIX: "a b" must be letters/,
    /^STEADYBEAT_KAFKA_HEARTBEAT_INTERVAL_MS must be at most a third/,
    /^STEADYBEAT_LOG_RETENTION_HOURS: records must be kept for longer/,
  ];
  assert.equal(mistakes.length, expected.length, mistakes.join('\n'));
  for (const [i, pattern] of expected.entries()) assert.match(mistakes[i]!, pattern);
});

test('a file that is missing, or no JSON object', () => {
  assert.match(wrong(readConfiguration({}, join(folder, 'none.json')))[0]!, /none\.json: .*no such file/);
  assert.match(wrong(readConfiguration({}, written('c.json', '[]')))[0]!, /c\.json: not a JSON object/);
  assert.match(wrong(readConfiguration({}, written('d.json', '{')))[0]!, /d\.json: .*JSON/);
});

test('a broker cannot be given by an IPv6 address', () => {
  const mistakes = wrong(readConfiguration({ STEADYBEAT_KAFKA_BROKERS: 'kafka:9092,[::1]:9092' }, undefined));
  assert.match(
    mistakes[0]!,
    /^STEADYBEAT_KAFKA_BROKERS: "\[::1\]:9092": of brokers no IPv6 address .* host name/,
  );
});

test('TLS and SASL for the transport', () => {
  assert.equal(options({}).tls, undefined);
  assert.equal(options({}).sasl, undefined);
  assert.deepEqual(options({ STEADYBEAT_KAFKA_TLS: 'true' }).tls, {});
  const ca = '-----BEGIN CERTIFICATE-----\n';
  const caFile = written('ca.pem', ca);
  const tls = { STEADYBEAT_KAFKA_TLS: 'true', STEADYBEAT_KAFKA_TLS_CA_FILE: caFile };
  assert.deepEqual(options(tls).tls, { ca });
  const sasl = {
    STEADYBEAT_KAFKA_SASL_MECHANISM: 'plain',
    STEADYBEAT_KAFKA_SASL_USERNAME: 'u',
    STEADYBEAT_KAFKA_SASL_PASSWORD: 'secret',
  };
  assert.deepEqual(options(sasl).sasl, { mechanism: 'plain', username: 'u', password: 'secret' });
  assert.match(
    wrong(readConfiguration({ STEADYBEAT_KAFKA_TLS_CA_FILE: caFile }, undefined))[0]!,
    /CA_FILE needs STEADYBEAT_KAFKA_TLS=true/,
  );
});

test('the dump can be read back, names all, and shows no secret', () => {
  const environment = {
    STEADYBEAT_KAFKA_SASL_MECHANISM: 'plain',
    STEADYBEAT_KAFKA_SASL_USERNAME: 'u',
    STEADYBEAT_KAFKA_SASL_PASSWORD: 'hunter2',
    STEADYBEAT_UPDATE_PARTITIONS: '7',
  };
  const first = right(readConfiguration(environment, undefined));
  const lines = dumpLines(first.settings);
  assert.ok(!lines.join('\n').includes('hunter2'));
  for (const { environment: name } of Object.values(fields)) {
    assert.equal(lines.filter((line) => line.replace('# ', '').startsWith(`${name}=`)).length, 1, name);
  }
  const set = lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split('=', 2) as [string, string]);
  const second = right(readConfiguration(Object.fromEntries(set), undefined));
  assert.deepEqual(second.configuration, { ...first.configuration, kafkaSaslPassword: '********' });
});

test('an address of a feed that lets somebody in is shown without who it is', () => {
  const environment = { STEADYBEAT_FEED_RIS_LIVE: 'wss://user:pw123@example.net/v1/ws/' };
  const { configuration, settings } = right(readConfiguration(environment, undefined));
  assert.equal(configuration.feedRisLive, environment.STEADYBEAT_FEED_RIS_LIVE);
  assert.ok(dumpLines(settings).includes('STEADYBEAT_FEED_RIS_LIVE=wss://********@example.net/v1/ws/'));
  const mistakes = wrong(
    readConfiguration({ STEADYBEAT_KAFKA_BROKERS: 'kafka://me:pw123@host:1' }, undefined),
  );
  assert.equal(mistakes.length, 1);
  assert.doesNotMatch(mistakes.join(), /pw123/);
});

test('who may look: each mistake of the file is a line, and the dump shows its path alone', () => {
  const hash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';
  const file = written('web.yml', `basic_auth_users:\n  prometheus: ${hash}\n`);
  const { configuration, settings } = right(readConfiguration({ STEADYBEAT_WEB_CONFIG: file }, undefined));
  assert.equal(configuration.webConfig?.users.get('prometheus'), hash);
  assert.ok(dumpLines(settings).includes(`STEADYBEAT_WEB_CONFIG=${file}`));
  assert.doesNotMatch(dumpLines(settings).join('\n'), /QOauhQ/);
  const wrongFile = written('wrong.yml', 'a: 1\nbasic_auth_users:\n  me: topsecret\n');
  const mistakes = wrong(readConfiguration({ STEADYBEAT_WEB_CONFIG: wrongFile }, undefined));
  assert.deepEqual(
    mistakes.map((mistake) => mistake.replace(`STEADYBEAT_WEB_CONFIG: ${wrongFile}: `, '')),
    [
      'a is not for Steadybeat, which knows tls_server_config, basic_auth_users, http_server_config',
      'basic_auth_users.me: not a bcrypt hash; `htpasswd -nBC 10 me` makes one',
    ],
  );
});
