import { setTimeout } from 'node:timers/promises';
import type { EventMinute } from '#core/event-time.ts';
import { envelopeOf } from '#runtime/read-back.ts';
import { routeChanges } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

const pollMs = 25;

/** When each route-tracker's task had written each minute into the first partition of route.changes. */
export class ToldMinutes {
  readonly #transport: Transport;
  /** By "route-tracker/1": by minute, in milliseconds. */
  readonly #told = new Map<string, Map<EventMinute, number>>();
  readonly #watching: Promise<void>;
  #ended = false;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#watching = this.#watch();
    this.#watching.catch(() => undefined);
  }

  /** Undefined where it is not there. */
  at(task: string, minute: EventMinute): number | undefined {
    return this.#told.get(task)?.get(minute);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { topic } = routeChanges;
    let { high: next } = await this.#transport.offsets(topic, 0);
    for (; !this.#ended; await setTimeout(pollMs)) {
      const { high } = await this.#transport.offsets(topic, 0);
      for await (const record of this.#transport.scan(topic, 0, next, high)) {
        const { producer, eventMinute } = envelopeOf(record)!;
        const minutes = this.#told.get(producer) ?? new Map<EventMinute, number>();
        this.#told.set(producer, minutes);
        // Of a value in parts the last one counts.
        minutes.set(eventMinute, performance.now());
      }
      next = high;
    }
  }
}
