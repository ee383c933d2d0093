import { setTimeout } from 'node:timers/promises';
import type { EventMinute } from '#core/event-time.ts';
import { MadeFeed, type MadeFeedOptions } from './made-feed.ts';
import { lastScoredMinute, type World } from './world.ts';

const firstMinute = 23_654_000;
const patienceMs = 60_000;
const pollMs = 25;

/** A feed whose tables came in so many minutes and are scored, and the minute after them. */
export async function fedTables(
  { transport }: World,
  options: MadeFeedOptions,
  tableMinutes: number,
): Promise<{ feed: MadeFeed; scored: ScoredMinutes; nextMinute: EventMinute }> {
  const feed = new MadeFeed(options, await transport.openProducer());
  const scored = new ScoredMinutes(() => lastScoredMinute(transport));
  await feed.open(firstMinute);
  for (let part = 0; part < tableMinutes; part++) {
    await feed.table(firstMinute + part, part, tableMinutes);
    await scored.tick(feed, firstMinute + part);
  }
  const nextMinute = firstMinute + tableMinutes;
  await scored.until(nextMinute - 1);
  return { feed, scored, nextMinute };
}

/** When each minute was ticked, and when it was in as.scores. */
export class ScoredMinutes {
  readonly #last: () => Promise<EventMinute>;
  readonly #ticked = new Map<EventMinute, number>();
  readonly #scored = new Map<EventMinute, number>();
  readonly #watching: Promise<void>;
  #latest: EventMinute = 0;
  #ended = false;

  constructor(last: () => Promise<EventMinute>) {
    this.#last = last;
    this.#watching = this.#watch();
  }

  async tick(feed: MadeFeed, minute: EventMinute): Promise<void> {
    this.#ticked.set(minute, performance.now());
    await feed.tick(minute);
  }

  /** Waits until the minute is in as.scores. */
  async until(minute: EventMinute): Promise<void> {
    const end = performance.now() + patienceMs;
    while (this.#latest < minute) {
      if (performance.now() > end) throw new Error(`minute ${minute} was not scored; ${this.#latest} was`);
      await setTimeout(pollMs);
    }
  }

  /** When the minute's tick was about to be sent, in milliseconds. */
  tickedAt(minute: EventMinute): number {
    return this.#ticked.get(minute)!;
  }

  /** When the minute was seen in as.scores, in milliseconds. */
  at(minute: EventMinute): number {
    return this.#scored.get(minute)!;
  }

  /** Seconds from tick to score: the longest of the minutes from this one on. */
  longestSince(first: EventMinute): number {
    const all = [...this.#scored].filter(([minute]) => minute >= first && this.#ticked.has(minute));
    return Math.max(...all.map(([minute, at]) => at - this.#ticked.get(minute)!)) / 1000;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#watching;
  }

  async #watch(): Promise<void> {
    for (; !this.#ended; await setTimeout(pollMs)) {
      const minute = await this.#last();
      const now = performance.now();
      for (let next = Math.max(this.#latest + 1, minute - 1000); next <= minute; next++)
        this.#scored.set(next, now);
      this.#latest = Math.max(this.#latest, minute);
    }
  }
}
