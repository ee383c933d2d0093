import { shortestPrefix } from '../block.ts';
import type { PrefixRecords } from './prefix-records.ts';
import { noPrefix } from './prefix-table.ts';

const masked = new Uint32Array(4);

/** Id of the longest of the prefixes that hold the address at `at`, of at most this length, that is right; noPrefix where none is. */
export function findHolding(
  { table, family }: PrefixRecords,
  addresses: Uint32Array,
  at: number,
  longest: number,
  isRight: (id: number) => boolean,
): number {
  for (let length = longest; length >= shortestPrefix[family]; length--) {
    if (!table.usesLength(length)) continue;
    for (let i = 0; i < table.addressWords; i++) masked[i] = maskWord(addresses[at + i], length - 32 * i);
    const id = table.find(masked, 0, length);
    if (id !== noPrefix && isRight(id)) return id;
  }
  return noPrefix;
}

/** The first `bits` bits of a word; all of it from 32 on, none of it below 1. */
export function maskWord(word: number, bits: number): number {
  if (bits >= 32) return word;
  return bits <= 0 ? 0 : (word & (-1 << (32 - bits))) >>> 0;
}
