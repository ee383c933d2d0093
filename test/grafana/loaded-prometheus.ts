/** A real Prometheus over what the processes told in the last minutes, written into its store. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { PeerReport, RouteChanges } from '#core/contract/route-changes.ts';
import { emptyVisibility } from '#runtime/codec/visibility.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { RouteMetrics } from '#runtime/metrics/route-metrics.ts';
import { ServiceMetrics } from '#runtime/metrics/service-metrics.ts';
import { WatchedTransport } from '#runtime/metrics/watched-transport.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { ExporterWorld } from '../metrics/exporter-world.ts';
import { prometheus, promtool, run } from '../metrics/prometheus-tools.ts';

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Time and value. */
  readonly value: readonly [number, string];
}

const samples = 40;
const everySeconds = 15;
const variables: Readonly<Record<string, string>> = { $__rate_interval: '1m', $job: '.+', $asn: '.+' };

export async function loadedPrometheus(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-dashboards-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const now = Math.floor(Date.now() / 1000);
  writeFileSync(path.join(folder, 'told.om'), openMetrics(await told(t), now));
  const loaded = run(promtool, [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    path.join(folder, 'told.om'),
    path.join(folder, 'data'),
  ]);
  if (loaded.status !== 0) throw new Error(loaded.output);
  writeFileSync(path.join(folder, 'prometheus.yml'), 'global: {}\n');
  const [port] = await freePorts(1);
  const child = spawn(
    prometheus,
    [
      `--config.file=${path.join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  t.after(async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const api = `http://127.0.0.1:${port}/api/v1`;
  const get = async (address: string): Promise<unknown> => {
    const body = (await (await fetch(address)).json()) as { data: unknown; error?: string };
    if (body.error !== undefined) throw new Error(`${decodeURIComponent(address)}: ${body.error}`);
    return body.data;
  };
  while (
    !(await fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await setTimeout(100);
  return {
    query: async (expression: string): Promise<readonly Series[]> => {
      let text = expression;
      for (const [name, value] of Object.entries(variables)) text = text.replaceAll(name, value);
      const { result } = (await get(`${api}/query?time=${now}&query=${encodeURIComponent(text)}`)) as {
        result: Series[];
      };
      return result;
    },
    labelValues: async (metric: string, label: string): Promise<readonly string[]> =>
      (await get(`${api}/label/${label}/values?match[]=${metric}`)) as string[],
  };
}

/** The texts of an exporter and of a tracker that also feeds, by instance. */
async function told(t: TestContext): Promise<Readonly<Record<string, string>>> {
  const world = new ExporterWorld({ watchList: [7] });
  await world.open();
  t.after(() => world.close());
  await world.start();
  await world.anomaly({ incidentId: 'as7-outage', originAs: 7, subject: 'as:7' });
  const ipv4 = { ...emptyVisibility(), expected: 4, visible: 1, lost: 3 };
  await world.minute(29_999_998, [{ originAs: 7, score: 0.5, surprise: 8, ipv4 }]);
  const metrics = new Metrics();
  metrics.ofNode();
  const tasks = new ServiceMetrics(metrics, () => Date.now());
  tasks.heard({
    case: 'restored',
    task: 'route-tracker/0',
    inputOffset: 0,
    eventMinute: 29_999_998,
    writesSnapshots: true,
  });
  const kept = { inputOffset: 1, stateBytes: 1000, milliseconds: 10 };
  tasks.heard({ case: 'snapshotWritten', task: 'route-tracker/0', ...kept });
  const peers = [{ state: 'established', announcedNew: 1, aaDiff: 1, aaDup: 1, late: 0 } as PeerReport];
  const sources = [{ source: 'rrc00', peers }];
  new RouteMetrics(metrics).heard({ tracker: 0, sources } as unknown as RouteChanges);
  const feeder = await new WatchedTransport(world.log, metrics, () => 0).openProducer();
  const stamp = { producer: 'rrc00', sequence: 1, eventMinute: 29_999_998 };
  const content = { case: 'mrtRecords', value: new Uint8Array(10) } as const;
  const value = bgpUpdates.codec.encode(stamp, { source: 'rrc00', eventMinute: 29_999_998, content })[0]!;
  await feeder.send([{ topic: bgpUpdates.topic, partition: 0, key: '', value }]);
  return { 'e:8080': await world.text(), 'r:8080': (await metrics.exposition('')).text };
}

/** Each series many times, the last one now; and what rules would add. */
function openMetrics(texts: Readonly<Record<string, string>>, now: number): string {
  const byName = new Map<string, string[]>();
  const add = (name: string, labels: string, value: string) => {
    const lines = byName.get(name) ?? [];
    byName.set(name, lines);
    for (let i = samples; i >= 0; i--) lines.push(`${name}{${labels}} ${value} ${now - i * everySeconds}`);
  };
  for (const [instance, text] of Object.entries(texts))
    for (const line of text.split('\n')) {
      const match = /^([a-z]\w*)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (match === null) continue;
      const [, name, own, value] = match;
      const labels = [own, 'job="steadybeat"', `instance="${instance}"`].filter(Boolean).join(',');
      add(name!, labels, value!);
      if (name === 'steadybeat_incident_start_timestamp_seconds')
        add('steadybeat:incident_start:timestamp_seconds', `${own},job="steadybeat"`, value!);
    }
  for (const scope of ['incident', 'pipeline'])
    add('ALERTS', `alertstate="firing",scope="${scope}",severity="critical",asn="7",job="steadybeat"`, '1');
  return `${[...byName.values()].flat().join('\n')}\n# EOF\n`;
}
