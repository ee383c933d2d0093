import { RisLiveTranslator } from '#core/ris-live/translator.ts';
import { WebSocketClient, type WebSocketOptions } from '#runtime/web-socket-client.ts';
import { writeAscii } from './ascii.ts';
import type { LiveFeed } from './live-feed.ts';

export interface RisLiveFeedOptions extends WebSocketOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For people: what happened to the connection. */
  readonly onEvent: (text: string) => void;
}

export interface RisLiveHealth {
  readonly isConnected: boolean;
  readonly connections: number;
  readonly messages: number;
  /** Times that reading was paused since the log was full. */
  readonly pauses: number;
  /** Messages whose time lay too far ahead. */
  readonly replacedTimes: number;
  /** After cuts, until it was heard again: what it said meanwhile is missing. */
  readonly unheardMilliseconds: number;
}

const feedName = 'ris-live';
/** A message of RIS Live has some kilobytes. */
const maxFrameBytes = 4 * 1024 * 1024;

/** Everything: withdrawals have no path, so a filter by AS would lose them; and the denominators need all peers. */
const subscriptions = ['UPDATE', 'RIS_PEER_STATE'].map((type) =>
  JSON.stringify({
    type: 'ris_subscribe',
    data: { type, socketOptions: { includeRaw: true, acknowledge: true } },
  }),
);

/** RIS Live into bgp.updates: each collector ("rrc00") is a source. */
export class RisLiveFeed {
  readonly #options: RisLiveFeedOptions;
  readonly #live: LiveFeed;
  readonly #client: WebSocketClient;
  readonly #translator = new RisLiveTranslator(writeAscii);
  /** Collectors heard since they were last lost. */
  readonly #heard = new Set<string>();
  #lost: NodeJS.Timeout | undefined;
  #isConnected = false;
  #isPaused = false;
  #frames = 0;
  #messages = 0;
  #connections = 0;
  #pauses = 0;
  /** Milliseconds since 1970; undefined before the first message. */
  #heardAt: number | undefined;
  /** The connection ended, and nothing was heard since. */
  #isCut = false;
  #unheardMilliseconds = 0;

  constructor(options: RisLiveFeedOptions, live: LiveFeed) {
    this.#options = options;
    this.#live = live;
    this.#client = new WebSocketClient(
      { ...options, subscriptions, maxFrameBytes },
      {
        onFrame: (text) => this.#takeFrame(text),
        onConnected: () => this.#connected(),
        onDisconnected: (why, milliseconds) => this.#disconnected(why, milliseconds),
      },
    );
  }

  start(): void {
    this.#live.onRoom(this.#resume);
    this.#client.start();
  }

  stop(): void {
    clearTimeout(this.#lost);
    this.#live.offRoom(this.#resume);
    this.#client.stop();
  }

  health(): RisLiveHealth {
    return {
      isConnected: this.#isConnected,
      connections: this.#connections,
      messages: this.#messages,
      pauses: this.#pauses,
      replacedTimes: this.#translator.replacedTimes,
      unheardMilliseconds: this.#unheardMilliseconds,
    };
  }

  #takeFrame(text: string): boolean {
    const translator = this.#translator;
    this.#frames++;
    const now = this.#options.now();
    const outcome = translator.take(text, Math.floor(now / 1000));
    switch (outcome) {
      case 'records': {
        const { source, out } = translator;
        this.#heard.add(source);
        this.#live.take(source, out.bytes, 0, out.length);
        if (!this.#isPaused && this.#live.isFull) this.#pause();
        break;
      }
      case 'refused':
        this.#live.refuse(feedName, translator.refusal, this.#frames, headOf(text));
        return false;
      case 'error':
        this.#options.onEvent(`RIS Live says: ${translator.errorText}`);
        return false;
      case 'control':
        return false;
    }
    this.#messages++;
    if (this.#isCut) this.#heardAgain(now);
    this.#heardAt = now;
    this.#lost?.refresh();
    return true;
  }

  #connected(): void {
    this.#isConnected = true;
    this.#connections++;
    this.#options.onEvent('RIS Live: connected');
    this.#lost ??= setTimeout(() => this.#loseAll(), this.#options.silenceMilliseconds);
  }

  #disconnected(why: string, milliseconds: number): void {
    this.#isConnected = false;
    this.#isCut = true;
    this.#options.onEvent(`RIS Live: ${why}; trying again in ${(milliseconds / 1000).toFixed(1)} s`);
  }

  /** RIS Live repeats nothing: what it said since the last message is missing, and no collector says so. */
  #heardAgain(now: number): void {
    this.#isCut = false;
    if (this.#heardAt === undefined) return;
    const milliseconds = Math.max(0, now - this.#heardAt);
    this.#unheardMilliseconds += milliseconds;
    this.#options.onEvent(
      `RIS Live: not heard for ${(milliseconds / 1000).toFixed(1)} s; what it said meanwhile is missing`,
    );
  }

  /** Nothing was heard for as long as a silence takes; a new connection may be under way. */
  #loseAll(): void {
    this.#lost?.refresh();
    if (this.#isPaused || this.#heard.size === 0) return;
    this.#options.onEvent(
      `RIS Live: nothing heard for ${this.#options.silenceMilliseconds / 1000} s; ${this.#heard.size} collectors are lost until they are heard again`,
    );
    for (const source of this.#heard) this.#live.lose(source);
    this.#heard.clear();
  }

  #pause(): void {
    this.#isPaused = true;
    this.#pauses++;
    this.#client.pause();
  }

  readonly #resume = (): void => {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#lost?.refresh();
    this.#client.resume();
  };
}

/** The first of a text as bytes, for a dead letter. */
const headOf = (text: string): Uint8Array => Buffer.from(text.slice(0, 4096), 'utf8');
