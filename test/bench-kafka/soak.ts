import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type StageName, stageNames } from './processes.ts';
import { fedTables } from './scored-minutes.ts';
import { openWorld } from './world.ts';

const partitions = 2;
const peers = 40;
const prefixes = 20_000;
const tableMinutes = 5;
const minuteSeconds = 60;
/**
 * Of one event minute, in so many seconds of it. So few, and of so few prefixes, that event time passes in no time: within minutes each prefix has
 * gone and come many times, and what is remembered for days, or of the last thousands, is full and forgets.
 */
const eventsPerMinute = 8_000;
const busySeconds = 4;
/** The feed is ahead of the scores by so much at most: full speed is the services'. */
const aheadMinutesMax = 10;
/** Often: what was fetched and waits comes and goes, by tens of megabytes. */
const sampleEveryMs = 3_000;
const stages = stageNames.filter((stage) => stage !== 'feeder');
/** What was read is removed, or the broker's disk would fill up. */
const shortRetention = {
  'log.retention.ms': '60000',
  'log.retention.check.interval.ms': '5000',
  'log.segment.bytes': '67108864',
  'log.segment.delete.delay.ms': '1000',
};

export interface ProcessMemory {
  readonly stage: StageName;
  /** Heap after a collection and external memory, array buffers with it: medians of the second and of the last quarter of the run. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  /** Of the heap alone: what is external holds records that were fetched and wait, up to 32 MB. */
  readonly earlyHeapBytes: number;
  readonly lateHeapBytes: number;
  readonly rssBytesMax: number;
}

export interface SoakFigures {
  readonly processes: readonly ProcessMemory[];
  readonly eventsPerSecond: number;
}

/** Full speed, each UPDATE with a path that there never was: does memory stay where it is? */
export async function measureSoak(minutes: number): Promise<SoakFigures> {
  const probe = pathToFileURL(path.join(import.meta.dirname, 'memory-probe.ts')).href;
  const counts = { updatePartitions: partitions, blockPartitions: partitions };
  const world = await openWorld(counts, { NODE_OPTIONS: `--import=${probe}` }, shortRetention);
  const { services } = world;
  const measured = stages.map((stage) => ({ stage, process: services.start(stage)[0]! }));
  await services.ready();
  const { feed, scored, nextMinute } = await fedTables(
    world,
    { partitions, peers, prefixes, newPaths: true },
    tableMinutes,
  );
  let minute = nextMinute;
  const start = performance.now();
  const end = start + minutes * minuteSeconds * 1000;
  const first = minute;
  let sampled = start;
  for (; performance.now() < end; minute++) {
    for (let second = 0; second < busySeconds; second++)
      await feed.changes(minute, minute * minuteSeconds + second, eventsPerMinute / busySeconds);
    await scored.tick(feed, minute);
    await scored.until(minute - aheadMinutesMax);
    if (performance.now() - sampled < sampleEveryMs) continue;
    sampled = performance.now();
    for (const { process } of measured) process.signal('SIGUSR2');
  }
  const seconds = (performance.now() - start) / 1000;
  await scored.until(minute - 1);
  // What the last signal asked for.
  await setTimeout(1_000);
  await scored.end();
  const processes = measured.map(({ stage, process }) => memoryIn(stage, process.log));
  await world.close();
  return { processes, eventsPerSecond: ((minute - first) * eventsPerMinute) / seconds };
}

/** By what it said at even intervals. */
function memoryIn(stage: StageName, log: string): ProcessMemory {
  const samples = [...log.matchAll(/^memory (\d+) (\d+) (\d+)$/gm)].map(([, heap, external, rss]) => ({
    heap: Number(heap),
    held: Number(heap) + Number(external),
    rss: Number(rss),
  }));
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) throw new Error(`${stage} said its memory ${samples.length} times only`);
  const late = samples.length - quarter;
  const median = (from: number, what: 'heap' | 'held'): number => {
    const values = samples.slice(from, from + quarter).map((sample) => sample[what]);
    return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  };
  return {
    stage,
    earlyBytes: median(quarter, 'held'),
    lateBytes: median(late, 'held'),
    earlyHeapBytes: median(quarter, 'heap'),
    lateHeapBytes: median(late, 'heap'),
    rssBytesMax: Math.max(...samples.map(({ rss }) => rss)),
  };
}
