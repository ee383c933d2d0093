/**
 * What a scrape of the exporter costs, against its bars: 80,000 active ASes, 500 watched, 8,000 open incidents. Turns of
 * the event loop are measured by the clock, which other processes also stop, and by the CPU that they took themselves.
 */
import { loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { print } from '../bench/bars.ts';
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
let [bytes, series] = [0, 0];
for (let scrape = 0; scrape < warmUp + scrapes; scrape++) {
  await setTimeout(20);
  const before = process.threadCpuUsage();
  let exposed = '';
  const turn = await longestTurn(async () => {
    const accept = scrape % 2 === 0 ? 'application/openmetrics-text' : 'text/plain';
    exposed = (await world.metrics.exposition(accept)).text;
  });
  const { user, system } = process.threadCpuUsage(before);
  bytes = Math.max(bytes, Buffer.byteLength(exposed));
  series = Math.max(series, exposed.match(/^[^#\n]/gm)!.length);
  if (scrape < warmUp) continue;
  turns.push(turn);
  scrapeCpuMs.push((user + system) / 1000);
}
await world.close();

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;
const spread = (values: readonly number[]): string =>
  `p50 ${quantile(values, 0.5).toFixed(1)}, p99 ${quantile(values, 0.99).toFixed(1)}, most ${quantile(values, 1).toFixed(1)} ms`;
const clockMs = turns.map((turn) => turn.clockMs);

print(
  `Exporter: ${activeAses} ASes, ${openIncidents} open incidents, ${scrapes} scrapes, load of the machine ${loadavg()[0]!.toFixed(1)}`,
  [
    { what: 'series', figure: String(series), bar: '10000', holds: series <= 10_000 },
    { what: 'a scrape', figure: `${(bytes / 1e6).toFixed(2)} MB`, bar: '2 MB', holds: bytes <= 2e6 },
    {
      what: 'longest turn of the event loop in a scrape, by the clock',
      figure: spread(clockMs),
      bar: '50 ms at p99',
      holds: quantile(clockMs, 0.99) < 50,
    },
    { what: 'the same, its CPU', figure: spread(turns.map(({ cpuMs }) => cpuMs)) },
    { what: 'CPU of a scrape', figure: spread(scrapeCpuMs) },
  ],
);
