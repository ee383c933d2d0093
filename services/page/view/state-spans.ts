import type { EventSecond } from '#core/event-time.ts';

export interface StateSpan<State extends string> {
  readonly state: State;
  readonly fromSecond: EventSecond;
  /** Exclusive; infinite while it lasts. */
  readonly toSecond: EventSecond;
}

const changesMax = 2048;

/** When something was in which state. Before what was told of it, it is taken to be as `usual`. */
export class StateSpans<State extends string> {
  readonly #usual: State;
  readonly #seconds: EventSecond[] = [];
  readonly #states: State[] = [];

  constructor(usual: State) {
    this.#usual = usual;
  }

  /** How many changes are kept. */
  get length(): number {
    return this.#seconds.length;
  }

  get state(): State {
    return this.#states.at(-1) ?? this.#usual;
  }

  /** Told in the order of time. */
  change(state: State, second: EventSecond): void {
    if (state === this.state) return;
    this.#seconds.push(Math.max(second, this.#seconds.at(-1) ?? 0));
    this.#states.push(state);
    if (this.#seconds.length <= changesMax) return;
    this.#seconds.splice(0, changesMax / 4);
    this.#states.splice(0, changesMax / 4);
  }

  /** The spans in [from, to) in which it was not as usual, oldest first. */
  spans(from: EventSecond, to: EventSecond): StateSpan<State>[] {
    const spans: StateSpan<State>[] = [];
    for (const [i, fromSecond] of this.#seconds.entries()) {
      const toSecond = this.#seconds[i + 1] ?? Number.POSITIVE_INFINITY;
      if (this.#states[i] !== this.#usual && toSecond > from && fromSecond < to)
        spans.push({ state: this.#states[i]!, fromSecond, toSecond });
    }
    return spans;
  }
}
