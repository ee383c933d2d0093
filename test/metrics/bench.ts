/**
 * How long a scrape of the exporter holds up its process: 80,000 active ASes, 500 watched, 8,000 open incidents. Turns of
 * the event loop are measured by the clock, which other processes also stop, and by the CPU that they took themselves.
 */
import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { activeAses, fullTable, openIncidents } from './full-table.ts';

const scrapes = 300;
/** A scrape of a process that has just started is not one of every day. */
const warmUp = 10;

interface Turn {
  cpuMs: number;
  clockMs: number;
}

/** The longest turn of the event loop while `work` is done, by CPU of this thread and by the clock. */
async function longestTurn(work: () => Promise<unknown>): Promise<Turn> {
  const longest: Turn = { cpuMs: 0, clockMs: 0 };
  let isDone = false;
  let cpu = process.threadCpuUsage();
  let clock = performance.now();
  const turn = () => {
    const [nowCpu, now] = [process.threadCpuUsage(), performance.now()];
    const cpuMs = (nowCpu.user + nowCpu.system - cpu.user - cpu.system) / 1000;
    longest.cpuMs = Math.max(longest.cpuMs, cpuMs);
    longest.clockMs = Math.max(longest.clockMs, now - clock);
    [cpu, clock] = [nowCpu, now];
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  await setTimeout(1);
  return longest;
}

const world = await fullTable();
const turns: Turn[] = [];
const scrapeCpuMs: number[] = [];
let bytes = 0;
for (let scrape = 0; scrape < warmUp + scrapes; scrape++) {
  await setTimeout(20);
  const before = process.threadCpuUsage();
  const turn = await longestTurn(async () => {
    const accept = scrape % 2 === 0 ? 'application/openmetrics-text' : 'text/plain';
    const { text } = await world.metrics.exposition(accept);
    bytes = Math.max(bytes, Buffer.byteLength(text));
  });
  const { user, system } = process.threadCpuUsage(before);
  if (scrape < warmUp) continue;
  turns.push(turn);
  scrapeCpuMs.push((user + system) / 1000);
}
await world.close();

const quantile = (values: number[], share: number): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1)} ms`;
};
console.log(
  `${activeAses} ASes, ${openIncidents} open incidents, ${scrapes} scrapes of at most ${bytes} bytes, load of the machine ${loadavg()[0]!.toFixed(1)}`,
);
for (const [what, values] of [
  ['longest turn of the event loop in a scrape, its CPU', turns.map(({ cpuMs }) => cpuMs)],
  ['longest turn of the event loop in a scrape, by the clock', turns.map(({ clockMs }) => clockMs)],
  ['CPU of a scrape', scrapeCpuMs],
] as const)
  console.log(
    `${what}: p50 ${quantile(values, 0.5)}, p99 ${quantile(values, 0.99)}, most ${quantile(values, 1)}`,
  );
