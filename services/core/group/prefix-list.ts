import { parsePrefix } from '../address-text.ts';
import type { Family } from '../prefix.ts';

/** A prefix as its bits, "110010..." after a letter for the family: one covers another whose bits begin with its own. */
export function bitsOf(prefix: string): string | undefined {
  const parsed = parsePrefix(prefix);
  if (parsed === undefined) return undefined;
  const bits = parsed.words.map((word) => word.toString(2).padStart(32, '0')).join('');
  return (parsed.family === 'ipv4' ? '4' : '6') + bits.slice(0, parsed.length);
}

/** Address space in /24 (IPv4) or /48 (IPv6); what is smaller weighs as one. */
export const blocksOf = (bits: string): number =>
  2 ** Math.max(0, (bits[0] === '4' ? 24 : 48) - (bits.length - 1));

/** Prefixes none of which lies in another one, and how much of them others cover. */
export class PrefixList {
  /** Sorted: what one covers follows where it would stand. */
  readonly #all: readonly string[];
  readonly #known: ReadonlySet<string>;

  constructor(prefixes: readonly string[]) {
    this.#all = prefixes.map((prefix) => bitsOf(prefix)!).sort();
    this.#known = new Set(this.#all);
  }

  blocks(family: Family): number {
    const letter = family === 'ipv4' ? '4' : '6';
    return this.#all.filter((bits) => bits.startsWith(letter)).reduce((sum, bits) => sum + blocksOf(bits), 0);
  }

  /** How much of it lies in a prefix: all of the listed ones inside it, or its own size inside a listed one. */
  blocksIn(bits: string): number {
    if (liesIn(this.#known, bits)) return blocksOf(bits);
    let sum = 0;
    for (let i = this.#indexOf(bits); this.#all[i]?.startsWith(bits); i++) sum += blocksOf(this.#all[i]!);
    return sum;
  }

  /** The first that is not before it. */
  #indexOf(bits: string): number {
    let [first, last] = [0, this.#all.length];
    while (first < last) {
      const middle = (first + last) >> 1;
      if (this.#all[middle]! < bits) first = middle + 1;
      else last = middle;
    }
    return first;
  }
}

/** True where it is one of the prefixes, or lies in one. */
export function liesIn(prefixes: ReadonlySet<string>, bits: string): boolean {
  for (let length = bits.length; length > 1; length--) if (prefixes.has(bits.slice(0, length))) return true;
  return false;
}

/** Those that lie in no other one of them. */
export function outermost(bits: readonly string[]): string[] {
  const kept: string[] = [];
  for (const one of [...new Set(bits)].sort())
    if (kept.length === 0 || !one.startsWith(kept.at(-1)!)) kept.push(one);
  return kept;
}
