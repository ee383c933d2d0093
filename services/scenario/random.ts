import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * Seeded draws. Each purpose has a stream of its own, named by its label: so one
 * part of a scenario can change without every other draw changing too.
 */
export class Random {
  readonly #generator: RandomGenerator;

  constructor(seed: number, label: string) {
    let hash = mix(seed >>> 0);
    for (let i = 0; i < label.length; i++) hash = mix(hash ^ label.charCodeAt(i));
    this.#generator = xoroshiro128plus(hash);
    // The first numbers of seeds next to each other are alike.
    for (let i = 0; i < 8; i++) this.#generator.next();
  }

  /** A whole number in [from, to]. */
  integer(from: number, to: number): number {
    return uniformInt(this.#generator, from, to);
  }

  /** A number in (0, 1). */
  unit(): number {
    return ((this.#generator.next() >>> 0) + 0.5) / 2 ** 32;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  exponential(mean: number): number {
    return -mean * Math.log(this.unit());
  }

  /** Lognormal with the given median; sigma is that of the logarithm. */
  lognormal(median: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(this.unit()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * this.unit()));
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)]!;
  }

  /** `count` different ones, in their order. */
  sample<T>(values: readonly T[], count: number): T[] {
    let wanted = count;
    return values.filter((_, index) => {
      const taken = this.unit() * (values.length - index) < wanted;
      if (taken) wanted--;
      return taken;
    });
  }
}

/** Finalizer of MurmurHash3: every bit of the value moves half of the bits of the result. */
export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
