import { readGobmpJson } from '#core/parsed-feeds/gobmp-json.ts';
import { readIhrRecord } from '#core/parsed-feeds/ihr-record.ts';
import { readOpenBmpText } from '#core/parsed-feeds/openbmp-text.ts';
import { ParsedRoutes } from '#core/parsed-feeds/parsed-routes.ts';
import type { LiveFeed } from './live-feed.ts';
import { OpenBmpFeed } from './openbmp-feed.ts';

export interface TopicRecordsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Octets by which formats begin. */
const openingBrace = 0x7b;
const letterV = 0x56;
const isMap = (octet: number): boolean => (octet & 0xf0) === 0x80 || octet === 0xde || octet === 0xdf;

/**
 * Records of topics that others write, whatever they write there, into bgp.updates. The format is told by the content, as of files:
 * BMP with OpenBMP's frame or without, OpenBMP's parsed text, goBMP's JSON, the Internet Health Report's MessagePack.
 */
export class TopicRecords {
  records = 0;
  readonly #options: TopicRecordsOptions;
  readonly #live: LiveFeed;
  readonly #bmp: OpenBmpFeed;
  readonly #routes: ParsedRoutes;
  /** The record in hand. */
  #value: Uint8Array = new Uint8Array(0);

  /** `onHeard` is told each source that says something. */
  constructor(options: TopicRecordsOptions, live: LiveFeed, onHeard: (source: string) => void) {
    this.#options = options;
    this.#live = live;
    this.#bmp = new OpenBmpFeed(options, live, onHeard);
    this.#routes = new ParsedRoutes({
      onRecords: (source, bytes, length) => {
        onHeard(source);
        live.take(source, bytes, 0, length);
      },
      onRefused: (source, reason) => live.refuse(source, reason, this.records, this.#value),
    });
  }

  /** Records whose time was not believed: they count as of when they came. */
  get replacedTimes(): number {
    return this.#routes.replacedTimes + this.#bmp.replacedTimes;
  }

  /** By how much the times of sources that lag are moved; undefined where there are none. */
  get lagSeconds(): number | undefined {
    return this.#routes.lagSeconds;
  }

  /** Whatever one record does, the feed goes on after it: were it read again, nothing behind it ever would be. */
  take(topic: string, value: Uint8Array): void {
    this.records++;
    this.#value = value;
    try {
      this.#read(topic, value);
    } catch {
      this.#live.refuse(topic, 'unreadable', this.records, value);
    }
  }

  /** What is no record, but a batch of them that could not be unpacked. */
  refuse(topic: string, reason: string, batch: Uint8Array): void {
    this.#live.refuse(topic, reason, this.records, batch);
  }

  #read(topic: string, value: Uint8Array): void {
    const second = Math.floor(this.#options.now() / 1000);
    const first = value[0] ?? 0;
    if (first === openingBrace) readGobmpJson(Buffer.from(value).toString('utf8'), second, this.#routes);
    else if (isMap(first)) readIhrRecord(value, second, this.#routes);
    else if (first === letterV && !isRaw(value)) {
      const object = /\.parsed\.([a-z0-9_]+)/.exec(topic)?.[1];
      readOpenBmpText(Buffer.from(value).toString('latin1'), object, second, this.#routes);
    } else this.#bmp.take(topic, value);
  }
}

/** OpenBMP's text header stands before BMP octets too; then it names the router. */
const isRaw = (value: Uint8Array): boolean => /^R_(IP|HASH|HASH_ID):/im.test(headOf(value));

const headOf = (value: Uint8Array): string =>
  Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 400))
    .toString('latin1')
    .split(/\r?\n\r?\n/, 1)[0]!;
