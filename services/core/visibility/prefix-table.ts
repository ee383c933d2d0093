import type { StateReader, StateWriter } from '../state.ts';

/** Some rows of a minute's columns: order[start] up to order[end], or start up to end where there is no order. */
export interface Rows {
  readonly order: Uint32Array | undefined;
  readonly start: number;
  readonly end: number;
}

/** No prefix: what a lookup gives for one that the table doesn't hold. */
export const noPrefix = -1;

const initialCapacity = 1024;
const initialEntries = 2 * initialCapacity;

/**
 * Prefixes of one family, each with a small number (its id: 0, 1, 2, ... in order of arrival). Open addressing with linear
 * probing, at most two thirds full. An entry of the index is two words, so that a usual lookup touches one cache line: the address
 * (IPv6: a hash of it), and (id + 1) * 256 + length; 0 is empty.
 */
export class PrefixTable {
  readonly addressWords: 1 | 4;
  #index = new Int32Array(2 * initialEntries);
  #count = 0;
  #capacity = initialCapacity;
  /** Address words by id, `addressWords` each. */
  addresses: Uint32Array;
  lengths = new Uint8Array(initialCapacity);
  /** Bit l % 32 of word floor(l / 32) is set once a prefix of length l is held. */
  readonly #usedLengths = new Uint32Array(5);

  constructor(addressWords: 1 | 4) {
    this.addressWords = addressWords;
    this.addresses = new Uint32Array(initialCapacity * addressWords);
  }

  get count(): number {
    return this.#count;
  }

  /** Ids below this need no larger arrays. */
  get capacity(): number {
    return this.#capacity;
  }

  usesLength(length: number): boolean {
    return ((this.#usedLengths[length >>> 5] >>> (length & 31)) & 1) === 1;
  }

  /** Id of the prefix whose address words start at `at`; noPrefix if it is not held. */
  find(words: Uint32Array, at: number, length: number): number {
    return (this.#index[this.#entryOf(words, at, length) + 1] >>> 8) - 1;
  }

  /** Ids of the prefixes of a run of rows, that of the first in ids[0]: the waits for memory of all of them overlap. */
  findRun(words: Uint32Array, lengths: Uint8Array, rows: Rows, ids: Int32Array): void {
    if (this.addressWords === 1) this.#findIpv4Run(words, lengths, rows, ids);
    else {
      const { order, start, end } = rows;
      for (let i = start; i < end; i++) {
        const row = order === undefined ? i : order[i];
        ids[i - start] = this.find(words, row * 4, lengths[row]);
      }
    }
  }

  /** The same, taking it in where it is new. */
  findOrAdd(words: Uint32Array, at: number, length: number): number {
    const entry = this.#entryOf(words, at, length);
    const packed = this.#index[entry + 1];
    return packed === 0 ? this.#add(entry, words, at, length) : (packed >>> 8) - 1;
  }

  /** Order of two prefixes by address, then by length. */
  compare(a: number, b: number): number {
    const words = this.addressWords;
    for (let i = 0; i < words; i++) {
      const difference = this.addresses[a * words + i] - this.addresses[b * words + i];
      if (difference !== 0) return difference;
    }
    return this.lengths[a] - this.lengths[b];
  }

  save(writer: StateWriter): void {
    writer.array(this.addresses.subarray(0, this.#count * this.addressWords));
    writer.array(this.lengths.subarray(0, this.#count));
  }

  load(reader: StateReader): void {
    const addresses = reader.u32Array();
    const lengths = reader.u8Array();
    for (let id = 0; id < lengths.length; id++) {
      this.findOrAdd(addresses, id * this.addressWords, lengths[id]);
    }
  }

  #add(entry: number, words: Uint32Array, at: number, length: number): number {
    if (this.#count === this.#capacity) this.#grow();
    const id = this.#count++;
    for (let i = 0; i < this.addressWords; i++) {
      this.addresses[id * this.addressWords + i] = words[at + i];
    }
    this.lengths[id] = length;
    this.#usedLengths[length >>> 5] |= 1 << (length & 31);
    this.#write(entry, id);
    if (this.#count * 3 > this.#index.length) this.#reindex();
    return id;
  }

  #write(entry: number, id: number): void {
    const at = id * this.addressWords;
    this.#index[entry] =
      this.addressWords === 1 ? this.addresses[at] : hashOf(this.addresses, at, this.lengths[id]);
    this.#index[entry + 1] = (id + 1) * 256 + this.lengths[id];
  }

  /** Place of the prefix in the index, or the empty place for it. */
  #entryOf(words: Uint32Array, at: number, length: number): number {
    return this.addressWords === 1
      ? this.#ipv4Entry(words[at] | 0, length)
      : this.#ipv6Entry(words, at, length);
  }

  #findIpv4Run(words: Uint32Array, lengths: Uint8Array, { order, start, end }: Rows, ids: Int32Array): void {
    const index = this.#index;
    const mask = index.length - 2;
    for (let i = start; i < end; i++) {
      const row = order === undefined ? i : order[i];
      const address = words[row] | 0;
      const length = lengths[row];
      let entry = (ipv4Hash(address, length) << 1) & mask;
      let packed = index[entry + 1];
      while (packed !== 0 && (index[entry] !== address || (packed & 255) !== length)) {
        entry = (entry + 2) & mask;
        packed = index[entry + 1];
      }
      ids[i - start] = (packed >>> 8) - 1;
    }
  }

  #ipv4Entry(address: number, length: number): number {
    const index = this.#index;
    const mask = index.length - 2;
    let entry = (ipv4Hash(address, length) << 1) & mask;
    for (;;) {
      const packed = index[entry + 1];
      if (packed === 0 || (index[entry] === address && (packed & 255) === length)) return entry;
      entry = (entry + 2) & mask;
    }
  }

  #ipv6Entry(words: Uint32Array, at: number, length: number): number {
    const index = this.#index;
    const mask = index.length - 2;
    const hash = hashOf(words, at, length);
    let entry = (hash << 1) & mask;
    for (;;) {
      const packed = index[entry + 1];
      if (packed === 0) return entry;
      if (index[entry] === hash && (packed & 255) === length && this.#isAt((packed >>> 8) - 1, words, at)) {
        return entry;
      }
      entry = (entry + 2) & mask;
    }
  }

  #isAt(id: number, words: Uint32Array, at: number): boolean {
    for (let i = 0; i < 4; i++) if (this.addresses[id * 4 + i] !== words[at + i]) return false;
    return true;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.addresses = grown(this.addresses, this.#capacity * this.addressWords);
    this.lengths = grown(this.lengths, this.#capacity);
  }

  #reindex(): void {
    this.#index = new Int32Array(2 * this.#index.length);
    for (let id = 0; id < this.#count; id++) {
      this.#write(this.#entryOf(this.addresses, id * this.addressWords, this.lengths[id]), id);
    }
  }
}

/** A copy of a typed array with room for more, zeros behind. */
export function grown<T extends Uint8Array | Uint16Array | Uint32Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}

/** Prefixes up to /24 that are close together share a cache line of the index: they often change together. */
function ipv4Hash(address: number, length: number): number {
  if (length > 24) return mix(address ^ Math.imul(length, 0x9e3779b1));
  return (mix(address >>> 11) & -8) | (((address >>> 8) ^ length) & 7);
}

function hashOf(words: Uint32Array, at: number, length: number): number {
  let hash = length;
  for (let i = 0; i < 4; i++) hash = mix(hash ^ words[at + i]);
  return hash;
}

/** Finaliser of MurmurHash3: every bit of the key reaches the low bits. */
function mix(key: number): number {
  let mixed = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
