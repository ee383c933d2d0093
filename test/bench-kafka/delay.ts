import { setTimeout } from 'node:timers/promises';
import { fedTables } from './scored-minutes.ts';
import { openWorld } from './world.ts';

export const eventsPerSecond = 50_000;
const partitions = 4;
const peers = 40;
const prefixes = 100_000;
const tableMinutes = 5;
const minuteSeconds = 60;

export interface DelayFigures {
  /**
   * Of the worst minute, from just before the source's tick past it is sent to where all its scores are seen in as.scores. The scorer waits for all
   * partitions, so the worst of them is in it.
   */
  readonly seconds: number;
  /** What was sent, a second. */
  readonly eventsPerSecond: number;
  /** Seconds of processor time of all services, a second. */
  readonly cpuShare: number;
}

/** A stream in real time: a minute lasts a minute. */
export async function measureDelay(minutes: number): Promise<DelayFigures> {
  const world = await openWorld({ updatePartitions: partitions, blockPartitions: partitions });
  const { services } = world;
  for (const stage of [
    'anomaly-detector',
    'instability-scorer',
    'visibility-tracker',
    'route-tracker',
  ] as const)
    services.start(stage);
  await services.ready();
  const { feed, scored, nextMinute } = await fedTables(world, { partitions, peers, prefixes }, tableMinutes);
  let minute = nextMinute;
  const start = performance.now();
  const startCpu = services.cpuSeconds();
  const first = minute;
  for (let second = 0; second < minutes * minuteSeconds; second++) {
    await setTimeout(Math.max(0, start + second * 1000 - performance.now()));
    await feed.changes(minute, minute * minuteSeconds + (second % minuteSeconds), eventsPerSecond);
    if (second % minuteSeconds === minuteSeconds - 1) await scored.tick(feed, minute++);
  }
  const seconds = (performance.now() - start) / 1000;
  const cpuSeconds = services.cpuSeconds() - startCpu;
  await scored.until(minute - 1);
  const longest = scored.longestSince(first);
  await scored.end();
  await world.close();
  return {
    seconds: longest,
    eventsPerSecond: (minutes * minuteSeconds * eventsPerSecond) / seconds,
    cpuShare: cpuSeconds / seconds,
  };
}
