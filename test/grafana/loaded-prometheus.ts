/** A real Prometheus over what the processes told in the last minutes, written into its store. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { freePorts } from '../kafka/free-ports.ts';
import { processTexts } from '../metrics/process-texts.ts';
import { prometheus, promtool, run } from '../metrics/prometheus-tools.ts';

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Time and value. */
  readonly value: readonly [number, string];
}

const samples = 40;
const everySeconds = 15;
const variables: Readonly<Record<string, string>> = {
  $__rate_interval: '1m',
  $__interval: '1m',
  $job: '.+',
  $asn: '.+',
};

export async function loadedPrometheus(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-dashboards-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const now = Math.floor(Date.now() / 1000);
  writeFileSync(path.join(folder, 'told.om'), openMetrics(await processTexts(t), now));
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
        add('steadybeat:incident_start:timestamp_seconds', `${recorded(own!)},job="steadybeat"`, value!);
    }
  for (const scope of ['incident', 'pipeline'])
    add('ALERTS', `alertstate="firing",scope="${scope}",severity="critical",asn="7",job="steadybeat"`, '1');
  return `${[...byName.values()].flat().join('\n')}\n# EOF\n`;
}

/** The labels that the recording rule keeps. */
const recorded = (labels: string): string => labels.replace(/(country|muted)="[^"]*",/g, '');
