/** A real Prometheus and a real Alertmanager with our rules and routes, made quick, and a receiver for what they tell. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { freePorts } from '../kafka/free-ports.ts';
import { alertmanager, prometheus } from './prometheus-tools.ts';

export interface Told {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** When it came, in milliseconds of `performance.now`. */
  readonly atMs: number;
}

interface Route {
  group_wait?: string;
  group_interval?: string;
  routes?: Route[];
}

const patienceMs = 120_000;
const pollMs = 100;
/** What holds while an exporter starts again; the rules as they are shipped say minutes. */
const holdFor = '15s';

export class Monitoring {
  readonly told: Told[] = [];
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-monitoring-'));
  readonly #children: ChildProcess[] = [];
  #receiver: Server | undefined;
  #prometheusPort = 0;
  #alertmanagerPort = 0;

  /** `targets`: "127.0.0.1:8080". */
  async start(targets: readonly string[]): Promise<void> {
    const receiverPort = await this.#listen();
    const [prometheusPort, alertmanagerPort] = await freePorts(2);
    this.#prometheusPort = prometheusPort!;
    this.#alertmanagerPort = alertmanagerPort!;
    mkdirSync(path.join(this.#folder, 'rules'));
    this.#write('alertmanager.yml', quickRoutes(receiverPort));
    this.#write('prometheus.yml', prometheusSettings(targets, alertmanagerPort!));
    this.#writeRules((text) => text);
    const store = (name: string) => path.join(this.#folder, name);
    this.#spawn(alertmanager, [
      `--config.file=${store('alertmanager.yml')}`,
      `--storage.path=${store('alertmanager')}`,
      `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ]);
    this.#spawn(prometheus, [
      `--config.file=${store('prometheus.yml')}`,
      `--storage.tsdb.path=${store('prometheus')}`,
      `--web.listen-address=127.0.0.1:${prometheusPort}`,
      '--web.enable-lifecycle',
      // Alertmanager takes an alert for over four times this long after it last heard of it: also where the machine is busy.
      '--rules.alert.resend-delay=5s',
      '--enable-feature=exemplar-storage',
      '--log.level=warn',
    ]);
    await this.until('Alertmanager is not ready', () =>
      answers(`http://127.0.0.1:${alertmanagerPort}/-/ready`),
    );
    await this.until('Prometheus is not ready', () => answers(`http://127.0.0.1:${prometheusPort}/-/ready`));
  }

  /** Puts the rules in force with `change` made to their text. */
  async changeRules(change: (text: string) => string): Promise<void> {
    this.#writeRules(change);
    const { status } = await fetch(`http://127.0.0.1:${this.#prometheusPort}/-/reload`, { method: 'POST' });
    if (status !== 200) throw new Error(`Prometheus does not take the rules: ${status}`);
  }

  /** The values of an expression now. */
  async query(expression: string): Promise<readonly { readonly metric: Record<string, string> }[]> {
    const address = `http://127.0.0.1:${this.#prometheusPort}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const body = (await (await fetch(address)).json()) as {
      data: { result: { metric: Record<string, string> }[] };
    };
    return body.data.result;
  }

  /** The alerts that Alertmanager knows now, and by how many others each is held back. */
  async alerts(): Promise<readonly { readonly labels: Told['labels']; readonly inhibitors: number }[]> {
    const response = await fetch(`http://127.0.0.1:${this.#alertmanagerPort}/api/v2/alerts`);
    const alerts = (await response.json()) as {
      labels: Told['labels'];
      status: { inhibitedBy: string[] };
    }[];
    return alerts.map(({ labels, status }) => ({ labels, inhibitors: status.inhibitedBy.length }));
  }

  /** Names of the alerts that Alertmanager holds back because of others. */
  async inhibited(): Promise<string[]> {
    const alerts = await this.alerts();
    return alerts.filter(({ inhibitors }) => inhibitors > 0).map(({ labels }) => labels.alertname!);
  }

  /** The first word of it, after `afterMs`, and to `receiver` where one is named. */
  async toldOf(
    alertname: string,
    status: Told['status'],
    { afterMs = 0, receiver }: { readonly afterMs?: number; readonly receiver?: string } = {},
  ): Promise<Told> {
    const isIt = (one: Told) =>
      one.labels.alertname === alertname &&
      one.status === status &&
      one.atMs >= afterMs &&
      (receiver === undefined || one.receiver === receiver);
    const who = receiver === undefined ? 'nobody' : `not ${receiver}`;
    await this.until(`${who} was told that ${alertname} is ${status}`, async () => this.told.some(isIt));
    return this.told.find(isIt)!;
  }

  async until(otherwise: string, holds: () => Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; !(await holds()); waitedMs += pollMs) {
      if (waitedMs > patienceMs)
        throw new Error(`${otherwise}; told: ${JSON.stringify(this.told, undefined, 1)}`);
      await setTimeout(pollMs);
    }
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
    this.#receiver?.closeAllConnections();
    this.#receiver?.close();
    rmSync(this.#folder, { recursive: true });
  }

  #spawn(program: string, args: readonly string[]): void {
    this.#children.push(spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
  }

  #write(name: string, content: unknown): void {
    writeFileSync(path.join(this.#folder, name), stringify(content));
  }

  #writeRules(change: (text: string) => string): void {
    for (const file of globSync('deploy/prometheus/rules/*.yml'))
      this.#write(`rules/${path.basename(file)}`, parse(change(quickRules(readFileSync(file, 'utf8')))));
  }

  async #listen(): Promise<number> {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.end();
      const { alerts } = JSON.parse(body) as { alerts: Omit<Told, 'receiver' | 'atMs'>[] };
      const atMs = performance.now();
      const receiver = request.url!.slice(1);
      for (const { status, labels, annotations } of alerts)
        this.told.push({ receiver, status, labels, annotations, atMs });
    });
    this.#receiver = server;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
}

/** The rules that are shipped, in seconds instead of minutes. */
function quickRules(text: string): string {
  return (
    text
      .replace(/^( +)rules:$/gm, '$1interval: 500ms\n$1rules:')
      // A busy machine misses a scrape or two.
      .replace(/\bfor: \d+m$/gm, 'for: 5s')
      .replace(/keep_firing_for: \S+$/gm, `keep_firing_for: ${holdFor}`)
      // What was told is known for longer than an alert is held.
      .replaceAll('[10m]', '[20s]')
      .replace(/\[\d+m\]/g, '[5s]')
  );
}

/** The routes that are shipped, without their pauses, all receivers being ours. */
function quickRoutes(port: number): unknown {
  const settings = parse(readFileSync('deploy/alertmanager/alertmanager.yml', 'utf8')) as {
    route: Route;
    receivers: { name: string; webhook_configs?: unknown }[];
  };
  const quicken = (route: Route) => {
    route.group_wait = '0s';
    route.group_interval = '1s';
    for (const inner of route.routes ?? []) quicken(inner);
  };
  quicken(settings.route);
  for (const receiver of settings.receivers)
    receiver.webhook_configs = [{ url: `http://127.0.0.1:${port}/${receiver.name}`, send_resolved: true }];
  return settings;
}

function prometheusSettings(targets: readonly string[], alertmanagerPort: number): unknown {
  const shipped = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')) as {
    global: object;
    alerting: object;
    scrape_configs: { sample_limit: number; body_size_limit: string }[];
  };
  const { sample_limit, body_size_limit } = shipped.scrape_configs[0]!;
  const quick = { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' };
  return {
    global: { ...shipped.global, ...quick },
    rule_files: ['rules/*.yml'],
    alerting: {
      ...shipped.alerting,
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }],
    },
    scrape_configs: [
      { job_name: 'steadybeat', sample_limit, body_size_limit, static_configs: [{ targets }] },
    ],
  };
}

const answers = (address: string): Promise<boolean> =>
  fetch(address).then(
    ({ ok }) => ok,
    () => false,
  );
