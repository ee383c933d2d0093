import type { EventSecond } from '#core/event-time.ts';

/** Partial: peers have it again, but too few to say that it is back; or a less specific prefix covers it. */
export type PrefixState = 'visible' | 'partial' | 'gone';

export interface StateSpan {
  readonly state: PrefixState;
  readonly fromSecond: EventSecond;
  /** Exclusive; infinite while it lasts. */
  readonly toSecond: EventSecond;
}

const changesMax = 2048;

/** When one prefix was gone or only partly there. Between what was told of it, and before, it counts as visible. */
export class PrefixStates {
  readonly #seconds: EventSecond[] = [];
  readonly #states: PrefixState[] = [];

  get state(): PrefixState {
    return this.#states.at(-1) ?? 'visible';
  }

  /** Told in the order of time. */
  change(state: PrefixState, second: EventSecond): void {
    if (state === this.state) return;
    this.#seconds.push(Math.max(second, this.#seconds.at(-1) ?? 0));
    this.#states.push(state);
    if (this.#seconds.length <= changesMax) return;
    this.#seconds.splice(0, changesMax / 4);
    this.#states.splice(0, changesMax / 4);
  }

  /** The spans in [from, to) in which it was not visible, oldest first. */
  spans(from: EventSecond, to: EventSecond): StateSpan[] {
    const spans: StateSpan[] = [];
    for (const [i, fromSecond] of this.#seconds.entries()) {
      const toSecond = this.#seconds[i + 1] ?? Number.POSITIVE_INFINITY;
      if (this.#states[i] !== 'visible' && toSecond > from && fromSecond < to)
        spans.push({ state: this.#states[i]!, fromSecond, toSecond });
    }
    return spans;
  }
}
