import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import type { WatchFile } from '#core/group/watch-file.ts';
import { anomalies, asMinutes, bgpUpdates, probeResults, routeChanges } from '#runtime/topics.ts';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { ActiveProber } from '../../active-prober/service.ts';
import { probedAddresses, type WatchList } from '../../active-prober/watch-list.ts';
import { CheckpointFile } from '../../feeder/live/live-checkpoint.ts';
import { LiveFeed, type LiveTotals } from '../../feeder/live/live-feed.ts';
import { type Pipeline, startPipeline } from '../pipeline.ts';
import { atlasKeyOf } from '../probe/atlas-key.ts';
import { JudgedFamilies } from './judged-families.ts';
import { LiveFeeds, type LiveFeedsHealth, type LiveFeedsOptions } from './live-feeds.ts';

export interface LiveOptions {
  readonly dataFolder: string;
  readonly feeds: LiveFeedsOptions;
  /** Who is probed besides, if anybody. */
  readonly watchList: WatchList | undefined;
  /** The groups and mutes, if there are any. */
  readonly watchFile: WatchFile | undefined;
  /** Each change of an incident; `isKnown` of those of earlier runs. */
  readonly onAnomaly: (anomaly: Anomaly, isKnown: boolean) => void;
  readonly onScores?: (scores: AsScores) => void;
  readonly onRefused: (origin: string, reason: string) => void;
}

export type LiveHealth = LiveTotals & LiveFeedsHealth;

const partitions = { updatePartitions: 2, blockPartitions: 2 };
/** The whole table of every peer is in a snapshot of the first service: it is not written every minute. */
const snapshots = { everyEventMinutes: 30, everyInputBytes: 512 * 1024 * 1024 };
/** All of RIS says some hundred kilobytes a second. What was found (scores, anomalies) is kept for good. */
const keptBytes = 4 * snapshots.everyInputBytes;
const keepBytes = {
  [bgpUpdates.topic]: keptBytes,
  [routeChanges.topic]: keptBytes,
  [asMinutes.topic]: keptBytes,
  [probeResults.topic]: keptBytes,
};

/** Live feeds through all services, in one process over a log on disk: goes on where it was interrupted. */
export class Live {
  readonly #options: LiveOptions;
  readonly #stopped = Promise.withResolvers<void>();
  #live: LiveFeed | undefined;
  #feeds: LiveFeeds | undefined;
  #judged: JudgedFamilies | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** Undefined before all has started. */
  health(): LiveHealth | undefined {
    if (this.#live === undefined || this.#feeds === undefined) return undefined;
    return { ...this.#live.totals(), ...this.#feeds.health() };
  }

  /** Families that cannot be judged now, since too few peers vote; for people. */
  get frozen(): readonly string[] {
    return this.#judged?.frozen ?? [];
  }

  /** Ends run in order: what was heard goes through all services. */
  stop(): void {
    this.#stopped.resolve();
  }

  async run(): Promise<void> {
    const { dataFolder } = this.#options;
    mkdirSync(dataFolder, { recursive: true });
    const log = new EmbeddedLog(
      { lagBytesMax: defaultLagBytesMax },
      openDiskStorage(dataFolder, { keepBytes }),
    );
    try {
      await this.#runOver(log);
    } finally {
      this.#judged?.stop();
      await log.close();
    }
  }

  async #runOver(log: EmbeddedLog): Promise<void> {
    const { dataFolder, watchList } = this.#options;
    const pipeline = await this.#startPipeline(log);
    this.#judged = new JudgedFamilies(log);
    this.#judged.start();
    const checkpoint = new CheckpointFile(join(dataFolder, 'live-position.json'));
    const live = new LiveFeed(
      {
        partitions: partitions.updatePartitions,
        checkpoint,
        now: Date.now,
        onRefused: this.#options.onRefused,
      },
      log,
    );
    const { onEvent } = this.#options.feeds;
    const prober =
      watchList &&
      new ActiveProber(watchList, { now: Date.now, atlasKey: atlasKeyOf(process.env), onEvent }, log);
    const feeds = new LiveFeeds(this.#options.feeds, live);
    const ends = [this.#stopped.promise, pipeline.failed, live.failed];
    const ended = Promise.race(prober === undefined ? ends : [...ends, prober.finished]);
    // Whether it is waited for or not.
    ended.catch(() => undefined);
    try {
      await live.start();
      this.#live = live;
      this.#feeds = feeds;
      await feeds.start();
      await prober?.start();
      await ended;
    } catch (error) {
      await feeds.stop().catch(() => undefined);
      // Nothing waits for room in it from here on.
      await log.close().catch(() => undefined);
      for (const part of [prober, live]) await part?.stop().catch(() => undefined);
      throw error;
    }
    await feeds.stop();
    await prober?.stop();
    await live.stop();
    await Promise.race([pipeline.drained(), pipeline.failed]);
    await pipeline.stop();
  }

  async #startPipeline(log: EmbeddedLog): Promise<Pipeline> {
    const { onAnomaly, onScores, watchList } = this.#options;
    let known = await knownAnomalies(log);
    return startPipeline(
      {
        ...partitions,
        snapshots,
        watchFile: this.#options.watchFile,
        probes: watchList !== undefined,
        ...(watchList && { probed: probedAddresses(watchList) }),
        onAnomaly: (anomaly) => onAnomaly(anomaly, known-- > 0),
        ...(onScores === undefined ? {} : { onScores }),
      },
      log,
    );
  }
}

/** So many changes of incidents does the log have already. */
async function knownAnomalies(log: EmbeddedLog): Promise<number> {
  try {
    const { low, high } = await log.offsets(anomalies.topic, 0);
    return high - low;
  } catch {
    // A new log has no topics.
    return 0;
  }
}
