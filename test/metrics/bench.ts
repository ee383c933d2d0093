/** How long a scrape of the exporter holds up its process: 80,000 active ASes, 500 watched, 8,000 open incidents. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { activeAses, fullTable, openIncidents } from './full-table.ts';

const scrapes = 100;
/** A scrape of a process that has just started is not one of every day. */
const warmUp = 5;

const world = await fullTable();
const blocks: number[] = [];
const durations: number[] = [];
let bytes = 0;
for (let scrape = 0; scrape < warmUp + scrapes; scrape++) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await setTimeout(20);
  delay.enable();
  await setTimeout(5);
  const start = performance.now();
  const { text } = await world.metrics.exposition(
    scrape % 2 === 0 ? 'application/openmetrics-text' : 'text/plain',
  );
  const duration = performance.now() - start;
  await setTimeout(5);
  delay.disable();
  bytes = Math.max(bytes, Buffer.byteLength(text));
  if (scrape < warmUp) continue;
  blocks.push(delay.max / 1e6);
  durations.push(duration);
}
await world.close();

const quantile = (values: number[], share: number): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1)} ms`;
};
console.log(
  `${activeAses} ASes, ${openIncidents} open incidents, ${scrapes} scrapes of at most ${bytes} bytes`,
);
for (const [what, values] of [
  ['longest block of the event loop in a scrape', blocks],
  ['time of a scrape', durations],
] as const)
  console.log(
    `${what}: p50 ${quantile(values, 0.5)}, p99 ${quantile(values, 0.99)}, most ${quantile(values, 1)}`,
  );
