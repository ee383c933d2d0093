import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { InputFailure } from '#runtime/input/input.ts';
import type { SnapshotPolicy } from '#runtime/service.ts';
import type { PartitionCounts } from '#runtime/topics.ts';
import { serveTransport } from '#runtime/transport/remote-server.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import type { FeedOptions, FeedTotals } from '../feeder/feed.ts';
import type { MrtFile } from '../feeder/mrt-file.ts';
import type { RefusedBytes } from '../feeder/record-reader.ts';
import { CalledThread } from './called-thread.ts';
import type { RunningService } from './pipeline.ts';

export interface RouteTrackerOptions extends PartitionCounts {
  readonly snapshots?: SnapshotPolicy;
}

/** What can be copied of a feed's options. */
export type CopiedFeedOptions = Omit<FeedOptions, 'onRefused' | 'onFailure' | 'beforeMinute'>;

/** What the thread of the route tables is asked to do. */
export type RouteCall =
  | { readonly case: 'start' }
  | { readonly case: 'caughtUp'; readonly partitions: number }
  | { readonly case: 'stop' };

/** What the thread of the feed is asked to do; of a feed it tells the totals before it answers. */
export type FeedCall =
  | {
      readonly case: 'feed';
      readonly options: CopiedFeedOptions;
      readonly files: readonly { readonly path: string; readonly isSeed: boolean }[];
    }
  | { readonly case: 'stopFeed' };

/** What the thread of the feed tells. */
export type FeedNews =
  | { readonly case: 'totals'; readonly totals: FeedTotals }
  | { readonly case: 'refused'; readonly file: string; readonly refused: RefusedBytes }
  | { readonly case: 'failure'; readonly file: string; readonly failure: InputFailure };

/**
 * The front of the pipeline in threads beside that of the other services: files are decompressed and framed there, and
 * route tables kept. What is kept on disk is in the log of this thread; else bgp.updates is in that of the
 * route tables, so that it takes no way round.
 */
export class FrontThreads {
  readonly routeTracker: RunningService;
  readonly #routes: CalledThread<RouteCall | FeedCall, FeedNews>;
  /** A thread of its own, or that of the route tables. */
  readonly #feed: Pick<CalledThread<FeedCall, FeedNews>, 'call' | 'close'>;
  #news: (news: FeedNews) => void = () => {};
  #totals: FeedTotals | undefined;

  /** `splitsFeed`: the feed has a thread of its own, which costs 50 MB. */
  constructor(options: RouteTrackerOptions, splitsFeed: boolean, transport: Transport) {
    const log = new MessageChannel();
    serveTransport(transport, log.port1);
    const feedLog = splitsFeed ? new MessageChannel() : undefined;
    const onNews = (news: FeedNews): void => this.#news(news);
    const ports = feedLog === undefined ? [log.port2] : [log.port2, feedLog.port1];
    this.#routes = new CalledThread(
      'route tables',
      {
        module: new URL('./route-worker.ts', import.meta.url),
        data: { options, log: log.port2, ...(feedLog && { feedLog: feedLog.port1 }) },
        ports,
      },
      onNews,
    );
    this.#feed = feedLog === undefined ? this.#routes : feedThread(feedLog.port2, onNews);
    this.routeTracker = {
      start: () => this.#routes.call({ case: 'start' }),
      stop: () => this.#routes.call({ case: 'stop' }),
      caughtUp: (partitions) => this.#routes.call({ case: 'caughtUp', partitions }),
      finished: this.#routes.ended,
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
    await this.#feed.call({
      case: 'feed',
      options,
      files: files.map(({ name, isSeed }) => ({ path: name, isSeed })),
    });
  }

  /** Ends the feed after the minute that it is in. */
  stopFeed(): void {
    // Where the thread has ended there is no feed either.
    this.#feed.call({ case: 'stopFeed' }).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#feed.close();
    await this.#routes.close();
  }
}

function feedThread(log: MessagePort, onNews: (news: FeedNews) => void): CalledThread<FeedCall, FeedNews> {
  const module = new URL('./feed-worker.ts', import.meta.url);
  return new CalledThread('feed', { module, data: { log }, ports: [log] }, onNews);
}
