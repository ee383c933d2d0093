export type FeedName = 'ris-live' | 'bmp' | 'kafka';

export interface WatchedFeed {
  readonly name: FeedName;
  /** "RIS Live": for people. */
  readonly title: string;
  /** Messages so far. */
  readonly messages: () => number;
  /** True where there is something to hear as soon as it is started; false where it has to come first, as a router has. */
  readonly isExpected: boolean;
  /** In words, whom nothing is heard of: "3 routers". */
  readonly who: () => string;
}

export interface FeedWatchOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** While this is so nothing is read, and nobody is to blame for being silent. */
  readonly isPaused: () => boolean;
  readonly onEvent: (text: string) => void;
}

/** A feed of which nothing was heard for so long is silent as a whole: that is told at once, whoever its sources are. */
export const silenceMilliseconds = 60_000;
const lookMilliseconds = 1000;

interface Watched {
  readonly feed: WatchedFeed;
  messages: number;
  /** Milliseconds since 1970; undefined before the first message of one that is not expected. */
  heardAt: number | undefined;
  isTold: boolean;
}

/** When each feed was last heard; tells people which one has fallen silent, and when it is heard again. */
export class FeedWatch {
  readonly #options: FeedWatchOptions;
  readonly #feeds: readonly Watched[];
  #looking: NodeJS.Timeout | undefined;

  constructor(options: FeedWatchOptions, feeds: readonly WatchedFeed[]) {
    this.#options = options;
    this.#feeds = feeds.map((feed) => ({
      feed,
      messages: 0,
      heardAt: feed.isExpected ? options.now() : undefined,
      isTold: false,
    }));
  }

  start(): void {
    this.#looking = setInterval(() => this.look(), lookMilliseconds);
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  /** Milliseconds since 1970, of those that were heard or should have been: their start, where nothing was heard since. */
  heardAt(): ReadonlyMap<FeedName, number> {
    const told = new Map<FeedName, number>();
    for (const { feed, heardAt } of this.#feeds) if (heardAt !== undefined) told.set(feed.name, heardAt);
    return told;
  }

  /** To be called each second. */
  look(): void {
    for (const one of this.#feeds) {
      const messages = one.feed.messages();
      const isHeard = messages !== one.messages;
      one.messages = messages;
      if (isHeard) this.#heard(one);
      else if (one.heardAt !== undefined && this.#options.isPaused()) one.heardAt = this.#options.now();
      else this.#notHeard(one);
    }
  }

  #heard(one: Watched): void {
    const now = this.#options.now();
    if (one.isTold) {
      const seconds = Math.round((now - one.heardAt!) / 1000);
      this.#options.onEvent(`${one.feed.title}: heard again after ${seconds} s`);
    }
    one.isTold = false;
    one.heardAt = now;
  }

  #notHeard(one: Watched): void {
    if (one.isTold || one.heardAt === undefined) return;
    if (this.#options.now() - one.heardAt < silenceMilliseconds) return;
    one.isTold = true;
    const { title, who } = one.feed;
    this.#options.onEvent(`${title}: SILENT, nothing heard for ${silenceMilliseconds / 1000} s; ${who()}`);
  }
}
