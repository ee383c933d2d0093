import { mkdirSync } from 'node:fs';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { Feed, type FeedOptions, type FeedTotals } from '../feeder/feed.ts';
import type { MrtFile } from '../feeder/mrt-file.ts';
import { FeedThread } from './feed-thread.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

export interface DetectionOptions extends Omit<FeedOptions, 'partitions' | 'beforeMinute'> {
  readonly updatePartitions?: number;
  readonly blockPartitions?: number;
  /** The log is kept here, and with it the state: a run that was interrupted goes on. Without it, all is in memory. */
  readonly dataFolder?: string;
  readonly onAnomaly?: (anomaly: Anomaly) => void;
  readonly onScores?: (scores: AsScores) => void;
  /** Called whenever so many event minutes went through all services, with the first that did not. */
  readonly checkpoint?: { readonly everyMinutes: number; readonly reached: (minute: number) => void };
}

const defaultPartitions = 2;
const snapshots = { everyEventMinutes: 180, everyInputBytes: 64 * 1024 * 1024 };

/** Files through all services, in one process over the embedded log. */
export class Detection {
  readonly #options: DetectionOptions;
  #feed: Feed | FeedThread | undefined;
  #stopped = false;

  constructor(options: DetectionOptions) {
    this.#options = options;
  }

  totals(): FeedTotals | undefined {
    return this.#feed?.totals();
  }

  /** Resolves when all that was fed has gone through all services and was told. */
  async run(files: readonly MrtFile[]): Promise<void> {
    const options = this.#options;
    const log = openLog(options.dataFolder);
    const updatePartitions = options.updatePartitions ?? defaultPartitions;
    const pipeline = await startPipeline(
      {
        updatePartitions,
        blockPartitions: options.blockPartitions ?? defaultPartitions,
        ...(options.dataFolder === undefined ? {} : { snapshots }),
        ...(options.onAnomaly === undefined ? {} : { onAnomaly: options.onAnomaly }),
        ...(options.onScores === undefined ? {} : { onScores: options.onScores }),
      },
      log,
    );
    const beforeMinute = this.#checkpoints(pipeline);
    const feedOptions = feedOptionsOf(options, updatePartitions);
    this.#feed = files.every(({ isOnDisk }) => isOnDisk)
      ? new FeedThread(feedOptions, log)
      : new Feed({ ...feedOptions, ...(beforeMinute && { beforeMinute }) }, log);
    if (this.#stopped) this.#feed.stop();
    const fedAndDrained = this.#feed.run(files).then(() => pipeline.drained());
    await Promise.race([fedAndDrained, pipeline.failed]);
    await pipeline.stop();
    await log.close();
  }

  /** Ends run early, in order: what was fed goes through. */
  stop(): void {
    this.#stopped = true;
    this.#feed?.stop();
  }

  #checkpoints(pipeline: Pipeline): FeedOptions['beforeMinute'] {
    const { checkpoint } = this.#options;
    if (checkpoint === undefined) return undefined;
    let next: number | undefined;
    return (minute) => {
      next ??= minute + checkpoint.everyMinutes;
      if (minute < next) return undefined;
      next = minute + checkpoint.everyMinutes;
      return pipeline.drained().then(() => checkpoint.reached(minute));
    };
  }
}

function feedOptionsOf(options: DetectionOptions, partitions: number): FeedOptions {
  const { batchBytes, fromSecond, untilSecond, onRefused, onFailure } = options;
  return {
    partitions,
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
