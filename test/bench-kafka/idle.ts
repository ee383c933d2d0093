import { setTimeout } from 'node:timers/promises';
import { type EventMinute, minuteOf } from '#core/event-time.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { MadeFeed } from './made-feed.ts';
import { type StageName, stageNames } from './processes.ts';
import { lastScoredMinute, openWorld } from './world.ts';

const partitions = 4;
const minuteMs = 60_000;
/** A live source ticks so long after a minute's end. */
const graceMs = 5_000;
/** In each minute what is measured begins here, when the tick is long over, and ends. */
const middleMs = 35_000;

export interface IdleFigures {
  /** Share of one core, of all together and of each. */
  readonly cpuShare: number;
  readonly cpuShares: readonly { readonly stage: StageName; readonly cpuShare: number }[];
  /** Whose scores were written meanwhile. */
  readonly scoredMinutes: number;
}

/**
 * What the services take while nothing comes but the ticks of a source that is quiet: one a minute, as time goes by. The feeder listens for
 * routers, and none comes.
 */
export async function measureIdle(minutes: number): Promise<IdleFigures> {
  const [port] = await freePorts(1);
  const counts = { updatePartitions: partitions, blockPartitions: partitions };
  const world = await openWorld(counts, { STEADYBEAT_FEED_BMP: `127.0.0.1:${port}` });
  const { services, transport } = world;
  const running = stageNames.map((stage) => ({ stage, process: services.start(stage)[0]! }));
  await services.ready();
  const feed = new MadeFeed({ partitions, peers: 1, prefixes: 1 }, await transport.openProducer());
  let minute = currentMinute();
  await feed.open(minute);
  const tick = async (): Promise<void> => {
    await until(minute + 1, graceMs);
    await feed.tick(minute++);
    await until(minute, middleMs);
  };
  await tick();
  const start = performance.now();
  const before = running.map(({ process }) => services.cpuSecondsOf(process));
  const scoredBefore = await lastScoredMinute(transport);
  for (let left = minutes; left > 0; left--) await tick();
  const seconds = (performance.now() - start) / 1000;
  const cpuShares = running.map(({ stage, process }, i) => ({
    stage,
    cpuShare: (services.cpuSecondsOf(process) - before[i]!) / seconds,
  }));
  const scoredMinutes = (await lastScoredMinute(transport)) - scoredBefore;
  await world.close();
  return { cpuShare: cpuShares.reduce((sum, { cpuShare }) => sum + cpuShare, 0), cpuShares, scoredMinutes };
}

const currentMinute = (): EventMinute => minuteOf(Math.floor(Date.now() / 1000));

/** So long after the minute began. */
const until = (minute: EventMinute, afterMs: number): Promise<void> =>
  setTimeout(Math.max(0, minute * minuteMs + afterMs - Date.now()));
