/** What flows while things go wrong, and what an undisturbed run says of it. */
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type EventMinute, minuteOf } from '#core/event-time.ts';
import { anomalies, asScores } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { secondOf } from '#scenario/draw.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014, publishedSeed } from '#scenario/scenarios/nk-2014.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { publicTopics } from '../crash/whole-run.ts';

export type FlowName = 'reconstruction' | 'day';

export interface Flow {
  readonly name: FlowName;
  /** Paths of MRT files. */
  readonly files: readonly string[];
  /** Calls of a feed's `beforeMinute` over the whole flow. */
  readonly steps: number;
  /** From the first that is fed to the last. */
  readonly minutes: number;
  /** The public topics, a line a record. */
  readonly expected: readonly string[];
}

/** The last hours of the beat, the blackout, and its end, with tables from before. */
const stretch = { ...nk2014(), from: '2014-12-22T11:00Z', until: '2014-12-23T02:10Z' };

const dayFolder = process.env.STEADYBEAT_DATA;
const dayFiles = 6;
const firstDayFile = 40;

/** An hour and a half of 2008-02-20, where the real data is at hand. */
export const dayIsHere = dayFolder !== undefined;

/** `folder` is for files that are made. */
export async function undisturbed(name: FlowName, folder: string): Promise<Flow> {
  const files = name === 'day' ? filesOfDay() : filesOfReconstruction(folder);
  const log = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'everything' }),
  );
  const pipeline = await startPipeline({ updatePartitions: 1, blockPartitions: 1 }, log);
  const fed: EventMinute[] = [];
  const beforeMinute = async (minute: EventMinute): Promise<void> => {
    fed.push(minute);
  };
  await new Feed({ partitions: 1, beforeMinute }, log).run(files.map(diskFile));
  await pipeline.drained();
  await pipeline.stop();
  const expected = await publicTopics(log);
  await log.close();
  for (const { topic } of [asScores, anomalies])
    if (!expected.some((line) => line.startsWith(`${topic} `)))
      throw new Error(`${name}: nothing in ${topic}`);
  return { name, files, steps: fed.length, minutes: fed.at(-1)! - fed[0]!, expected };
}

function filesOfDay(): string[] {
  const all = globSync(path.join(dayFolder!, 'mrt/rv2-2008-02-20/updates.*.bz2')).sort();
  return all.slice(firstDayFile, firstDayFile + dayFiles);
}

/** A table dump and the updates of each collector. */
function filesOfReconstruction(folder: string): string[] {
  const firstMinute = minuteOf(secondOf(stretch.from));
  return generate(stretch, publishedSeed).collectors.flatMap(({ collector, rib, updates }) => {
    mkdirSync(path.join(folder, collector));
    const later = [...updates()].filter(({ eventMinute }) => eventMinute > firstMinute);
    const parts = { rib: [...rib()], updates: later.map(({ bytes }) => bytes) };
    return Object.entries(parts).map(([name, chunks]) => {
      const file = path.join(folder, collector, `${name}.mrt`);
      writeFileSync(file, Buffer.concat(chunks));
      return file;
    });
  });
}
