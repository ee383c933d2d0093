/**
 * Sets of peers as bits: peer p is bit p % 32 of word floor(p / 32). Several sets lie
 * back to back in one array, so each is given as (array, index of its first word).
 */
export const wordsFor = (peers: number): number => (peers + 31) >>> 5;

export const hasPeer = (words: Uint32Array, at: number, peer: number): boolean =>
  ((words[at + (peer >>> 5)] >>> (peer & 31)) & 1) === 1;

export function addPeer(words: Uint32Array, at: number, peer: number): void {
  words[at + (peer >>> 5)] |= 1 << (peer & 31);
}

/** Bits set in one word (Hacker's Delight 5-1). */
export function popCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Peers of the set that are also in `mask`. */
export function countCommon(words: Uint32Array, at: number, mask: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    const word = words[at + i] & mask[i];
    if (word !== 0) count += popCount(word);
  }
  return count;
}

export const sameBits = (a: Uint32Array, b: Uint32Array): boolean =>
  a.length === b.length && a.every((word, i) => word === b[i]);
