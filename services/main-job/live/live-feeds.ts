import { EventLines } from '#runtime/event-lines.ts';
import { type BmpHealth, BmpListener, type BmpTls, bmpDefaults } from '../../feeder/live/bmp-listener.ts';
import { KafkaFeed, type KafkaFeedOptions, type KafkaHealth } from '../../feeder/live/kafka-feed.ts';
import type { LiveFeed } from '../../feeder/live/live-feed.ts';
import { RisLiveFeed, type RisLiveHealth } from '../../feeder/live/ris-live-feed.ts';
import { risLiveDefaults } from '../../feeder/live/ris-live-options.ts';
import { type FeedName, FeedWatch, type WatchedFeed } from './feed-watch.ts';

/** What is to be heard. */
export interface LiveFeedsOptions {
  readonly risLiveUrl: string | undefined;
  readonly bmp:
    | { readonly host: string; readonly port: number; readonly tls?: BmpTls | undefined }
    | undefined;
  readonly kafka: Pick<KafkaFeedOptions, 'kafka' | 'topics' | 'positionsFile'> | undefined;
  /** What happens to the feeds, for people. */
  readonly onEvent: (text: string) => void;
}

export interface LiveFeedsHealth {
  readonly risLive: RisLiveHealth | undefined;
  readonly bmp: BmpHealth | undefined;
  readonly kafka: KafkaHealth | undefined;
  /** When a message of each was last heard, or else its start; milliseconds since 1970. No router before the first one. */
  readonly heardAt: ReadonlyMap<FeedName, number>;
}

/** All live feeds that a process hears. */
export class LiveFeeds {
  readonly #options: LiveFeedsOptions;
  readonly #risLive: RisLiveFeed | undefined;
  readonly #bmp: BmpListener | undefined;
  readonly #kafka: KafkaFeed | undefined;
  readonly #watch: FeedWatch;

  constructor(options: LiveFeedsOptions, live: LiveFeed) {
    this.#options = options;
    const { risLiveUrl, bmp, kafka, onEvent } = options;
    const common = { now: Date.now, onEvent };
    const lines = new EventLines(onEvent, Date.now);
    // What the server says is among it.
    const ofServer = (text: string) => lines.tell(text);
    this.#risLive =
      risLiveUrl === undefined
        ? undefined
        : new RisLiveFeed({ ...risLiveDefaults, url: risLiveUrl, ...common, onEvent: ofServer }, live);
    this.#bmp = bmp && new BmpListener({ ...bmpDefaults, ...bmp, ...common }, live);
    this.#kafka = kafka && new KafkaFeed({ ...kafka, ...common }, live);
    this.#watch = new FeedWatch({ ...common, isPaused: () => live.isFull }, this.#watched());
  }

  health(): LiveFeedsHealth {
    return {
      risLive: this.#risLive?.health(),
      bmp: this.#bmp?.health(),
      kafka: this.#kafka?.health(),
      heardAt: this.#watch.heardAt(),
    };
  }

  /** Rejects where the port for routers cannot be had; what else does not work is tried again. */
  async start(): Promise<void> {
    const port = await this.#bmp?.start();
    if (port !== undefined) this.#options.onEvent(`BMP: listening on port ${port}`);
    this.#risLive?.start();
    this.#kafka?.start();
    this.#watch.start();
  }

  async stop(): Promise<void> {
    this.#watch.stop();
    this.#risLive?.stop();
    await this.#bmp?.stop();
    await this.#kafka?.stop();
  }

  #watched(): WatchedFeed[] {
    const [risLive, bmp, kafka] = [this.#risLive, this.#bmp, this.#kafka];
    const connected = (isConnected: boolean) => (isConnected ? 'it is connected' : 'there is no connection');
    const watched: WatchedFeed[] = [];
    if (risLive !== undefined)
      watched.push({
        name: 'ris-live',
        title: 'RIS Live',
        messages: () => risLive.health().messages,
        isExpected: true,
        who: () => connected(risLive.health().isConnected),
      });
    if (bmp !== undefined)
      watched.push({
        name: 'bmp',
        title: 'BMP',
        messages: () => bmp.health().messages,
        isExpected: false,
        who: () => routersText(bmp.health().connections),
      });
    if (kafka !== undefined)
      watched.push({
        name: 'kafka',
        title: 'Kafka',
        messages: () => kafka.health().records,
        isExpected: true,
        who: () => connected(kafka.health().isConnected),
      });
    return watched;
  }
}

const routersText = (count: number): string =>
  count === 0 ? 'no router is connected' : `${count} ${count === 1 ? 'router is' : 'routers are'} connected`;
