import { MessageChannel, Worker } from 'node:worker_threads';
import type { InputFailure } from '#runtime/input/input.ts';
import type { SnapshotPolicy } from '#runtime/service.ts';
import type { PartitionCounts } from '#runtime/topics.ts';
import { PortCalls } from '#runtime/transport/port-calls.ts';
import { serveTransport } from '#runtime/transport/remote-server.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import type { FeedOptions, FeedTotals } from '../feeder/feed.ts';
import type { MrtFile } from '../feeder/mrt-file.ts';
import type { RefusedBytes } from '../feeder/record-reader.ts';
import type { RunningService } from './pipeline.ts';

export interface RouteTrackerOptions extends PartitionCounts {
  readonly snapshots?: SnapshotPolicy;
}

/** What can be copied of a feed's options. */
export type CopiedFeedOptions = Omit<FeedOptions, 'onRefused' | 'onFailure' | 'beforeMinute'>;

/** What the thread is asked to do; it answers when it is done, a feed with its totals. */
export type FrontCall =
  | { readonly case: 'startRouteTracker' }
  | { readonly case: 'routeTrackerCaughtUp'; readonly partitions: number }
  | { readonly case: 'stopRouteTracker' }
  | {
      readonly case: 'feed';
      readonly options: CopiedFeedOptions;
      readonly files: readonly { readonly path: string; readonly isSeed: boolean }[];
    }
  | { readonly case: 'stopFeed' };

/** What the thread tells of a feed. */
export type FrontNews =
  | { readonly case: 'totals'; readonly totals: FeedTotals }
  | { readonly case: 'refused'; readonly file: string; readonly refused: RefusedBytes }
  | { readonly case: 'failure'; readonly file: string; readonly failure: InputFailure };

/**
 * The front of the pipeline in a thread of its own, on a core of its own: files are decompressed and framed there, and
 * route tables kept, beside the other services. It reads and writes the log of this thread.
 */
export class FrontThread {
  readonly routeTracker: RunningService;
  readonly #worker: Worker;
  readonly #calls: PortCalls<FrontCall>;
  readonly #ended = Promise.withResolvers<void>();
  #news: (news: FrontNews) => void = () => {};
  #totals: FeedTotals | undefined;

  constructor(routeTracker: RouteTrackerOptions, transport: Transport) {
    const log = new MessageChannel();
    const calls = new MessageChannel();
    serveTransport(transport, log.port1);
    this.#calls = new PortCalls(calls.port1);
    this.#worker = new Worker(new URL('./front-worker.ts', import.meta.url), {
      workerData: { routeTracker, log: log.port2, calls: calls.port2 },
      transferList: [log.port2, calls.port2],
    });
    this.#worker.on('error', this.#ended.reject);
    this.#worker.on('exit', (status) => {
      if (status === 0) this.#ended.resolve();
      else
        this.#ended.reject(
          new Error(`the thread of the feed and the route tables ended with status ${status}`),
        );
    });
    this.#worker.on('message', (news: FrontNews) => this.#news(news));
    this.routeTracker = {
      start: () => this.#call({ case: 'startRouteTracker' }),
      stop: () => this.#call({ case: 'stopRouteTracker' }),
      caughtUp: (partitions) => this.#call({ case: 'routeTrackerCaughtUp', partitions }),
      finished: this.#ended.promise,
    };
  }

  /** Of the feed. */
  totals(): FeedTotals | undefined {
    return this.#totals;
  }

  /** Feeds files that are on disk. */
  async feed(files: readonly MrtFile[], allOptions: FeedOptions): Promise<void> {
    const { onRefused, onFailure, beforeMinute: _, ...options } = allOptions;
    const byName = new Map(files.map((file) => [file.name, file]));
    this.#news = (news) => {
      if (news.case === 'totals') this.#totals = news.totals;
      else if (news.case === 'refused') onRefused?.(byName.get(news.file)!, news.refused);
      else onFailure?.(byName.get(news.file)!, news.failure);
    };
    await this.#call({
      case: 'feed',
      options,
      files: files.map(({ name, isSeed }) => ({ path: name, isSeed })),
    });
  }

  /** Ends the feed after the minute that it is in. */
  stopFeed(): void {
    // Where the thread has ended there is no feed either.
    this.#call({ case: 'stopFeed' }).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    this.#calls.close();
  }

  async #call(call: FrontCall): Promise<void> {
    await Promise.race([this.#calls.call(call), this.#ended.promise]);
  }
}
