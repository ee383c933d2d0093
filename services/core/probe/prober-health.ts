/** Of the replies that a prober expects from other ASes, the least it must get to be believed. */
const healthyShare = 0.5;
/** With fewer expected from other ASes it cannot be told. */
const fewestExpected = 2;

export type Health = 'healthy' | 'failing' | 'unknown';

interface Expectation {
  expected: number;
  replies: number;
}

/**
 * What one prober expected of its targets in one minute (the sum of their response rates), and what it got. Where nothing replies to
 * it, its own uplink is gone, and no target is blamed.
 */
export class ProberMinute {
  readonly #all: Expectation = { expected: 0, replies: 0 };
  readonly #byAs = new Map<number, Expectation>();

  add(originAs: number, responseRate: number, replied: boolean): void {
    let own = this.#byAs.get(originAs);
    if (own === undefined) {
      own = { expected: 0, replies: 0 };
      this.#byAs.set(originAs, own);
    }
    for (const one of [own, this.#all]) {
      one.expected += responseRate;
      if (replied) one.replies++;
    }
  }

  /** Whether the prober is to be believed when this AS does not reply to it: by what it got in the same minute from all others. */
  towards(originAs: number): Health {
    const own = this.#byAs.get(originAs) ?? { expected: 0, replies: 0 };
    const expected = this.#all.expected - own.expected;
    if (expected < fewestExpected) return 'unknown';
    return this.#all.replies - own.replies >= healthyShare * expected ? 'healthy' : 'failing';
  }
}
