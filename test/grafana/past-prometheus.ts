/** A real Prometheus over a past that the main job wrote: loaded and started as the guide says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { EventSecond } from '#core/event-time.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { prometheus, promtool, run } from '../metrics/prometheus-tools.ts';

export interface RangeSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly samples: readonly { readonly second: EventSecond; readonly value: number }[];
}

export interface Span {
  readonly from: EventSecond;
  readonly until: EventSecond;
  readonly stepSeconds: number;
}

const rules = 'deploy/prometheus/history.yml';
const iso = (second: EventSecond) => new Date(1000 * second).toISOString();

/** `span`: for which the rules are computed too. */
export async function pastPrometheus(t: TestContext, file: string, span: Pick<Span, 'from' | 'until'>) {
  const data = path.join(path.dirname(file), 'data');
  load('--max-block-duration=768h', 'openmetrics', file, data);
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const first = await started(data, url);
  const bounds = [`--start=${iso(span.from)}`, `--end=${iso(span.until)}`];
  load('rules', `--url=${url}`, ...bounds, `--output-dir=${data}`, rules);
  // It would find the new blocks by itself within a minute.
  await first.stop();
  const { stop } = await started(data, url);
  t.after(stop);
  const range = async (query: string, { from, until, stepSeconds }: Span): Promise<RangeSeries[]> => {
    const asked = { query, start: String(from), end: String(until), step: String(stepSeconds) };
    const answer = await fetch(`${url}/api/v1/query_range?${new URLSearchParams(asked)}`);
    const { data, error } = (await answer.json()) as {
      readonly data: { readonly result: { metric: RangeSeries['metric']; values: [number, string][] }[] };
      readonly error?: string;
    };
    if (error !== undefined) throw new Error(`${query}: ${error}`);
    return data.result.map(({ metric, values }) => ({
      metric,
      samples: values.map(([second, value]) => ({ second, value: Number(value) })),
    }));
  };
  const labelValues = async (metric: string, label: string): Promise<readonly string[]> => {
    const during = `start=${span.from}&end=${span.until}`;
    const answer = await fetch(`${url}/api/v1/label/${label}/values?match[]=${metric}&${during}`);
    return ((await answer.json()) as { data: string[] }).data;
  };
  return { range, labelValues };
}

function load(...args: readonly string[]): void {
  const { status, output } = run(promtool, ['tsdb', 'create-blocks-from', ...args]);
  if (status !== 0) throw new Error(output);
}

async function started(data: string, url: string): Promise<{ stop: () => Promise<void> }> {
  const child = spawn(
    prometheus,
    [
      '--config.file=/dev/null',
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`${prometheus} ended with status ${child.exitCode}`);
    await setTimeout(100);
  }
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
