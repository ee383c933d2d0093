import { setTimeout } from 'node:timers/promises';
import { type EventMinute, firstSecondOf } from '#core/event-time.ts';

/** The clock is looked at so often: a machine that slept is soon up to date. */
const lookMilliseconds = 1000;

/** Feeds what lies in the future when its time has come: a minute once it is over. What is past is fed at once. */
export class Pace {
  readonly #now: () => number;
  readonly #stopped = new AbortController();

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined where the minute is over. */
  until(minute: EventMinute): Promise<void> | undefined {
    return this.#isOver(minute) ? undefined : this.#wait(minute);
  }

  /** Nobody waits any more. */
  stop(): void {
    this.#stopped.abort();
  }

  async #wait(minute: EventMinute): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted && !this.#isOver(minute))
      await setTimeout(lookMilliseconds, undefined, { signal }).catch(() => undefined);
  }

  #isOver(minute: EventMinute): boolean {
    return this.#now() >= 1000 * firstSecondOf(minute + 1);
  }
}
