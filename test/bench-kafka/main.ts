/**
 * `npm run bench:kafka [-- day|scaling|restore|delay|idle|soak ...] [--files N] [--minutes N] [--routes N]`: the services as processes on a
 * real broker, all on this machine, held against the bars. --files: so many of the day's 95 files; --minutes: of delay (15 if not said), idle (3) and soak (20).
 */
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { print, type Row } from '../bench/bars.ts';
import { bgpdumpRate } from '../bench/bgpdump.ts';
import { dataFolder, dayRawFiles } from '../bench/inputs.ts';
import { whyNoJars } from '../kafka/jars.ts';
import { eventsPerSecond, measureDelay } from './delay.ts';
import type { EmbeddedFigures } from './embedded.ts';
import { measureHandOver } from './hand-over.ts';
import { measureIdle } from './idle.ts';
import { measureScaling } from './scaling.ts';
import { measureSoak } from './soak.ts';
import { gzippedBytes, measureEmbedded, measureThroughput, type ThroughputFigures } from './throughput.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '95' },
    minutes: { type: 'string' },
    routes: { type: 'string', default: '5000000' },
  },
});
const readsDay = positionals.length === 0 || positionals.includes('day') || positionals.includes('scaling');
const reason = readsDay && dataFolder === undefined ? 'STEADYBEAT_DATA is not set' : whyNoJars();
if (reason !== undefined) {
  console.error(`bench:kafka: ${reason}`);
  process.exit(2);
}

/** Elems a second: the bar, and what bgpdump made on the machine where it was set. Machines differ: the ratio is what is judged. */
const barRate = 0.5e6;
const barBgpdump = 0.26e6;
const rounds = 3;

/**
 * A minute is looked for every 25 ms, and a process that takes a table over makes all others of two cores slower for some seconds: below a
 * second nothing is called a delay. Beyond, minutes may take twice as long as usually: less than that differs from run to run by itself.
 */
const unnoticedSeconds = 1;
const delayedFactor = 2;

const parts = { day, scaling, restore, delay, idle, soak };
for (const [name, measure] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.error(`bench:kafka: measuring ${name}, which takes minutes`);
  await measure();
}

function slice(): string[] {
  return dayRawFiles().slice(0, Number(values.files));
}

function dayTitle(elems: number): string {
  return `2008-02-20, ${values.files} of 95 files, ${(elems / 1e6).toFixed(1)} M elems`;
}

/** Rate, processor time against the log in memory, and bytes on disk: medians, and ratios of what was measured one after the other. */
async function day(): Promise<void> {
  const files = slice();
  const partitions = 2;
  const measured: { figures: ThroughputFigures; embedded: EmbeddedFigures; bgpdump: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const bgpdump = await bgpdumpRate();
    const embedded = measureEmbedded(files, partitions);
    const figures = await measureThroughput(files, { partitions, lastMinute: embedded.lastMinute });
    measured.push({ figures, embedded, bgpdump });
  }
  const medianOf = (of: (one: (typeof measured)[number]) => number): number => median(measured.map(of));
  const { elems, updatesDiskBytes } = measured[0]!.figures;
  const rate = medianOf(({ figures }) => elems / figures.seconds);
  const bgpdump = medianOf((one) => one.bgpdump);
  const rateRatio = medianOf((one) => elems / one.figures.seconds / one.bgpdump);
  const cpuRatio = medianOf(({ figures, embedded }) => figures.cpuSeconds / embedded.cpuSeconds);
  const bytesRatio = updatesDiskBytes / gzippedBytes(files);
  const micros = (of: (one: (typeof measured)[number]) => number): string =>
    `${((medianOf(of) / elems) * 1e6).toFixed(2)} us an elem`;
  const millions = (elemsPerSecond: number): string => `${(elemsPerSecond / 1e6).toFixed(2)} M elem/s`;
  print(`${dayTitle(elems)}, ${partitions} partitions and instances; medians of ${rounds}`, [
    {
      what: 'day through the services, to the last score',
      figure: `${millions(rate)}, ${rate < barRate ? 'less than' : 'no less than'} the ${millions(barRate)} of the bar; that was set where bgpdump -m makes ${millions(barBgpdump)}, here it makes ${millions(bgpdump)}`,
    },
    {
      what: 'the same against bgpdump -m',
      figure: `${rateRatio.toFixed(2)} x`,
      bar: `${(barRate / barBgpdump).toFixed(2)} x, aim twice that`,
      holds: rateRatio >= barRate / barBgpdump,
    },
    {
      what: 'processor time, services only, against the log in memory',
      figure: `${micros(({ figures }) => figures.cpuSeconds)} = ${cpuRatio.toFixed(2)} x ${micros(({ embedded }) => embedded.cpuSeconds)}; ${medianOf(({ figures }) => figures.startCpuSeconds).toFixed(1)} s more to start the processes`,
      bar: '2.5 x, aim 1.5',
      holds: cpuRatio <= 2.5,
    },
    {
      what: 'bytes of bgp.updates on disk',
      figure: `${(updatesDiskBytes / 1e6).toFixed(1)} MB = ${bytesRatio.toFixed(2)} x gzip -6`,
      bar: '1.2 x',
      holds: bytesRatio <= 1.2,
    },
  ]);
}

/** Processor time an elem with 1, 2, 4 and 8 partitions and instances of the two sharded services. */
async function scaling(): Promise<void> {
  const rows: Row[] = [];
  let first: number | undefined;
  let elems = 0;
  for (const partitions of [1, 2, 4, 8]) {
    const figures = await measureScaling(slice(), partitions);
    elems = figures.elems;
    const cpu = (figures.cpuSeconds / elems) * 1e6;
    first ??= cpu;
    rows.push({
      what: `${partitions} partitions and instances`,
      figure: `${cpu.toFixed(2)} s of processor time a million elems = ${(cpu / first).toFixed(2)} x`,
      ...(partitions === 1 ? {} : { bar: '1.3 x', holds: cpu / first <= 1.3 }),
    });
  }
  print(
    `${values.files} of the day's 95 files of six collectors within an hour, ${(elems / 1e6).toFixed(1)} M elems after the first minutes`,
    rows,
  );
}

async function restore(): Promise<void> {
  const routes = Number(values.routes);
  const figures = await measureHandOver(routes);
  const { snapshotBytes, readOnBytes, secondsToNextMinute } = figures;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const notDelayed = (what: string, seconds: number, usualSeconds: number): Row => ({
    what,
    figure: `${seconds.toFixed(2)} s; before the kill ${usualSeconds.toFixed(2)} s`,
    bar: `${unnoticedSeconds} s, or ${delayedFactor} x as before`,
    holds: seconds <= Math.max(unnoticedSeconds, delayedFactor * usualSeconds),
  });
  print(
    `Of three route-trackers the one with ${(routes / 1e6).toFixed(1)} M routes killed, another standing by`,
    [
      {
        what: 'from the kill to the next minute in as.scores',
        figure: `${secondsToNextMinute.toFixed(1)} s; ${mb(readOnBytes)} read on behind the snapshot; ${mb(snapshotBytes)} of snapshots on disk`,
        bar: '15 s',
        holds: secondsToNextMinute <= 15,
      },
      notDelayed(
        'worst minute of the other partitions meanwhile, tick to route.changes',
        figures.othersMeanwhileSeconds,
        figures.othersUsualSeconds,
      ),
      notDelayed('worst minute afterwards, tick to as.scores', figures.laterSeconds, figures.usualSeconds),
    ],
  );
}

async function delay(): Promise<void> {
  const minutes = Number(values.minutes ?? 15);
  const figures = await measureDelay(minutes);
  const rate = Math.round(figures.eventsPerSecond / 1000);
  print(`${rate},000 prefix events a second for ${minutes} minutes`, [
    {
      what: 'the worst minute, from the tick past it to its scores',
      figure: `${figures.seconds.toFixed(2)} s; services take ${figures.cpuShare.toFixed(2)} cores`,
      bar: '5 s',
      holds: figures.seconds <= 5 && figures.eventsPerSecond > 0.98 * eventsPerSecond,
    },
  ]);
}

async function idle(): Promise<void> {
  const minutes = Number(values.minutes ?? 3);
  const { cpuShare, cpuShares, scoredMinutes } = await measureIdle(minutes);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  print(
    `${cpuShares.length} services with nothing to do but a tick a minute; ${scoredMinutes} minutes of ${minutes} scored`,
    [
      {
        what: 'all together',
        figure: `${percent(cpuShare)} of one core`,
        bar: '8 %',
        holds: cpuShare < 0.08 && scoredMinutes === minutes,
      },
      ...cpuShares.map(({ stage, cpuShare }) => ({ what: stage, figure: percent(cpuShare) })),
    ],
  );
}

/** The last quarter of the run against the second: of 20 minutes, minutes 15 to 20 against 5 to 10. */
async function soak(): Promise<void> {
  const minutes = Number(values.minutes ?? 20);
  const { processes, eventsPerSecond } = await measureSoak(minutes);
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  print(
    `Memory: ${minutes} minutes at full speed (${Math.round(eventsPerSecond / 1000)},000 prefix events/s), no path twice`,
    processes.map(({ stage, earlyBytes, lateBytes, earlyHeapBytes, lateHeapBytes, rssBytesMax }) => ({
      what: `${stage}: heap after collection, external, array buffers`,
      figure: `${mb(earlyBytes)}, then ${mb(lateBytes)} = ${(lateBytes / earlyBytes).toFixed(3)} x (heap ${mb(earlyHeapBytes)}, then ${mb(lateHeapBytes)}); resident ${mb(rssBytesMax)} at most`,
      // Its history, for the page, fills for longer than any soak: up to 3 million minute scores and changes, 100 MB, which a test holds it to.
      ...(stage !== 'metrics-exporter' && { bar: '1.05 x', holds: lateBytes <= 1.05 * earlyBytes }),
    })),
  );
}
