import { findHolding, maskWord } from './holding-prefix.ts';
import type { PrefixRecords } from './prefix-records.ts';
import { noPrefix } from './prefix-table.ts';

/**
 * Less specific prefixes, and the prefixes that are down, by the first 8 bits (IPv6: 16) of
 * their addresses: whatever covers a prefix shares these with it.
 */
export class Covers {
  readonly #records: PrefixRecords;
  readonly #words: 1 | 4;
  readonly #down = new Map<number, Set<number>>();

  constructor(records: PrefixRecords) {
    this.#records = records;
    this.#words = records.family === 'ipv4' ? 1 : 4;
  }

  /** Whether any less specific prefix of this one is visible. */
  isCovered(id: number, isVisible: (cover: number) => boolean): boolean {
    const { addresses, lengths } = this.#records.table;
    return findHolding(this.#records, addresses, id * this.#words, lengths[id] - 1, isVisible) !== noPrefix;
  }

  addDown(id: number): void {
    const block = this.#records.block(id);
    const ids = this.#down.get(block);
    if (ids === undefined) this.#down.set(block, new Set([id]));
    else ids.add(id);
  }

  removeDown(id: number): void {
    const block = this.#records.block(id);
    const ids = this.#down.get(block);
    if (ids?.delete(id) && ids.size === 0) this.#down.delete(block);
  }

  /** The prefixes that are down inside any of these, each once. */
  downInsideAny(covers: readonly number[]): Set<number> {
    const found = new Set<number>();
    for (const cover of covers) for (const id of this.#downInside(cover)) found.add(id);
    return found;
  }

  *#downInside(cover: number): Iterable<number> {
    const length = this.#records.table.lengths[cover];
    for (const id of this.#down.get(this.#records.block(cover)) ?? []) {
      if (this.#records.table.lengths[id] > length && this.#sameBits(id, cover, length)) yield id;
    }
  }

  #sameBits(a: number, b: number, length: number): boolean {
    const { addresses } = this.#records.table;
    for (let i = 0; i < this.#words; i++) {
      const difference = addresses[a * this.#words + i] ^ addresses[b * this.#words + i];
      if (maskWord(difference >>> 0, length - 32 * i) !== 0) return false;
    }
    return true;
  }
}
