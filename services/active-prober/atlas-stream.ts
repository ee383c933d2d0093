import type { ProbeContent, ProbeResult } from '#core/contract/probe-results.ts';
import { type EventMinute, type EventSecond, firstSecondOf, minuteOf } from '#core/event-time.ts';
import { type AtlasMessage, type ListedOriginOf, readAtlasMessage } from '#core/probe/atlas-message.ts';
import type { ProbedAddress } from '#core/visibility/target-origins.ts';
import { EventLines } from '#runtime/event-lines.ts';
import { WebSocketClient, type WebSocketOptions } from '#runtime/web-socket-client.ts';

/** What of RIPE Atlas is heard. */
export interface AtlasWatch {
  readonly url: string;
  /** Whether to hear of each probe that connects or is cut off. */
  readonly connections: boolean;
  /** The measurements to hear, each with the origin AS of its target. */
  readonly origins: ReadonlyMap<number, number>;
  /** Those of their targets whose addresses are listed too. */
  readonly targets: readonly ProbedAddress[];
}

export interface AtlasStreamOptions extends Omit<WebSocketOptions, 'url'> {
  /** For measurements that are not public. */
  readonly key: string | undefined;
  /** Results that may wait for the log; beyond, reading pauses. */
  readonly waitingMax: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly originOf: ListedOriginOf;
  /** Takes what is to be said in probe.results, in order; resolves when it is there. */
  readonly write: (eventMinute: EventMinute, content: ProbeContent) => Promise<void>;
  /** For people: what happened to the connection. */
  readonly onEvent: (text: string) => void;
}

export interface AtlasHealth {
  readonly isConnected: boolean;
  readonly connections: number;
  readonly results: number;
  /** Times that reading was paused since the log did not keep up. */
  readonly pauses: number;
  readonly refused: ReadonlyMap<string, number>;
}

export const atlasDefaults = {
  url: 'wss://atlas-stream.ripe.net/stream/?client=steadybeat',
  silenceMilliseconds: 60_000,
  firstRetryMilliseconds: 1000,
  maxRetryMilliseconds: 60_000,
  waitingMax: 20_000,
} as const;

/** The longest traceroute has some hundred kilobytes. */
const maxFrameBytes = 1024 * 1024;
const stepMilliseconds = 1000;
/** A minute stays open for so long after its end. What comes later than that (probes send what they measured every few minutes) counts in the minute that is open then. */
const graceSeconds = 10;

/** The stream of RIPE Atlas into probe.results, as one live source: it is open while it is connected. */
export class AtlasStream {
  readonly #options: AtlasStreamOptions;
  readonly #origins: ReadonlyMap<number, number>;
  readonly #client: WebSocketClient;
  readonly #refused = new Map<string, number>();
  /** What the server says. */
  readonly #words: EventLines;
  #step: NodeJS.Timeout | undefined;
  #waiting: ProbeResult[] = [];
  /** Results on their way to the log. */
  #underWay = 0;
  /** The minute to complete next; undefined while the source is not open. */
  #minute: EventMinute | undefined;
  /** When the last connection ended, milliseconds since 1970; undefined while there is one. */
  #cutAt: number | undefined;
  #isPaused = false;
  #connections = 0;
  #results = 0;
  #pauses = 0;

  constructor({ url, connections, origins }: AtlasWatch, options: AtlasStreamOptions) {
    this.#options = options;
    this.#origins = origins;
    this.#words = new EventLines(options.onEvent, options.now);
    const subscriptions = [...origins.keys()].map((msm) => subscription({ streamType: 'result', msm }));
    if (connections) subscriptions.push(subscription({ streamType: 'probestatus' }));
    this.#client = new WebSocketClient(
      {
        ...options,
        url,
        subscriptions,
        maxFrameBytes,
        // A measurement may have no result for an hour.
        pingMilliseconds: options.silenceMilliseconds / 3,
        ...(options.key !== undefined && { headers: { Authorization: `Key ${options.key}` } }),
      },
      {
        onFrame: (text) => this.#takeFrame(text),
        onConnected: () => this.#connected(),
        onDisconnected: (why, milliseconds) => this.#disconnected(why, milliseconds),
      },
    );
  }

  health(): AtlasHealth {
    return {
      isConnected: this.#connections > 0 && this.#cutAt === undefined,
      connections: this.#connections,
      results: this.#results,
      pauses: this.#pauses,
      refused: this.#refused,
    };
  }

  start(): void {
    this.#step = setInterval(() => this.#advance(), stepMilliseconds);
    this.#client.start();
  }

  /** What was heard is written, and that nothing more will be. */
  stop(): void {
    clearInterval(this.#step);
    this.#client.stop();
    this.#close('endOfSource');
    const refused = [...this.#refused].map(([reason, count]) => `, ${count} ${reason}`).join('');
    this.#options.onEvent(`RIPE Atlas: ${this.#results} results${refused}`);
  }

  #takeFrame(text: string): boolean {
    const message = this.#messageOf(text);
    switch (message.case) {
      case 'result':
        this.#results++;
        this.#waiting.push(message.value);
        if (!this.#isPaused && this.#waiting.length + this.#underWay > this.#options.waitingMax) {
          this.#pause();
          this.#flush(this.#minute!);
        }
        return true;
      case 'refused':
        this.#refuse(message.reason);
        return false;
      case 'error':
        this.#words.tell(`RIPE Atlas says: ${message.text}`);
        return false;
      case 'control':
        return true;
    }
  }

  /** Whatever one frame does, the stream goes on after it. */
  #messageOf(text: string): AtlasMessage {
    const told = { origins: this.#origins, originOf: this.#options.originOf };
    try {
      return readAtlasMessage(text, told, this.#nowSecond());
    } catch {
      return { case: 'refused', reason: 'atlas-unreadable' };
    }
  }

  /** Told once of each reason, and counted. */
  #refuse(reason: string): void {
    const count = this.#refused.get(reason) ?? 0;
    this.#refused.set(reason, count + 1);
    if (count === 0) this.#options.onEvent(`RIPE Atlas: refused: ${reason}; more of it is counted`);
  }

  #connected(): void {
    this.#connections++;
    this.#cutAt = undefined;
    this.#options.onEvent('RIPE Atlas: connected');
    if (this.#minute !== undefined) return;
    this.#minute = minuteOf(this.#nowSecond());
    this.#write(this.#minute, { case: 'sourceOpened', live: true });
  }

  #disconnected(why: string, milliseconds: number): void {
    this.#cutAt ??= this.#options.now();
    this.#options.onEvent(`RIPE Atlas: ${why}; trying again in ${(milliseconds / 1000).toFixed(1)} s`);
  }

  /** While it is cut off no minute is complete; after long enough it is lost, and nobody waits for it. */
  #advance(): void {
    if (this.#minute === undefined) return;
    this.#flush(this.#minute);
    if (this.#cutAt !== undefined) {
      if (this.#options.now() - this.#cutAt >= this.#options.silenceMilliseconds) this.#close('sourceLost');
      return;
    }
    // What was not read yet is of these minutes.
    if (this.#isPaused) return;
    for (; this.#nowSecond() >= firstSecondOf(this.#minute + 1) + graceSeconds; this.#minute++)
      this.#write(this.#minute, { case: 'tick' });
  }

  #close(how: 'endOfSource' | 'sourceLost'): void {
    if (this.#minute === undefined) return;
    this.#flush(this.#minute);
    this.#write(this.#minute, { case: how });
    this.#minute = undefined;
  }

  #flush(minute: EventMinute): void {
    const results = this.#waiting;
    if (results.length === 0) return;
    this.#waiting = [];
    this.#underWay += results.length;
    this.#write(minute, { case: 'batch', results }, () => {
      this.#underWay -= results.length;
      if (this.#isPaused) this.#resume();
    });
  }

  /** Who writes hears of it where it fails. */
  #write(minute: EventMinute, content: ProbeContent, onWritten = (): void => undefined): void {
    this.#options.write(minute, content).then(onWritten, () => undefined);
  }

  #pause(): void {
    this.#isPaused = true;
    this.#pauses++;
    this.#client.pause();
  }

  #resume(): void {
    this.#isPaused = false;
    this.#client.resume();
  }

  #nowSecond(): EventSecond {
    return Math.floor(this.#options.now() / 1000);
  }
}

const subscription = (payload: object): string => JSON.stringify(['atlas_subscribe', payload]);
