import { mkdirSync } from 'node:fs';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import type { WatchFile } from '#core/group/watch-file.ts';
import { compressionOfFile } from '#runtime/input/compression.ts';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { Feed, type FeedOptions, type FeedTotals } from '../feeder/feed.ts';
import type { MrtFile } from '../feeder/mrt-file.ts';
import type { Pace } from '../feeder/pace.ts';
import { FrontThreads } from './front-threads.ts';
import { type Pipeline, type RouteFigures, startPipeline } from './pipeline.ts';

export interface DetectionOptions extends Omit<FeedOptions, 'partitions' | 'beforeMinute'> {
  readonly updatePartitions?: number;
  readonly blockPartitions?: number;
  /** The log is kept here, and with it the state: a run that was interrupted goes on. Without it, all is in memory. */
  readonly dataFolder?: string;
  /** The groups and mutes, if there are any. */
  readonly watchFile?: WatchFile | undefined;
  readonly onAnomaly?: (anomaly: Anomaly) => void;
  readonly onScores?: (scores: AsScores) => void;
  /** Figures of the route tracker, which then runs in this thread. */
  readonly routes?: RouteFigures | undefined;
  /** Called whenever so many event minutes went through all services, with the first that did not. */
  readonly checkpoint?: { readonly everyMinutes: number; readonly reached: (minute: number) => void };
  /** Of files that are made here: what lies in the future is fed when its time has come. */
  readonly pace?: Pace;
}

/** Threads, not partitions, are what shares the work: each partition costs a report of every peer in every minute. */
const defaultPartitions = 1;
const snapshots = { everyEventMinutes: 180, everyInputBytes: 64 * 1024 * 1024 };

/** Files through all services, in one process over the embedded log. */
export class Detection {
  readonly #options: DetectionOptions;
  /** Where all files are on disk, so that it can open them. */
  #front: FrontThreads | undefined;
  #feed: Feed | undefined;
  #stopped = false;

  constructor(options: DetectionOptions) {
    this.#options = options;
  }

  totals(): FeedTotals | undefined {
    return this.#feed?.totals() ?? this.#front?.totals();
  }

  /** Resolves when all that was fed has gone through all services and was told. */
  async run(files: readonly MrtFile[]): Promise<void> {
    const { dataFolder, onAnomaly, onScores, watchFile, routes, ...options } = this.#options;
    const log = openLog(dataFolder);
    const shared = {
      updatePartitions: options.updatePartitions ?? defaultPartitions,
      blockPartitions: options.blockPartitions ?? defaultPartitions,
      ...(dataFolder === undefined ? {} : { snapshots }),
    };
    // A thread pays where there are files to read; what is made here comes in small pieces, each of which would wait for it.
    if (routes === undefined && files.every(({ isOnDisk }) => isOnDisk))
      this.#front = new FrontThreads(shared, await areDecompressedHere(files), log);
    try {
      const pipeline = await startPipeline(
        {
          ...shared,
          watchFile,
          routes,
          ...(this.#front && { routeTracker: this.#front.routeTracker }),
          ...(onAnomaly === undefined ? {} : { onAnomaly }),
          ...(onScores === undefined ? {} : { onScores }),
        },
        log,
      );
      const fedAndDrained = this.#runFeed(files, pipeline, log).then(() => pipeline.drained());
      await Promise.race([fedAndDrained, pipeline.failed]);
      await pipeline.stop();
    } finally {
      await this.#front?.close();
      await log.close();
    }
  }

  /** Ends run early, in order: what was fed goes through. */
  stop(): void {
    this.#stopped = true;
    this.#options.pace?.stop();
    if (this.#feed !== undefined) this.#feed.stop();
    else this.#front?.stopFeed();
  }

  async #runFeed(files: readonly MrtFile[], pipeline: Pipeline, log: EmbeddedLog): Promise<void> {
    const beforeMinute = this.#checkpoints(pipeline);
    const options = feedOptionsOf(this.#options);
    let fed: Promise<void>;
    if (this.#front !== undefined) {
      fed = this.#front.feed(files, options);
    } else {
      this.#feed = new Feed({ ...options, ...(beforeMinute && { beforeMinute }) }, log);
      fed = this.#feed.run(files);
    }
    if (this.#stopped) this.stop();
    await fed;
  }

  #checkpoints(pipeline: Pipeline): FeedOptions['beforeMinute'] {
    const { checkpoint, pace } = this.#options;
    if (checkpoint === undefined) return pace && ((minute) => pace.until(minute));
    let next: number | undefined;
    return (minute) => {
      next ??= minute + checkpoint.everyMinutes;
      const wait = pace?.until(minute);
      if (minute < next && wait === undefined) return undefined;
      next = minute + checkpoint.everyMinutes;
      // Before it waits, all is told that there is to tell.
      return pipeline.drained().then(() => {
        checkpoint.reached(minute);
        return wait;
      });
    };
  }
}

/** Whether a feed of files such as the first has about as much to do as the route tables. */
async function areDecompressedHere(files: readonly MrtFile[]): Promise<boolean> {
  const [first] = files;
  if (first === undefined) return false;
  const compression = await compressionOfFile(first.name).catch(() => 'none');
  return compression === 'gzip' || compression === 'zstd';
}

function feedOptionsOf(options: DetectionOptions): FeedOptions {
  const {
    updatePartitions = defaultPartitions,
    batchBytes,
    fromSecond,
    untilSecond,
    onRefused,
    onFailure,
  } = options;
  return {
    partitions: updatePartitions,
    ...(batchBytes === undefined ? {} : { batchBytes }),
    ...(fromSecond === undefined ? {} : { fromSecond }),
    ...(untilSecond === undefined ? {} : { untilSecond }),
    ...(onRefused === undefined ? {} : { onRefused }),
    ...(onFailure === undefined ? {} : { onFailure }),
  };
}

function openLog(folder: string | undefined): EmbeddedLog {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const storage =
    folder === undefined ? new MemoryStorage({ retention: 'acknowledged' }) : openDiskStorage(folder);
  return new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, storage);
}
