/** How long to wait before trying again: doubled from try to try, and drawn, so that many clients don't come back at once. */
export class BackOff {
  readonly #firstMilliseconds: number;
  readonly #maxMilliseconds: number;
  readonly #random: () => number;
  #tries = 0;

  /** `random` draws from [0, 1). */
  constructor(firstMilliseconds: number, maxMilliseconds: number, random: () => number = Math.random) {
    this.#firstMilliseconds = firstMilliseconds;
    this.#maxMilliseconds = maxMilliseconds;
    this.#random = random;
  }

  get tries(): number {
    return this.#tries;
  }

  /** Milliseconds until the next try: between half and the whole of what is due. */
  next(): number {
    const due = Math.min(this.#maxMilliseconds, this.#firstMilliseconds * 2 ** Math.min(this.#tries, 30));
    this.#tries++;
    return due * (0.5 + 0.5 * this.#random());
  }

  /** It went well: the next failure is a first one. */
  reset(): void {
    this.#tries = 0;
  }
}
