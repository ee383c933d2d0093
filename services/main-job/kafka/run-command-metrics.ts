import { readFileSync } from 'node:fs';
import type { Metrics, SeriesRegistry } from '#runtime/metrics/metrics.ts';
import type { Health } from './run-command-health.ts';

export function buildInfo(process: string, metrics: SeriesRegistry): void {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  metrics.gauge(
    { name: 'steadybeat_build_info', help: 'What runs here', labels: ['process', 'version', 'nodejs'] },
    (tell) => tell(1, process, version, globalThis.process.version),
  );
}

/** What any process tells of itself, whatever its work. */
export function processMetrics(process: string, health: Health, metrics: Metrics): void {
  buildInfo(process, metrics);
  metrics.gauge(
    {
      name: 'steadybeat_ready',
      help: '1 where the process does its work now, or would at once',
      labels: ['process'],
    },
    (tell) => tell(Number(health.ready().isWell), process),
  );
  metrics.ofNode();
}
