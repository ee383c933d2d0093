import { type BmpHealth, BmpListener, type BmpTls, bmpDefaults } from '../../feeder/live/bmp-listener.ts';
import { KafkaFeed, type KafkaFeedOptions, type KafkaHealth } from '../../feeder/live/kafka-feed.ts';
import type { LiveFeed } from '../../feeder/live/live-feed.ts';
import { RisLiveFeed, type RisLiveHealth } from '../../feeder/live/ris-live-feed.ts';
import { risLiveDefaults } from '../../feeder/live/ris-live-options.ts';

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
}

/** All live feeds that a process hears. */
export class LiveFeeds {
  readonly #options: LiveFeedsOptions;
  readonly #risLive: RisLiveFeed | undefined;
  readonly #bmp: BmpListener | undefined;
  readonly #kafka: KafkaFeed | undefined;

  constructor(options: LiveFeedsOptions, live: LiveFeed) {
    this.#options = options;
    const { risLiveUrl, bmp, kafka, onEvent } = options;
    const common = { now: Date.now, onEvent };
    this.#risLive =
      risLiveUrl === undefined
        ? undefined
        : new RisLiveFeed({ ...risLiveDefaults, url: risLiveUrl, ...common }, live);
    this.#bmp = bmp && new BmpListener({ ...bmpDefaults, ...bmp, ...common }, live);
    this.#kafka = kafka && new KafkaFeed({ ...kafka, ...common }, live);
  }

  health(): LiveFeedsHealth {
    return { risLive: this.#risLive?.health(), bmp: this.#bmp?.health(), kafka: this.#kafka?.health() };
  }

  /** Rejects where the port for routers cannot be had; what else does not work is tried again. */
  async start(): Promise<void> {
    const port = await this.#bmp?.start();
    if (port !== undefined) this.#options.onEvent(`BMP: listening on port ${port}`);
    this.#risLive?.start();
    this.#kafka?.start();
  }

  async stop(): Promise<void> {
    this.#risLive?.stop();
    await this.#bmp?.stop();
    await this.#kafka?.stop();
  }
}
