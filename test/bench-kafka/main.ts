/**
 * `npm run bench:kafka [-- day|scaling|restore|delay|idle|soak ...] [--files N] [--minutes N] [--routes N]`: the services as processes on a
 * real broker, all on this machine, held against the bars. --files: so many of the day's 95 files; --minutes: of delay (15 if not said) and soak (20).
 */
import { parseArgs } from 'node:util';
import { print, type Row } from '../bench/bars.ts';
import { bgpdumpRate } from '../bench/bgpdump.ts';
import { dataFolder, dayRawFiles } from '../bench/inputs.ts';
import { whyNoJars } from '../kafka/jars.ts';
import { eventsPerSecond, measureDelay } from './delay.ts';
import { measureHandOver } from './hand-over.ts';
import { measureIdle } from './idle.ts';
import { measureScaling } from './scaling.ts';
import { measureSoak } from './soak.ts';
import { gzippedBytes, measureEmbedded, measureThroughput } from './throughput.ts';

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

/** Of the day: one to warm up, and 50 M elems. */
const scalingCopies = 5;

/** The bar was set on a machine where bgpdump made 0.26 M elems a second: machines differ, the ratio holds. */
const barOfBgpdump = 0.5 / 0.26;

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

/** Rate, processor time against the log in memory, and bytes on disk. */
async function day(): Promise<void> {
  const files = slice();
  const partitions = 2;
  const embedded = measureEmbedded(files, partitions);
  const { lastMinute } = embedded;
  const figures = await measureThroughput(files, { partitions, lastMinute });
  const { elems, seconds, cpuSeconds, startCpuSeconds, updatesDiskBytes } = figures;
  const rate = elems / seconds;
  const bgpdump = await bgpdumpRate();
  const cpuRatio = cpuSeconds / embedded.cpuSeconds;
  const bytesRatio = updatesDiskBytes / gzippedBytes(files);
  const micros = (cpu: number): string => `${((cpu / elems) * 1e6).toFixed(2)} us an elem`;
  print(`${dayTitle(elems)}, ${partitions} partitions and instances`, [
    {
      what: 'day through the services, to the last score',
      figure: `${(rate / 1e6).toFixed(2)} M elem/s (${seconds.toFixed(1)} s) = ${(rate / bgpdump).toFixed(2)} x bgpdump -m, ${(bgpdump / 1e6).toFixed(2)} M elem/s`,
      bar: `0.5 M elem/s where bgpdump makes 0.26: ${barOfBgpdump.toFixed(2)} x; aim twice that`,
      holds: rate / bgpdump >= barOfBgpdump,
    },
    {
      what: 'processor time, services only, against the log in memory',
      figure: `${micros(cpuSeconds)} = ${cpuRatio.toFixed(2)} x ${micros(embedded.cpuSeconds)}; ${startCpuSeconds.toFixed(1)} s more to start the processes`,
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
    const figures = await measureScaling(slice(), scalingCopies, partitions);
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
    `${values.files} of the day's 95 files again and again, ${(elems / 1e6).toFixed(1)} M elems after the first time`,
    rows,
  );
}

async function restore(): Promise<void> {
  const figures = await measureHandOver(Number(values.routes));
  const { routes, snapshotBytes, resumedFrom, records, secondsToNextMinute } = figures;
  const { usualSeconds, laterSeconds } = figures;
  const snapshots = `${(snapshotBytes / 1e6).toFixed(0)} MB of snapshots on disk`;
  print(`A route-tracker with ${(routes / 1e6).toFixed(1)} M routes killed, another standing by`, [
    {
      what: 'from the kill to the next minute in as.scores',
      figure: `${secondsToNextMinute.toFixed(1)} s; read on from record ${resumedFrom} of ${records}; ${snapshots}`,
      bar: '15 s',
      holds: secondsToNextMinute <= 15,
    },
    {
      what: 'a minute from its tick to as.scores: usually, afterwards',
      figure: `${usualSeconds.toFixed(2)} s, ${laterSeconds.toFixed(2)} s`,
    },
  ]);
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
  const { services, cpuShare } = await measureIdle();
  print(
    `${services} services with nothing to do but a tick a second (a feeder of files ends, so there is none)`,
    [
      {
        what: 'all together',
        figure: `${(cpuShare * 100).toFixed(1)} % of one core`,
        bar: '8 %',
        holds: cpuShare < 0.08,
      },
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
      bar: '1.05 x',
      holds: lateBytes <= 1.05 * earlyBytes,
    })),
  );
}
