import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type EventMinute, minuteOf } from '#core/event-time.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile, type MrtFile } from '../../services/feeder/mrt-file.ts';
import { shiftRecords } from '../bench/inputs.ts';
import { lastScoredMinute, openWorld } from './world.ts';

export interface ScalingFigures {
  /** After the first copy of the files, which is for warming up. */
  readonly elems: number;
  /** Of the services' processes, for those. */
  readonly cpuSeconds: number;
}

const daySeconds = 86_400;
const pollMs = 50;
/** What an event minute of the first copies waits for is told some minutes later. */
const settlingMinutes = 3;

/**
 * Copies of the files, each a day later than the one before, through so many instances of the sharded services. The first copy is through
 * all services before the second begins: what each has done by then is known, however far one runs ahead of the next.
 */
export async function measureScaling(
  files: readonly string[],
  copies: number,
  partitions: number,
): Promise<ScalingFigures> {
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
    if (warm !== undefined || minute < first + minuteOf(daySeconds)) return;
    await scored(feed.totals().minute! - settlingMinutes);
    warm = { elems: feed.totals().elems, cpuSeconds: services.cpuSeconds() };
  };
  const feed: Feed = new Feed({ partitions, beforeMinute }, transport);
  await feed.run(
    Array.from({ length: copies }, (_, copy) => files.map((file) => laterFile(file, copy))).flat(),
  );
  await scored(feed.totals().minute! - settlingMinutes);
  const cpuSeconds = services.cpuSeconds() - warm!.cpuSeconds;
  await world.close();
  return { elems: feed.totals().elems - warm!.elems, cpuSeconds };
}

/** A file of raw MRT as it would be so many days later. */
function laterFile(path: string, days: number): MrtFile {
  return {
    ...diskFile(path),
    name: `${path} after ${days} days`,
    async *open() {
      const bytes = readFileSync(path);
      shiftRecords(bytes, 0, bytes.length, days * daySeconds);
      yield { case: 'chunk', bytes, fileBytesRead: bytes.length };
    },
  };
}
