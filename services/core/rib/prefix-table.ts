import type { StateReader, StateWriter } from '../state.ts';

/**
 * Prefixes of one family, each with a dense id from 0. Open addressing with linear probing; what
 * was once named keeps its id.
 */
export interface PrefixTable {
  /** Ids are below this. */
  readonly end: number;
  /** Words of an address: 1 or 4. */
  readonly addressWords: 1 | 4;
  /** Prefix length in bits. */
  length(id: number): number;
  firstWord(id: number): number;
  /** Order by address, then length. */
  compare(a: number, b: number): number;
  /** Copies the address's words to `into` at `at`. */
  copyAddress(id: number, into: Int32Array, at: number): void;
  save(writer: StateWriter): void;
  load(reader: StateReader): void;
}

const initialPrefixes = 1 << 8;
/** A packed index entry is (id + 1) * 64 + prefix length. */
export const maxPrefixes = 2 ** 26 - 1;

export class Ipv4PrefixTable implements PrefixTable {
  readonly addressWords = 1;
  #address = new Uint32Array(initialPrefixes);
  #length = new Uint8Array(initialPrefixes);
  #end = 0;
  /** Two words an entry, so that a usual look-up touches one cache line: address, packed id and length (0: empty). */
  #index = new Int32Array(initialPrefixes * 4);
  /** Keeps the run that touches memory from being optimised away. */
  #touched = 0;

  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#end * 5 + this.#index.byteLength;
  }

  /** The id of a prefix, whose host bits are zero; a new one if there is none yet. */
  intern(address: number, length: number): number {
    return this.#internFrom(hashOf(address, length) & (this.#index.length - 2), address | 0, length);
  }

  /**
   * Interns the first `count` prefixes; their ids go into `ids`, addresses are signed words. Where each would be
   * looked for is read before, in a run: the processor waits for many of these reads at once.
   */
  internAll(addresses: Int32Array, lengths: Int32Array, ids: Int32Array, count: number): void {
    const index = this.#index;
    const mask = index.length - 2;
    let touched = 0;
    for (let i = 0; i < count; i++) {
      const at = hashOf(addresses[i], lengths[i]) & mask;
      ids[i] = at;
      touched ^= index[at];
    }
    this.#touched ^= touched;
    for (let i = 0; i < count; i++) {
      const isEnlarged = this.#index !== index;
      ids[i] = isEnlarged
        ? this.intern(addresses[i], lengths[i])
        : this.#internFrom(ids[i], addresses[i], lengths[i]);
    }
  }

  length(id: number): number {
    return this.#length[id];
  }

  firstWord(id: number): number {
    return this.#address[id];
  }

  compare(a: number, b: number): number {
    return this.#address[a] - this.#address[b] || this.#length[a] - this.#length[b];
  }

  copyAddress(id: number, into: Int32Array, at: number): void {
    into[at] = this.#address[id];
  }

  save(writer: StateWriter): void {
    writer.array(this.#address.subarray(0, this.#end));
    writer.array(this.#length.subarray(0, this.#end));
  }

  load(reader: StateReader): void {
    this.#address = reader.u32Array();
    this.#length = reader.u8Array();
    this.#end = this.#address.length;
    let entries = initialPrefixes * 2;
    while (this.#end * 3 > entries * 2) entries *= 2;
    this.#reindex(entries);
  }

  #internFrom(start: number, address: number, length: number): number {
    const index = this.#index;
    const mask = index.length - 2;
    for (let at = start; ; at = (at + 2) & mask) {
      const entry = index[at + 1];
      if (index[at] === address && (entry & 63) === length && entry !== 0) return (entry >>> 6) - 1;
      if (entry === 0) return this.#add(address, length, at);
    }
  }

  #add(address: number, length: number, indexAt: number): number {
    const id = this.#end;
    if (id === maxPrefixes) throw new RangeError(`more than ${maxPrefixes} prefixes`);
    if (id === this.#address.length) {
      this.#address = enlarged(this.#address, initialPrefixes, Uint32Array);
      this.#length = enlarged(this.#length, initialPrefixes, Uint8Array);
    }
    this.#address[id] = address;
    this.#length[id] = length;
    this.#index[indexAt] = address;
    this.#index[indexAt + 1] = (id + 1) * 64 + length;
    this.#end++;
    if (this.#end * 3 > this.#index.length) this.#reindex(this.#index.length);
    return id;
  }

  #reindex(entries: number): void {
    const index = new Int32Array(entries * 2);
    const mask = index.length - 2;
    for (let id = 0; id < this.#end; id++) {
      let at = hashOf(this.#address[id], this.#length[id]) & mask;
      while (index[at + 1] !== 0) at = (at + 2) & mask;
      index[at] = this.#address[id];
      index[at + 1] = (id + 1) * 64 + this.#length[id];
    }
    this.#index = index;
  }
}

export class Ipv6PrefixTable implements PrefixTable {
  readonly addressWords = 4;
  /** Four words a prefix. */
  #address = new Uint32Array(initialPrefixes * 4);
  #length = new Uint8Array(initialPrefixes);
  #end = 0;
  /** Id + 1; 0 is empty. */
  #index = new Uint32Array(initialPrefixes * 2);

  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#end * 17 + this.#index.byteLength;
  }

  intern(w0: number, w1: number, w2: number, w3: number, length: number): number {
    const mask = this.#index.length - 1;
    const address = this.#address;
    for (let at = hashOfIpv6(w0, w1, w2, w3, length) & mask; ; at = (at + 1) & mask) {
      const id = this.#index[at] - 1;
      if (id === -1) return this.#add(w0, w1, w2, w3, length, at);
      const a = id * 4;
      if (
        address[a] === w0 &&
        address[a + 1] === w1 &&
        address[a + 2] === w2 &&
        address[a + 3] === w3 &&
        this.#length[id] === length
      ) {
        return id;
      }
    }
  }

  length(id: number): number {
    return this.#length[id];
  }

  firstWord(id: number): number {
    return this.#address[id * 4];
  }

  compare(a: number, b: number): number {
    for (let word = 0; word < 4; word++) {
      const difference = this.#address[a * 4 + word] - this.#address[b * 4 + word];
      if (difference !== 0) return difference;
    }
    return this.#length[a] - this.#length[b];
  }

  copyAddress(id: number, into: Int32Array, at: number): void {
    for (let word = 0; word < 4; word++) into[at + word] = this.#address[id * 4 + word];
  }

  save(writer: StateWriter): void {
    writer.array(this.#address.subarray(0, this.#end * 4));
    writer.array(this.#length.subarray(0, this.#end));
  }

  load(reader: StateReader): void {
    this.#address = reader.u32Array();
    this.#length = reader.u8Array();
    this.#end = this.#length.length;
    let entries = initialPrefixes * 2;
    while (this.#end * 3 > entries * 2) entries *= 2;
    this.#reindex(entries);
  }

  #add(w0: number, w1: number, w2: number, w3: number, length: number, indexAt: number): number {
    const id = this.#end;
    if (id === maxPrefixes) throw new RangeError(`more than ${maxPrefixes} prefixes`);
    if (id === this.#length.length) {
      this.#address = enlarged(this.#address, initialPrefixes * 4, Uint32Array);
      this.#length = enlarged(this.#length, initialPrefixes, Uint8Array);
    }
    this.#address[id * 4] = w0;
    this.#address[id * 4 + 1] = w1;
    this.#address[id * 4 + 2] = w2;
    this.#address[id * 4 + 3] = w3;
    this.#length[id] = length;
    this.#index[indexAt] = id + 1;
    this.#end++;
    if (this.#end * 3 > this.#index.length * 2) this.#reindex(this.#index.length * 2);
    return id;
  }

  #reindex(entries: number): void {
    const index = new Uint32Array(entries);
    const mask = entries - 1;
    const address = this.#address;
    for (let id = 0; id < this.#end; id++) {
      const a = id * 4;
      const hash = hashOfIpv6(address[a], address[a + 1], address[a + 2], address[a + 3], this.#length[id]);
      let at = hash & mask;
      while (index[at] !== 0) at = (at + 1) & mask;
      index[at] = id + 1;
    }
    this.#index = index;
  }
}

/** Even, so that it is the place of an entry of two words. */
function hashOf(address: number, length: number): number {
  let hash = Math.imul(address ^ Math.imul(length, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) << 1;
}

function hashOfIpv6(w0: number, w1: number, w2: number, w3: number, length: number): number {
  let hash = Math.imul(w0 ^ length, 0x9e3779b1);
  hash = Math.imul((hash ^ (hash >>> 15)) + w1, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 13)) + w2, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 16)) + w3, 0x27d4eb2f);
  return hash ^ (hash >>> 15);
}

/** Twice as long; a table that was loaded empty starts with its first size. */
function enlarged<T extends Uint32Array | Uint8Array>(
  array: T,
  initial: number,
  type: new (length: number) => T,
): T {
  const larger = new type(Math.max(initial, array.length * 2));
  larger.set(array);
  return larger;
}
