import type { StateReader, StateWriter } from '../state.ts';

/**
 * AS paths (RFC 4271 4.3 AS_PATH as words), each kept once, counted, and freed some time after its last reference.
 *
 * One arena of 32-bit words holds a record a path: references, length in words, a word for whoever numbers
 * paths (`number`), then the path. A path's id is the offset of its record, so that one cache line answers all
 * questions about a usual path. Freed records are used again for paths of the same capacity.
 */
const recordHeader = 3;
/** Up to this length a record has exactly the room for its path; a longer one has the next power of two. */
const exactCapacity = 64;
const classes = exactCapacity + 16;
const initialWords = 1 << 10;
/** An id takes so many bits of an index entry: the arena holds at most 512 MB, some 15 million paths. */
const idBits = 27;
const maxWords = 1 << idBits;
const idMask = maxWords - 1;
/** A smaller arena is never sparse. */
const leastWords = 1 << 16;
/** Fewer unused paths than this are not swept. */
const leastUnused = 1024;
/** Stands in a record's reference count while the record is free. */
const freeRecord = 0xffff_ffff;

export class PathStore {
  #arena = new Uint32Array(initialWords);
  /** The first unused word; 0 is no path's id. */
  #end = 1;
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
      if ((entry ^ hash) >>> idBits !== 0) continue;
      const id = entry & idMask;
      if (this.holds(id, words, start, length)) return id;
    }
  }

  /** Reads where a path with this hash would be looked for. */
  touch(hash: number): number {
    return this.#index[hash & (this.#index.length - 1)];
  }

  retain(id: number): void {
    if (this.#arena[id]++ === 0) this.#unused--;
  }

  release(id: number): void {
    if (--this.#arena[id] === 0) this.#unused++;
  }

  /**
   * Frees unused paths, once there are many: a route that flaps does not free and intern its path each time, and what
   * a sweep costs is spread over what it frees. To be called while nobody holds an id without a reference.
   */
  sweep(): void {
    if (this.#unused < leastUnused || this.#unused * 4 < this.#count) return;
    const arena = this.#arena;
    for (let id = 1; id < this.#end; id += recordHeader + capacityFor(arena[id + 1])) {
      if (arena[id] === 0) this.#remove(id);
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
    let end = 1;
    for (let id = 1, next = 0; id < this.#end; id = next) {
      const room = recordHeader + capacityFor(from[id + 1]);
      next = id + room;
      if (from[id] === freeRecord) continue;
      to.set(from.subarray(id, next), end);
      from[id + 2] = end;
      end += room;
    }
    rewrite((id) => from[id + 2]);
    this.#arena = to;
    this.#end = end;
    this.#free.fill(0);
    this.#reindex(indexSize(this.#count));
  }

  /** True where the path is the one in `length` words from `start`. */
  holds(id: number, words: Uint32Array, start: number, length: number): boolean {
    const arena = this.#arena;
    if (arena[id + 1] !== length) return false;
    // Paths of one peer begin alike: the origin's end tells them apart soonest.
    for (let i = length - 1, at = id + recordHeader; i >= 0; i--) {
      if (arena[at + i] !== words[start + i]) return false;
    }
    return true;
  }

  /** A hash of the path's words that does not depend on ids. */
  hash(id: number): number {
    return hashOfPath(this.#arena, id + recordHeader, this.#arena[id + 1]);
  }

  length(id: number): number {
    return this.#arena[id + 1];
  }

  /** Copies the path's words to `into` at `at`. */
  copy(id: number, into: Uint32Array, at: number): void {
    const start = id + recordHeader;
    const length = this.#arena[id + 1];
    for (let i = 0; i < length; i++) into[at + i] = this.#arena[start + i];
  }

  /** A word that belongs to whoever writes path dictionaries; says nothing until set. */
  number(id: number): number {
    return this.#arena[id + 2];
  }

  setNumber(id: number, number: number): void {
    this.#arena[id + 2] = number;
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
    this.#arena = reader.u32Array();
    this.#end = this.#arena.length;
    this.#reindex(indexSize(this.#count));
  }

  #add(words: Uint32Array, start: number, length: number, hash: number, indexAt: number): number {
    const id = this.#allocate(length);
    const arena = this.#arena;
    arena[id] = 0;
    arena[id + 1] = length;
    arena[id + 2] = 0;
    for (let i = 0, at = id + recordHeader; i < length; i++) arena[at + i] = words[start + i];
    this.#index[indexAt] = indexEntry(id, hash);
    this.#count++;
    this.#unused++;
    if (indexSize(this.#count) > this.#index.length) this.#reindex(this.#index.length * 2);
    return id;
  }

  #allocate(length: number): number {
    const room = recordHeader + capacityFor(length);
    this.#liveWords += room;
    const kind = classFor(length);
    const freed = this.#free[kind];
    if (freed !== 0) {
      this.#free[kind] = this.#arena[freed + 2];
      return freed;
    }
    const id = this.#end;
    this.#end += room;
    if (this.#end > maxWords) throw new RangeError(`AS paths take more than ${maxWords} words`);
    if (this.#end > this.#arena.length) {
      const larger = new Uint32Array(Math.max(this.#arena.length * 2, this.#end));
      larger.set(this.#arena.subarray(0, id));
      this.#arena = larger;
    }
    return id;
  }

  #remove(id: number): void {
    const arena = this.#arena;
    const length = arena[id + 1];
    const kind = classFor(length);
    arena[id] = freeRecord;
    arena[id + 2] = this.#free[kind];
    this.#free[kind] = id;
    this.#liveWords -= recordHeader + capacityFor(length);
    this.#count--;
  }

  #reindex(size: number): void {
    const arena = this.#arena;
    const index = new Uint32Array(size);
    const mask = size - 1;
    for (let id = 1; id < this.#end; id += recordHeader + capacityFor(arena[id + 1])) {
      if (arena[id] === freeRecord) continue;
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

const classFor = (length: number): number =>
  length <= exactCapacity ? length : exactCapacity + 26 - Math.clz32(length - 1);
