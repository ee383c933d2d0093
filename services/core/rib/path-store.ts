import type { StateReader, StateWriter } from '../state.ts';

/**
 * AS paths (RFC 4271 4.3 AS_PATH as words), each kept once, counted, and freed some time after its last reference.
 *
 * One arena of 32-bit words holds a record a path: references, length in words, a word for whoever numbers
 * paths (`number`), then the path. A path's id is half the offset of its record, so that one cache line answers all
 * questions about a usual path; every record has an even number of words. Freed records are used again for paths of the same capacity.
 */
const recordHeader = 3;
const firstRecord = 2;
/** Most records are longer than this. After the last one there is so much room, so that reading there is no fault. */
const usualWords = 7;
/** Up to this length a record has exactly the room for its path; a longer one has the next power of two. */
const exactCapacity = 64;
const classes = exactCapacity + 16;
const initialWords = 1 << 10;
/** An id has so many bits: the arena holds at most 512 MB, some 15 million paths. */
export const pathIdBits = 26;
const maxWords = 2 << pathIdBits;
const idMask = (1 << pathIdBits) - 1;
/** A smaller arena is never sparse. */
const leastWords = 1 << 16;
/** Fewer unused paths than this are not swept. */
const leastUnused = 1024;
/** Stands in a record's reference count while the record is free. */
const freeRecord = 0xffff_ffff;

export class PathStore {
  #arena = new Uint32Array(initialWords);
  /** The first unused word; 0 is no path's id. */
  #end = firstRecord;
  /** Words of live records, headers included. */
  #liveWords = 0;
  #count = 0;
  /** Of them, paths without a reference: freed by the next sweep, unless they are used again before. */
  #unused = 0;
  /** First free record of each capacity class; the next one is linked in its number word. */
  #free = new Uint32Array(classes);
  /** Open addressing, linear probing: an id, and above it some bits of the path's hash; 0 is empty. */
  #index = new Uint32Array(1 << 8);

  /** Distinct paths in use. */
  get count(): number {
    return this.#count - this.#unused;
  }

  /** Bytes of the arena that have been written to, and of the index. */
  get bytes(): number {
    return this.#end * 4 + this.#index.byteLength;
  }

  /**
   * The id of the path in `length` words from `start`, whose hashOfPath is `hash`. It has no reference by
   * that: the next sweep may free it.
   */
  intern(words: Uint32Array, start: number, length: number, hash: number): number {
    const mask = this.#index.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = this.#index[at];
      if (entry === 0) return this.#add(words, start, length, hash, at);
      // The bits of the hash save most looks at the arena, each of which is a cache miss.
      if ((entry ^ hash) >>> pathIdBits !== 0) continue;
      const id = entry & idMask;
      if (this.holds(id, words, start, length)) return id;
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

  /** Reads a path's record: of one that lies in two cache lines, both. */
  touch(id: number): number {
    return this.#arena[id * 2] ^ this.#arena[id * 2 + usualWords];
  }

  retain(id: number): void {
    if (this.#arena[id * 2]++ === 0) this.#unused--;
  }

  release(id: number): void {
    if (--this.#arena[id * 2] === 0) this.#unused++;
  }

  /**
   * Frees unused paths, once there are many: a route that flaps does not free and intern its path each time, and what
   * a sweep costs is spread over what it frees. To be called while nobody holds an id without a reference.
   */
  sweep(): void {
    if (this.#unused < leastUnused || this.#unused * 4 < this.#count) return;
    const arena = this.#arena;
    for (let at = firstRecord; at < this.#end; at += roomFor(arena[at + 1])) {
      if (arena[at] === 0) this.#remove(at);
    }
    this.#unused = 0;
    this.#reindex(indexSize(this.#count));
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
      const room = roomFor(from[at + 1]);
      next = at + room;
      if (from[at] === freeRecord) continue;
      to.set(from.subarray(at, next), end);
      from[at + 2] = end / 2;
      end += room;
    }
    rewrite((id) => from[id * 2 + 2]);
    this.#arena = to;
    this.#end = end;
    this.#free.fill(0);
    this.#reindex(indexSize(this.#count));
  }

  /** True where the path is the one in `length` words from `start`. */
  holds(id: number, words: Uint32Array, start: number, length: number): boolean {
    const arena = this.#arena;
    if (arena[id * 2 + 1] !== length) return false;
    // Paths of one peer begin alike: the origin's end tells them apart soonest.
    for (let i = length - 1, at = id * 2 + recordHeader; i >= 0; i--) {
      if (arena[at + i] !== words[start + i]) return false;
    }
    return true;
  }

  /** A hash of the path's words that does not depend on ids. */
  hash(id: number): number {
    return hashOfPath(this.#arena, id * 2 + recordHeader, this.#arena[id * 2 + 1]);
  }

  length(id: number): number {
    return this.#arena[id * 2 + 1];
  }

  /** Copies the path's words to `into` at `at`. */
  copy(id: number, into: Uint32Array, at: number): void {
    const start = id * 2 + recordHeader;
    const length = this.#arena[id * 2 + 1];
    for (let i = 0; i < length; i++) into[at + i] = this.#arena[start + i];
  }

  /** A word that belongs to whoever writes path dictionaries; says nothing until set. */
  number(id: number): number {
    return this.#arena[id * 2 + 2];
  }

  setNumber(id: number, number: number): void {
    this.#arena[id * 2 + 2] = number;
  }

  save(writer: StateWriter): void {
    writer.u32(this.#liveWords);
    writer.u32(this.#count);
    writer.u32(this.#unused);
    writer.array(this.#free);
    writer.array(this.#arena.subarray(0, this.#end));
  }

  load(reader: StateReader): void {
    this.#liveWords = reader.u32();
    this.#count = reader.u32();
    this.#unused = reader.u32();
    this.#free = reader.u32Array();
    const records = reader.u32Array();
    this.#end = records.length;
    this.#arena = new Uint32Array(this.#end + initialWords);
    this.#arena.set(records);
    this.#reindex(indexSize(this.#count));
  }

  #add(words: Uint32Array, start: number, length: number, hash: number, indexAt: number): number {
    const record = this.#allocate(length);
    const id = record / 2;
    const arena = this.#arena;
    arena[record] = 0;
    arena[record + 1] = length;
    arena[record + 2] = 0;
    for (let i = 0, at = record + recordHeader; i < length; i++) arena[at + i] = words[start + i];
    this.#index[indexAt] = indexEntry(id, hash);
    this.#count++;
    this.#unused++;
    if (indexSize(this.#count) > this.#index.length) this.#reindex(this.#index.length * 2);
    return id;
  }

  /** Room for a record; returns its offset. */
  #allocate(length: number): number {
    const room = roomFor(length);
    this.#liveWords += room;
    const kind = classFor(length);
    const freed = this.#free[kind];
    if (freed !== 0) {
      this.#free[kind] = this.#arena[freed + 2];
      return freed;
    }
    const record = this.#end;
    this.#end += room;
    if (this.#end > maxWords) throw new RangeError(`AS paths take more than ${maxWords} words`);
    if (this.#end + usualWords > this.#arena.length) {
      const larger = new Uint32Array(Math.max(this.#arena.length * 2, this.#end + usualWords));
      larger.set(this.#arena.subarray(0, record));
      this.#arena = larger;
    }
    return record;
  }

  #remove(record: number): void {
    const arena = this.#arena;
    const length = arena[record + 1];
    const kind = classFor(length);
    arena[record] = freeRecord;
    arena[record + 2] = this.#free[kind];
    this.#free[kind] = record;
    this.#liveWords -= roomFor(length);
    this.#count--;
  }

  #reindex(size: number): void {
    const arena = this.#arena;
    const index = new Uint32Array(size);
    const mask = size - 1;
    for (let record = firstRecord; record < this.#end; record += roomFor(arena[record + 1])) {
      if (arena[record] === freeRecord) continue;
      const id = record / 2;
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

/** Entries of the index for so many paths: at most three quarters are taken. */
function indexSize(count: number): number {
  let size = 1 << 8;
  while (count * 4 > size * 3) size *= 2;
  return size;
}

const capacityFor = (length: number): number =>
  length <= exactCapacity ? length : 1 << (32 - Math.clz32(length - 1));

/** Words of a record, an even number. */
const roomFor = (length: number): number => (recordHeader + capacityFor(length) + 1) & ~1;

const classFor = (length: number): number =>
  length <= exactCapacity ? length : exactCapacity + 26 - Math.clz32(length - 1);
