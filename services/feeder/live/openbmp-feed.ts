import { type OpenBmpFrame, readOpenBmpFrame } from '#core/bmp/openbmp-frame.ts';
import { BmpSession } from '#core/bmp/session.ts';
import type { LiveFeed } from './live-feed.ts';

export interface OpenBmpFeedOptions {
  /** Milliseconds since 1970: when a frame came that does not say when it was received. */
  readonly now: () => number;
}

/** The first octet of a BMP message that has no frame around it. */
const bmpVersion = 3;
/** Of RouteViews' collectors, which are routers themselves. */
const routeViewsAs = 6447;
const maxRouters = 1024;

/**
 * OpenBMP frames (`bmp_raw` topics) into bgp.updates: each router is a source. On RouteViews' topics, routeviews.COLLECTOR.AS.bmp_raw,
 * that is the collector, whose name may have dots: amsix.ams.
 */
export class OpenBmpFeed {
  /** Records whose time was not believed. */
  replacedTimes = 0;
  readonly #options: OpenBmpFeedOptions;
  readonly #live: LiveFeed;
  readonly #onHeard: (source: string) => void;
  readonly #sessions = new Map<string, BmpSession>();
  #frames = 0;

  /** `onHeard` is told each source that says something. */
  constructor(
    options: OpenBmpFeedOptions,
    live: LiveFeed,
    onHeard: (source: string) => void = () => undefined,
  ) {
    this.#onHeard = onHeard;
    this.#options = options;
    this.#live = live;
  }

  /** Takes the value of one Kafka record of the topic. */
  take(topic: string, value: Uint8Array): void {
    this.#frames++;
    const frame = value[0] === bmpVersion ? bareFrame(topic, value) : readOpenBmpFrame(value);
    if (typeof frame === 'string') {
      this.#live.refuse(topic, frame, this.#frames, value);
      return;
    }
    const collector = routeViewsCollector(topic);
    const source = collector ?? routerName(topic, frame);
    const session = this.#session(source, collector === undefined ? 0 : routeViewsAs);
    if (session === undefined) {
      this.#live.refuse(topic, 'sourceLimit', this.#frames, value);
      return;
    }
    const { start, end, second, microsecond } = frame;
    const received = second === 0 ? Math.floor(this.#options.now() / 1000) : second;
    // What a frame left behind that was not read to its end is no part of the next one.
    session.out.length = 0;
    const { replacedTimes } = session.counts;
    const at = session.take(value, start, end, received, microsecond);
    this.replacedTimes += session.counts.replacedTimes - replacedTimes;
    if (at < end) this.#live.refuse(source, 'messageLength', this.#frames, value.subarray(at, end));
    this.#onHeard(source);
    this.#live.take(source, session.out.bytes, 0, session.out.length);
    // A frame is whole by itself: what was lost in it is not lost in the next one.
    if (session.isLost) this.#sessions.delete(source);
  }

  #session(source: string, collectorAs: number): BmpSession | undefined {
    const known = this.#sessions.get(source);
    if (known !== undefined || this.#sessions.size === maxRouters) return known;
    const session = new BmpSession({
      collectorAs,
      onRefused: (reason, bytes, start, end) =>
        this.#live.refuse(source, reason, this.#frames, bytes.subarray(start, end)),
    });
    this.#sessions.set(source, session);
    return session;
  }
}

/** "amsix.ams" of "routeviews.amsix.ams.61955.bmp_raw": read from the right, since the name may have dots. */
export function routeViewsCollector(topic: string): string | undefined {
  return /^routeviews\.(.+)\.\d+\.bmp_raw$/.exec(topic)?.[1];
}

/** Topics of RIS as Kafka have BMP alone, and names such as rrc13.2854.bmp_raw. */
function bareFrame(topic: string, value: Uint8Array): OpenBmpFrame {
  const routerGroup = /^(.+)\.\d+\.bmp_raw$/.exec(topic)?.[1] ?? topic;
  return { second: 0, microsecond: 0, adminId: '', routerIp: '', routerGroup, start: 0, end: value.length };
}

/** The router by its group, or by the collector that it talks to, and its address. */
function routerName(topic: string, { routerGroup, adminId, routerIp }: OpenBmpFrame): string {
  const group = routerGroup || adminId || topic;
  return routerIp === '' ? group : `${group}@${routerIp}`;
}
