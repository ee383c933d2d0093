import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { EventMinute, EventSecond } from '#core/event-time.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile, type MrtFile } from '../../services/feeder/mrt-file.ts';
import { changeSeconds } from '../bench/inputs.ts';
import { lastScoredMinute, openWorld } from './world.ts';

export interface ScalingFigures {
  /** After the first minutes, which are for warming up. */
  readonly elems: number;
  /** Of the services' processes, for those. */
  readonly cpuSeconds: number;
}

/** So many collectors at once, whose day passes in an hour, are 20,000 elems a second: half of what all public collectors tell on such a day. */
const collectors = 6;
const timesFaster = 24;
const warmUpMinutes = 10;
const pollMs = 50;
/** What an event minute of the first ones waits for is told some minutes later. */
const settlingMinutes = 3;

/**
 * The files of a collector's day as they would come from several with peers of their own, through so many instances of the sharded
 * services. As dense as what instances are added for: where little happens in a minute, the records that each sends to each in
 * every minute are what costs. The first minutes are through all services before the others begin: what each has done by
 * then is known, however far one runs ahead of the next.
 */
export async function measureScaling(files: readonly string[], partitions: number): Promise<ScalingFigures> {
  const world = await openWorld({ updatePartitions: partitions, blockPartitions: partitions });
  const { transport, services } = world;
  services.start('anomaly-detector');
  services.start('instability-scorer');
  services.start('visibility-tracker', partitions);
  services.start('route-tracker', partitions);
  await services.ready();
  let warm: { readonly elems: number; readonly cpuSeconds: number } | undefined;
  let first: EventMinute | undefined;
  const scored = async (minute: EventMinute): Promise<void> => {
    while ((await lastScoredMinute(transport)) < minute) await setTimeout(pollMs);
  };
  const beforeMinute = async (minute: EventMinute): Promise<void> => {
    first ??= minute;
    if (warm !== undefined || minute < first + warmUpMinutes) return;
    await scored(minute - settlingMinutes);
    warm = { elems: feed.totals().elems, cpuSeconds: services.cpuSeconds() };
  };
  const feed: Feed = new Feed({ partitions, beforeMinute }, transport);
  const dayStart = readFileSync(files[0]!).readUInt32BE(0);
  await feed.run(
    Array.from({ length: collectors }, (_, collector) =>
      files.map((path) => fasterFile(path, `collector-${collector}`, dayStart)),
    ).flat(),
  );
  await scored(feed.totals().minute! - settlingMinutes);
  const cpuSeconds = services.cpuSeconds() - warm!.cpuSeconds;
  await world.close();
  return { elems: feed.totals().elems - warm!.elems, cpuSeconds };
}

/** A file of raw MRT as another collector's, in which time passes faster. */
function fasterFile(path: string, source: string, dayStart: EventSecond): MrtFile {
  return {
    ...diskFile(path),
    source,
    async *open() {
      const bytes = readFileSync(path);
      changeSeconds(bytes, (second) => dayStart + Math.floor((second - dayStart) / timesFaster));
      yield { case: 'chunk', bytes, fileBytesRead: bytes.length };
    },
  };
}
