import { AsHistory } from './as-history.ts';

/** The histories of all ASes that something happened to, bounded in ASes and in points. */
export class AsTable {
  readonly #asesMax: number;
  readonly #pointsMax: number;
  /** The one that changed longest ago comes first. */
  readonly #histories = new Map<number, AsHistory>();
  #points = 0;

  constructor(limits: { readonly asesMax: number; readonly pointsMax: number }) {
    this.#asesMax = limits.asesMax;
    this.#pointsMax = limits.pointsMax;
  }

  get size(): number {
    return this.#histories.size;
  }

  get(originAs: number): AsHistory | undefined {
    return this.#histories.get(originAs);
  }

  all(): IterableIterator<AsHistory> {
    return this.#histories.values();
  }

  /** The history of an AS, to be changed by `change`. `isNeeded` says which are forgotten last. */
  update(
    originAs: number,
    change: (history: AsHistory) => void,
    isNeeded: (originAs: number) => boolean,
  ): void {
    const history = this.#histories.get(originAs) ?? new AsHistory(originAs);
    const before = history.points;
    change(history);
    this.#points += history.points - before;
    this.#histories.delete(originAs);
    this.#histories.set(originAs, history);
    while (this.#isFull() && this.#histories.size > 1) this.#forgetOne(isNeeded);
  }

  #isFull(): boolean {
    return this.#histories.size > this.#asesMax || this.#points > this.#pointsMax;
  }

  #forgetOne(isNeeded: (originAs: number) => boolean): void {
    // Those needed move to the end; should all be needed, the oldest of them goes.
    for (let tries = this.#histories.size; tries > 0; tries--) {
      const [originAs, history] = this.#histories.entries().next().value!;
      this.#histories.delete(originAs);
      if (tries === 1 || !isNeeded(originAs)) {
        this.#points -= history.points;
        return;
      }
      this.#histories.set(originAs, history);
    }
  }
}
