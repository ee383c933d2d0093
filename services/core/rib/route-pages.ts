import type { StateReader, StateWriter } from '../state.ts';
import { type PathStore, pathIdBits } from './path-store.ts';

/**
 * What a slot says of one prefix at one peer, in one word:
 * 0: the peer has never named it (unknown);
 * 1: unknown again, after it was named;
 * 2: absent, the peer never announced it;
 * bit 23 and not bit 31: absent, with 23 bits of the hash of its last path;
 * bit 31, so negative: present, with the path's id in bits 0 to 23.
 * Bits 24 to 30 are a stamp: the window in which the prefix was last announced, by its remainder; 0 is none. What
 * was not announced has none, so that unknown slots and 2 are what they seem.
 */
export const slotUnknown = 0;
export const slotUnknownAgain = 1;
export const slotAbsent = 2;
const pathMask = (1 << pathIdBits) - 1;
const presentBit = 1 << 31;
const stampMask = ~(presentBit | pathMask);
const hashBit = 1 << (pathIdBits - 1);

export const slotAbsentAfter = (pathHash: number): number => (pathHash & (hashBit - 1)) | hashBit;
export const slotPresent = (path: number): number => path | presentBit;
/** The path's id of a slot that is present. */
export const pathOf = (slot: number): number => slot & pathMask;
export const stampOf = (slot: number): number => slot & stampMask;
export const withoutStamp = (slot: number): number => slot & ~stampMask;

/** The stamp of a window: the same again after so many windows. */
const stamps = 127;
export const stampOfWindow = (window: number): number => (1 + (window % stamps)) << pathIdBits;
/** When so many windows have gone, a table's old stamps are taken away: none is ever taken for a later window's. */
export const stampLifeWindows = stamps - 3;

/** Slots of a page: 2^pageBits. */
export const pageBits = 8;
export const pageSlots = 1 << pageBits;
const initialPages = 16;
/** Fewer pages than this are never sparse. */
const leastPages = 256;

/**
 * Pages of slots of all peers, in one array, so that a peer that names few prefixes costs little and a million
 * routes cost no object.
 * Page 0 is never written: it stands for the pages that a peer does not have.
 */
export class RoutePages {
  slots = new Int32Array(initialPages * pageSlots);
  /** Pages ever used, page 0 included. */
  #end = 1;
  /** Free pages; the next one is linked in a page's first slot. */
  #free = 0;
  #freeCount = 0;

  get bytes(): number {
    return this.#end * pageSlots * 4;
  }

  /** A page of unknown slots. */
  allocate(): number {
    const freed = this.#free;
    if (freed !== 0) {
      this.#free = this.slots[freed << pageBits];
      this.#freeCount--;
      this.slots[freed << pageBits] = slotUnknown;
      return freed;
    }
    const page = this.#end++;
    if (page << pageBits === this.slots.length) this.#resize(page * 2);
    return page;
  }

  free(page: number): void {
    const at = page << pageBits;
    this.slots.fill(slotUnknown, at, at + pageSlots);
    this.slots[at] = this.#free;
    this.#free = page;
    this.#freeCount++;
  }

  /** True when most pages are free: then compact gives them back. */
  get isSparse(): boolean {
    return this.#end > leastPages && this.#freeCount * 4 > this.#end * 3;
  }

  /** Moves the pages together. Their numbers change: `rewrite` has to pass every page in use to `move` once. */
  compact(rewrite: (move: (page: number) => number) => void): void {
    const { slots } = this;
    const pages = Math.max(initialPages, (this.#end - this.#freeCount) * 2);
    this.slots = new Int32Array(pages * pageSlots);
    this.#end = 1;
    this.#free = 0;
    this.#freeCount = 0;
    rewrite((page) => {
      const to = this.#end++;
      this.slots.set(slots.subarray(page * pageSlots, (page + 1) * pageSlots), to * pageSlots);
      return to;
    });
  }

  movePaths(moved: (id: number) => number): void {
    const { slots } = this;
    const end = this.#end * pageSlots;
    for (let at = 0; at < end; at++) {
      const slot = slots[at];
      if (slot < 0) slots[at] = slotPresent(moved(pathOf(slot))) | stampOf(slot);
    }
  }

  markPaths(paths: PathStore): void {
    const { slots } = this;
    const end = this.#end * pageSlots;
    for (let at = 0; at < end; at++) {
      if (slots[at] < 0) paths.mark(pathOf(slots[at]));
    }
  }

  /** Takes the stamps of a page away, except those of one window. */
  clearStamps(page: number, kept: number): void {
    const { slots } = this;
    const end = (page + 1) << pageBits;
    for (let at = page << pageBits; at < end; at++) {
      const slot = slots[at];
      // -1 where the stamp is the one that is kept: no branch, of which half would be foretold wrongly.
      const keeps = ((stampOf(slot) ^ kept) - 1) >> 31;
      slots[at] = slot & (keeps | ~stampMask);
    }
  }

  save(writer: StateWriter): void {
    writer.u32(this.#end);
    writer.u32(this.#free);
    writer.u32(this.#freeCount);
    writer.array(this.slots.subarray(0, this.#end * pageSlots));
  }

  load(reader: StateReader): void {
    this.#end = reader.u32();
    this.#free = reader.u32();
    this.#freeCount = reader.u32();
    this.slots = reader.i32Array();
  }

  #resize(pages: number): void {
    const slots = new Int32Array(pages * pageSlots);
    slots.set(this.slots);
    this.slots = slots;
  }
}
