import { originOfWords } from '../bgp/as-path.ts';
import type { StateReader, StateWriter } from '../state.ts';

/**
 * AS paths (RFC 4271 4.3 AS_PATH as words), each kept once. Nobody counts who holds one: when many may be unused, whoever
 * holds paths marks them, and the others are freed. A route that changes so never touches the record of the path it had.
 *
 * One arena of 32-bit words holds a record a path: a header (length in words, above it some bits of the path's
 * hash), then the path. Records begin where units of 8 words do: nearly all lie in one cache line. A path's id is
 * the number of its first unit. Freed records are used again for paths of as many units.
 */
const unitBits = 3;
const firstRecord = 1 << unitBits;
/** Up to so many units a record has exactly the room for its path; a longer one has the next power of two. */
const exactUnits = 16;
const classes = exactUnits + 16;
const initialWords = 1 << 10;
/** An id has so many bits: the arena holds at most 512 MB, some 15 million paths. */
export const pathIdBits = 24;
const maxWords = 2 ** (pathIdBits + unitBits);
/** From here on sweeps do not wait until the paths have doubled. */
const nearlyMaxWords = 0.75 * maxWords;
const idMask = (1 << pathIdBits) - 1;
/** A smaller arena is never sparse. */
const leastWords = 1 << 16;
/** So few paths are not looked at for unused ones. */
const leastPaths = 1024;
const lengthMask = 0xffff;
/** Length of a free record: no path has it. Then come the next free record of as many units, and the units. */
const freeLength = 0xffff;

export class PathStore {
  #arena = new Uint32Array(initialWords);
  /** The first unused word; 0 is no path's id. */
  #end = firstRecord;
  /** Words of records that are not free. */
  #liveWords = 0;
  #count = 0;
  /** Paths, and routes that held them, after the last sweep. */
  #countSwept = 0;
  #routesSwept = 0;
  /** First free record of each class. */
  #free = new Uint32Array(classes);
  /** Open addressing, linear probing: an id, and above it some bits of the path's hash; 0 is empty. */
  #index = new Uint32Array(1 << 8);
  /** During a sweep, a bit for each id. */
  #marks = new Uint32Array(0);

  /** Distinct paths, with those that are unused and not yet swept. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the arena that have been written to, and of the index. */
  get bytes(): number {
    return this.#end * 4 + this.#index.byteLength;
  }

  /** The id of the path in `length` words from `start`, whose hashOfPath is `hash`. */
  intern(words: Uint32Array, start: number, length: number, hash: number): number {
    const index = this.#index;
    const mask = index.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = index[at];
      if (entry === 0) return this.#add(words, start, length, hash, at);
      // The bits of the hash save most looks at the arena, each of which is a cache miss.
      if ((entry ^ hash) >>> pathIdBits !== 0) continue;
      const id = entry & idMask;
      if (this.#holds(id, words, start, length, hash)) return id;
    }
  }

  /** Reads where a path with this hash would be looked for. */
  touchIndex(hash: number): number {
    return this.#index[hash & (this.#index.length - 1)];
  }

  /** Reads the record of the path that is probably found there. */
  touchFound(hash: number): number {
    return this.touch(this.touchIndex(hash) & idMask);
  }

  /** Reads a path's record. */
  touch(id: number): number {
    return this.#arena[id << unitBits];
  }

  /** True when many paths may be unused: as many have come as there were, or half of the routes have gone. */
  isSweepDue(routes: number): boolean {
    if (this.#count < leastPaths) return false;
    if (this.#routesSwept > 0 && routes * 2 <= this.#routesSwept) return true;
    const growth = this.#end > nearlyMaxWords ? 1.1 : 2;
    return this.#count >= growth * this.#countSwept;
  }

  /** Frees the paths that `markAll` does not mark; `routes` is how many routes there are. */
  sweep(routes: number, markAll: () => void): void {
    this.#marks = new Uint32Array((this.#end >>> (unitBits + 5)) + 1);
    markAll();
    const arena = this.#arena;
    const marks = this.#marks;
    for (let at = firstRecord, next = 0; at < this.#end; at = next) {
      next = at + this.#roomAt(at);
      if ((arena[at] & lengthMask) === freeLength) continue;
      const id = at >>> unitBits;
      if ((marks[id >>> 5] & (1 << (id & 31))) === 0) this.#remove(at);
    }
    this.#marks = new Uint32Array(0);
    this.#countSwept = this.#count;
    this.#routesSwept = routes;
    this.#reindex(indexSize(this.#count));
  }

  /** While sweeping: this path is held. */
  mark(id: number): void {
    this.#marks[id >>> 5] |= 1 << (id & 31);
  }

  /** True when most of the arena is free: then compact gives it back. */
  get isSparse(): boolean {
    return this.#end > leastWords && this.#liveWords * 4 < this.#end;
  }

  /** Moves the paths together. Their ids change: `rewrite` has to pass every id that is kept anywhere to `moved`. */
  compact(rewrite: (moved: (id: number) => number) => void): void {
    const from = this.#arena;
    const to = new Uint32Array(Math.max(initialWords, this.#liveWords * 2));
    let end = firstRecord;
    for (let at = firstRecord, next = 0; at < this.#end; at = next) {
      next = at + this.#roomAt(at);
      if ((from[at] & lengthMask) === freeLength) continue;
      to.set(from.subarray(at, next), end);
      from[at] = end >>> unitBits;
      end += next - at;
    }
    rewrite((id) => from[id << unitBits]);
    this.#arena = to;
    this.#end = end;
    this.#free.fill(0);
    this.#reindex(indexSize(this.#count));
  }

  /** A hash of the path's words that does not depend on ids. */
  hash(id: number): number {
    const record = id << unitBits;
    return hashOfPath(this.#arena, record + 1, this.#arena[record] & lengthMask);
  }

  length(id: number): number {
    return this.#arena[id << unitBits] & lengthMask;
  }

  /** The last AS of a path's final AS_SEQUENCE; 0 where it ends otherwise. */
  origin(id: number): number {
    return originOfWords(this.#arena, this.length(id), (id << unitBits) + 1);
  }

  /** Copies the path's words to `into` at `at`, which has room for them; returns where they end. */
  copy(id: number, into: Uint32Array, at: number): number {
    const arena = this.#arena;
    const record = id << unitBits;
    const length = arena[record] & lengthMask;
    for (let i = 0; i < length; i++) into[at + i] = arena[record + 1 + i];
    return at + length;
  }

  save(writer: StateWriter): void {
    writer.u32(this.#liveWords);
    writer.u32(this.#count);
    writer.u32(this.#countSwept);
    writer.u32(this.#routesSwept);
    writer.array(this.#free);
    writer.array(this.#arena.subarray(0, this.#end));
  }

  load(reader: StateReader): void {
    this.#liveWords = reader.u32();
    this.#count = reader.u32();
    this.#countSwept = reader.u32();
    this.#routesSwept = reader.u32();
    this.#free = reader.u32Array();
    const records = reader.u32Array();
    this.#end = records.length;
    this.#arena = new Uint32Array(this.#end + initialWords);
    this.#arena.set(records);
    this.#reindex(indexSize(this.#count));
  }

  #holds(id: number, words: Uint32Array, start: number, length: number, hash: number): boolean {
    const arena = this.#arena;
    const record = id << unitBits;
    if (arena[record] !== headerOf(length, hash)) return false;
    for (let i = 0; i < length; i++) {
      if (arena[record + 1 + i] !== words[start + i]) return false;
    }
    return true;
  }

  #add(words: Uint32Array, start: number, length: number, hash: number, indexAt: number): number {
    const record = this.#allocate(unitsFor(length));
    const id = record >>> unitBits;
    const arena = this.#arena;
    arena[record] = headerOf(length, hash);
    for (let i = 0; i < length; i++) arena[record + 1 + i] = words[start + i];
    this.#index[indexAt] = indexEntry(id, hash);
    this.#count++;
    if (this.#count * 4 > this.#index.length * 3) this.#reindex(this.#index.length * 2);
    return id;
  }

  /** Room for a record of so many units; returns its offset. */
  #allocate(units: number): number {
    const room = units << unitBits;
    this.#liveWords += room;
    const kind = classFor(units);
    const freed = this.#free[kind];
    if (freed !== 0) {
      this.#free[kind] = this.#arena[freed + 1];
      return freed;
    }
    const record = this.#end;
    this.#end += room;
    if (this.#end > maxWords) throw new RangeError(`AS paths take more than ${maxWords} words`);
    if (this.#end > this.#arena.length) {
      const larger = new Uint32Array(Math.max(this.#arena.length * 2, this.#end));
      larger.set(this.#arena.subarray(0, record));
      this.#arena = larger;
    }
    return record;
  }

  #remove(record: number): void {
    const arena = this.#arena;
    const units = unitsFor(arena[record] & lengthMask);
    const kind = classFor(units);
    arena[record] = freeLength;
    arena[record + 1] = this.#free[kind];
    arena[record + 2] = units;
    this.#free[kind] = record;
    this.#liveWords -= units << unitBits;
    this.#count--;
  }

  /** Words of the record there, free or not. */
  #roomAt(record: number): number {
    const length = this.#arena[record] & lengthMask;
    return (length === freeLength ? this.#arena[record + 2] : unitsFor(length)) << unitBits;
  }

  #reindex(size: number): void {
    const arena = this.#arena;
    const index = new Uint32Array(size);
    const mask = size - 1;
    for (let record = firstRecord; record < this.#end; record += this.#roomAt(record)) {
      if ((arena[record] & lengthMask) === freeLength) continue;
      const id = record >>> unitBits;
      const hash = this.hash(id);
      let at = hash & mask;
      while (index[at] !== 0) at = (at + 1) & mask;
      index[at] = indexEntry(id, hash);
    }
    this.#index = index;
  }
}

/** A hash of a path's words; all its bits are good. */
export function hashOfPath(words: Uint32Array, start: number, length: number): number {
  let hash = length;
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ words[start + i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

const indexEntry = (id: number, hash: number): number => ((hash & ~idMask) | id) >>> 0;
/** Other bits of the hash than an index entry has. */
const headerOf = (length: number, hash: number): number => (((hash << 8) & ~lengthMask) | length) >>> 0;

/** Entries of the index for so many paths: at most three quarters are taken. */
function indexSize(count: number): number {
  let size = 1 << 8;
  while (count * 4 > size * 3) size *= 2;
  return size;
}

/** Units of a record: the header and `length` words. */
function unitsFor(length: number): number {
  const units = (length >>> unitBits) + 1;
  return units <= exactUnits ? units : 1 << (32 - Math.clz32(units - 1));
}

const classFor = (units: number): number =>
  units <= exactUnits ? units : exactUnits + 28 - Math.clz32(units - 1);
