/** docker-compose.yml and the image, as far as they can be judged where nothing runs containers. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { readConfiguration } from '#runtime/configuration/configuration.ts';
import { northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import { parseArguments } from '../../services/main-job/arguments.ts';
import { probeServiceNames, serviceNames } from '../../services/main-job/command.ts';
import { composeText } from './compose-text.ts';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly cpus?: number;
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
  readonly stop_grace_period?: string;
}

interface Targets {
  readonly targets: readonly string[];
}

const repository = path.join(import.meta.dirname, '../..');
const inRepository = (name: string) => path.join(repository, name);
const compose = parse(composeText, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);

/** Fails with every place at once. */
const none = (found: readonly string[]) => assert.deepEqual(found, []);
const notWhere = (holds: (service: Service) => boolean | undefined, among = services) =>
  none(among.filter(([, service]) => !holds(service)).map(([name]) => name));

test('every service that there is has its own, under its name', () => {
  for (const name of [...serviceNames, ...probeServiceNames])
    assert.deepEqual(compose.services[name]?.command?.slice(0, 2), ['run', name]);
});

test('commands are commands', () => {
  for (const [name, { command = [], entrypoint }] of ours) {
    const shell = entrypoint === undefined ? undefined : command[0]!;
    const args = shell === undefined ? command : /start\.mjs (.*)$/.exec(shell)![1]!.split(' ');
    const parsed = parseArguments(args);
    assert.notEqual(parsed.case, 'wrong', `${name}: ${JSON.stringify(parsed)}`);
  }
});

test('the settings of every service are in order', () => {
  for (const [name, { environment = {} }] of ours) {
    const read = readConfiguration(environment, undefined);
    assert.equal(read.case, 'right', `${name}: ${read.case === 'wrong' ? read.mistakes.join('; ') : ''}`);
    assert.equal(read.case === 'right' && environment.STEADYBEAT_KAFKA_BROKERS, 'kafka:9092');
  }
});

test('the AS of the demo has series of its own', () => {
  for (const name of ['metrics-exporter', 'route-tracker'])
    assert.equal(compose.services[name]!.environment!.STEADYBEAT_WATCH_LIST, `${northKoreaAs}`);
});

test('who waits for another waits for what there is, and for what that can become', () => {
  for (const [name, { depends_on = {} }] of services)
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const target = compose.services[other];
      assert.ok(target, `${name} waits for ${other}`);
      const isHealthy = condition === 'service_healthy';
      assert.ok(isHealthy || condition === 'service_completed_successfully', `${name}: ${condition}`);
      const is = isHealthy ? target.healthcheck?.test !== undefined : target.restart === 'on-failure';
      assert.ok(is, `${other} never becomes ${condition}`);
    }
});

test('images have a version, and ours is built of what is here', () => {
  notWhere(({ image }) => /:v?\d+\.\d+\.\d+$/.test(image));
  const { version } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as { version: string };
  notWhere(({ image }) => image === `steadybeat:${version}`, ours);
  notWhere(({ build }) => existsSync(path.join(repository, build!.context, build!.dockerfile)), ours);
});

test('nobody may do more than it needs', () => {
  notWhere(({ cap_drop }) => cap_drop?.includes('ALL'));
  notWhere(({ security_opt }) => security_opt?.includes('no-new-privileges:true'));
  notWhere(({ mem_limit, pids_limit }) => mem_limit !== undefined && pids_limit !== undefined);
  notWhere(({ cpus }) => cpus !== undefined && cpus <= 2);
  notWhere(({ logging }) => logging?.options?.['max-size'] !== undefined && 'max-file' in logging.options);
  notWhere(
    ({ read_only }) => read_only,
    services.filter(([name]) => name !== 'kafka'),
  );
});

test('Grafana has no password that everybody knows', () => {
  const { environment, command } = compose.services.grafana!;
  assert.equal(environment!.GF_SECURITY_ADMIN_PASSWORD, '');
  const script = command![0]!
    .replaceAll('$$', '$')
    .replace('exec /run.sh', 'echo "$GF_SECURITY_ADMIN_PASSWORD"');
  const passwordOf = (given: string) =>
    execFileSync('sh', ['-c', script], {
      env: { ...process.env, GF_SECURITY_ADMIN_PASSWORD: given },
      encoding: 'utf8',
    }).trim();
  assert.equal(passwordOf('given'), 'given');
  assert.match(passwordOf(''), /^.{32}$/);
  assert.notEqual(passwordOf(''), passwordOf(''));
});

test('nothing is reached from another machine', () => {
  none(services.flatMap(([, { ports = [] }]) => ports).filter((port) => !port.startsWith('127.0.0.1:')));
});

test('what is mounted is there, to be read only; what is kept has a name', () => {
  const found: string[] = [];
  for (const [name, { volumes = [] }] of services)
    for (const [source, , mode] of volumes.map((volume) => volume.split(':'))) {
      const isPath = source!.startsWith('./');
      if (isPath && (mode !== 'ro' || !existsSync(inRepository(source!)))) found.push(`${name}: ${source}`);
      if (!isPath && !Object.hasOwn(compose.volumes, source!)) found.push(`${name}: no volume ${source}`);
    }
  none(found);
});

test('every process says how it is, and gets the time that it asks for to stop', () => {
  notWhere(({ healthcheck }) => healthcheck?.test?.[0] === 'CMD' || healthcheck?.disable);
  for (const [, { stop_grace_period, environment }] of ours)
    assert.ok(Number.parseInt(stop_grace_period!, 10) > Number(environment!.STEADYBEAT_STOP_WITHIN_SECONDS));
  const files = ours.flatMap(([, { healthcheck }]) => healthcheck?.test?.[2] ?? []);
  none(files.filter((file) => !existsSync(inRepository(file))));
});

test('Prometheus asks those that there are, where they answer', () => {
  const prometheus = parse(readFileSync(inRepository('deploy/prometheus/prometheus.yml'), 'utf8')) as {
    readonly alerting: { readonly alertmanagers: readonly { readonly static_configs: readonly Targets[] }[] };
    readonly scrape_configs: readonly {
      readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
    }[];
  };
  for (const { dns_sd_configs = [] } of prometheus.scrape_configs)
    for (const { names, port } of dns_sd_configs)
      for (const name of names) {
        const address = compose.services[name]?.environment?.STEADYBEAT_HEALTH_ADDRESS;
        assert.equal(address, `0.0.0.0:${port}`, name);
      }
  const managers = prometheus.alerting.alertmanagers.flatMap((one) => one.static_configs);
  for (const target of managers.flatMap(({ targets }) => targets)) {
    const [name, port] = target.split(':');
    none(compose.services[name!]?.ports?.some((mapping) => mapping.endsWith(`:${port}`)) ? [] : [target]);
  }
});
