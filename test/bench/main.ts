/**
 * `npm run bench [-- rates|commands|memory]`: every figure next to what it is held against, in the same run, for these
 * machines are noisy: medians of 3 ratios. Needs STEADYBEAT_DATA, bgpdump and bzcat.
 */
import { median } from 'simple-statistics';
import { print, type Row } from './bars.ts';
import { bgpdumpRate } from './bgpdump.ts';
import { measureCommand } from './command.ts';
import type { DecodeMeasure } from './decode.ts';
import { dataFolder, dayFiles, shifted2022 } from './inputs.ts';
import type { PipelineFigures } from './pipeline.ts';
import type { DayFigures, FullFeedFigures } from './rib.ts';

const rounds = 3;
const megabyte = 1e6;
const mainJob = ['services/main-job/start.mjs'];

if (dataFolder === undefined) {
  console.error('bench: STEADYBEAT_DATA is not set: there is nothing to measure');
  process.exit(2);
}

const parts = { rates, commands, memory };
const wanted = process.argv.slice(2);
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`bench: measuring ${name}, which takes minutes`);
  await measure();
}

async function section<T>(name: string, ...args: string[]): Promise<T> {
  const { stdout } = await measureCommand(process.execPath, [
    '--expose-gc',
    'test/bench/section.ts',
    name,
    ...args,
  ]);
  return JSON.parse(stdout) as T;
}

/** Elems a second against those of bgpdump, over the day in memory. */
async function rates(): Promise<void> {
  const bgpdump: number[] = [];
  const decode: number[] = [];
  const tables: number[] = [];
  const pipeline: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bgpdump.push(await bgpdumpRate());
    const decoded = await section<DecodeMeasure>('decode');
    decode.push(decoded.elems / median([...decoded.runSeconds]));
    tables.push((await section<DayFigures>('tables')).elemsPerSecond);
    const piped = await section<PipelineFigures>('pipeline');
    pipeline.push(piped.elems / piped.seconds);
  }
  const row = (what: string, rate: number[], bar: number, aim: number): Row => {
    const ratio = median(rate.map((value, round) => value / bgpdump[round]!));
    return {
      what,
      figure: `${(median(rate) / 1e6).toFixed(2)} M elem/s = ${ratio.toFixed(1)} x bgpdump -m`,
      bar: `${bar} x, aim ${aim} x`,
      holds: ratio >= bar,
    };
  };
  print(`The day 2008-02-20 in memory (bgpdump -m: ${(median(bgpdump) / 1e6).toFixed(3)} M elem/s)`, [
    row('decode, visit every prefix with its origin AS', decode, 100, 200),
    row('decode, route tables, classes; cold start', tables, 15, 30),
    row('the whole pipeline, all services in one process', pipeline, 6, 16),
  ]);
}

/** Commands as a user runs them, against the decompressor alone. */
async function commands(): Promise<void> {
  const silent = ['--format', 'ndjson'];
  const day = await against('bzcat', dayFiles(), [...mainJob, ...silent, ...dayFiles()]);
  const gz = await against('gzip', ['-dc', shifted2022()], [...mainJob, ...silent, shifted2022()]);
  const replay = await measureCommand(process.execPath, mainJob);
  const { firstOutputSeconds, wallSeconds, peakRssBytes } = replay;
  const megabytes = (bytes: number): string => `${(bytes / megabyte).toFixed(0)} MB`;
  print('Commands', [
    timed('the day from .bz2', 'bzcat', day.ratio, day.seconds, 1.4),
    {
      what: 'the day from .bz2: peak memory',
      figure: megabytes(day.rss),
      bar: '600 MB',
      holds: day.rss < 600e6,
    },
    timed('five minutes of 2022, 50 times shifted, from .gz', 'gzip -dc', gz.ratio, gz.seconds, 2),
    {
      what: 'npm start: first line',
      figure: `${firstOutputSeconds.toFixed(2)} s`,
      bar: '1 s',
      holds: firstOutputSeconds < 1,
    },
    {
      what: 'npm start: whole replay',
      figure: `${wallSeconds.toFixed(1)} s, ${megabytes(peakRssBytes)}`,
      bar: '30 s, 500 MB, aim 10 s',
      holds: wallSeconds < 30 && peakRssBytes < 500e6,
    },
  ]);
}

function timed(what: string, other: string, ratio: number, seconds: number, bar: number): Row {
  const figure = `${seconds.toFixed(1)} s = ${ratio.toFixed(2)} x ${other}`;
  return { what, figure, bar: `${bar} x, aim 1 x`, holds: ratio <= bar };
}

async function against(
  program: string,
  args: readonly string[],
  own: readonly string[],
): Promise<{ ratio: number; seconds: number; rss: number }> {
  const ratios: number[] = [];
  const seconds: number[] = [];
  const rss: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const other = await measureCommand(program, args);
    const mine = await measureCommand(process.execPath, own);
    ratios.push(mine.wallSeconds / other.wallSeconds);
    seconds.push(mine.wallSeconds);
    rss.push(mine.peakRssBytes);
  }
  return { ratio: median(ratios), seconds: median(seconds), rss: median(rss) };
}

/** Bytes a route, and cost as work grows. */
async function memory(): Promise<void> {
  const rows: Row[] = [];
  for (const peers of [5, 10, 20, 40]) {
    const { rssBytesPerRoute, seconds, routes, paths, rssBytesAfterWithdrawal } =
      await section<FullFeedFigures>('full-feeds', String(peers));
    rows.push({
      what: `${peers} full feeds of 1 M prefixes, ${(paths / 1e6).toFixed(2)} M different paths`,
      figure:
        `${rssBytesPerRoute.toFixed(1)} bytes a route, ${((seconds / routes) * 1e9).toFixed(0)} ns a route; ` +
        `${(rssBytesAfterWithdrawal / megabyte).toFixed(0)} MB left after all is withdrawn`,
      ...(peers === 20 && { bar: '12 bytes, aim 8', holds: rssBytesPerRoute <= 12 }),
    });
  }
  for (const { files, day } of await section<{ files: number; day: DayFigures }[]>('linearity')) {
    rows.push({
      what: `route tables over the first ${files} files of the day, ${(day.elems / 1e6).toFixed(1)} M elems`,
      figure: `${((day.seconds / day.elems) * 1e9).toFixed(0)} ns an elem; ${(day.tableBytes / day.routes).toFixed(1)} bytes a route`,
    });
  }
  print('Memory, and cost as work grows', rows);
}
