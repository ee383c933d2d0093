import { firstPath, routeAbsent, routeUnknown } from '../contract/route-changes.ts';
import type { PathStore } from './path-store.ts';
import { pathOf, slotAbsent } from './route-pages.ts';

const initialPaths = 1 << 8;
/** Room for more than this is given back after a minute that needed it. */
const keptPaths = 1 << 14;

/**
 * The paths of one block partition and minute, numbered in the order in which its changes name them.
 *
 * Places are counted through the whole minute, so that nothing has to be cleared between blocks: a path whose place lies before
 * the block's first has none in it yet.
 */
export class BlockPaths {
  readonly #paths: PathStore;
  /** Path ids by place; place 0 is none. */
  #ids = new Int32Array(initialPaths);
  /** Open addressing: path id (0: empty) and its place in the last block that named it, in turn. */
  #index = new Int32Array(initialPaths * 4);
  /** Of a hash, these bits on are the number of an entry. */
  #hashShift = 32 - Math.log2(initialPaths * 2);
  /** Paths in the index. */
  #count = 0;
  #first = 1;
  #next = 1;

  constructor(paths: PathStore) {
    this.#paths = paths;
  }

  beginMinute(): void {
    if (this.#ids.length > keptPaths && this.#next < this.#ids.length / 4) {
      this.#ids = new Int32Array(this.#ids.length / 2);
    }
    if (this.#index.length > keptPaths * 4 && this.#count < this.#index.length / 16) {
      this.#index = new Int32Array(this.#index.length / 2);
      this.#hashShift++;
    } else {
      this.#index.fill(0);
    }
    this.#count = 0;
    this.#next = 1;
  }

  beginBlock(): void {
    this.#first = this.#next;
  }

  /** Turns slots into what the block's columns tell of them. */
  translate(before: Uint32Array, after: Uint32Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      before[at] = this.#route(before[at] | 0);
      after[at] = this.#route(after[at] | 0);
    }
  }

  /** The block's paths: their words, and where each ends. */
  take(): { pathWords: Uint32Array; pathEnds: Uint32Array } {
    const ids = this.#ids;
    const first = this.#first;
    const pathEnds = new Uint32Array(this.#next - first);
    // Lengths are read in a run of which no look-up waits for the one before.
    let end = 0;
    for (let i = 0; i < pathEnds.length; i++) {
      end += this.#paths.length(ids[first + i]);
      pathEnds[i] = end;
    }
    const pathWords = new Uint32Array(end);
    for (let i = 0, at = 0; i < pathEnds.length; i++) at = this.#paths.copy(ids[first + i], pathWords, at);
    return { pathWords, pathEnds };
  }

  #route(slot: number): number {
    if (slot >= 0) return slot >= slotAbsent ? routeAbsent : routeUnknown;
    const id = pathOf(slot);
    const index = this.#index;
    const mask = index.length - 2;
    for (let at = (hashOf(id) >>> this.#hashShift) << 1; ; at = (at + 2) & mask) {
      const known = index[at];
      if (known === id) {
        let place = index[at + 1];
        if (place < this.#first) {
          place = this.#add(id);
          index[at + 1] = place;
        }
        return place - this.#first + firstPath;
      }
      if (known === 0) {
        const place = this.#add(id);
        index[at] = id;
        index[at + 1] = place;
        if (++this.#count * 4 > index.length) this.#enlargeIndex();
        return place - this.#first + firstPath;
      }
    }
  }

  /** The next place, given to this path. */
  #add(id: number): number {
    const place = this.#next++;
    if (place === this.#ids.length) {
      const ids = new Int32Array(place * 2);
      ids.set(this.#ids);
      this.#ids = ids;
    }
    this.#ids[place] = id;
    return place;
  }

  #enlargeIndex(): void {
    const old = this.#index;
    const index = new Int32Array(old.length * 2);
    const mask = index.length - 2;
    this.#hashShift--;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from] === 0) continue;
      let at = (hashOf(old[from]) >>> this.#hashShift) << 1;
      while (index[at] !== 0) at = (at + 2) & mask;
      index[at] = old[from];
      index[at + 1] = old[from + 1];
    }
    this.#index = index;
  }
}

/** Its highest bits are good. */
const hashOf = (id: number): number => Math.imul(id, 0x9e3779b1);
