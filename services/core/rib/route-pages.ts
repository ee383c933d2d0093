import type { StateReader, StateWriter } from '../state.ts';

/**
 * What a slot says of one prefix at one peer, in one signed word:
 * 0: the peer has never named it (unknown);
 * 1: unknown again, after it was named;
 * 2: absent, the peer never announced it;
 * at least 2^30: absent, with 30 bits of the hash of its last path;
 * negative: present, ~slot is the path's id.
 */
export const slotUnknown = 0;
export const slotUnknownAgain = 1;
export const slotAbsent = 2;
export const slotAbsentAfter = (pathHash: number): number => (pathHash & 0x3fff_ffff) | 0x4000_0000;

/** Slots of a page: 2^pageBits. */
export const pageBits = 8;
export const pageSlots = 1 << pageBits;
/** Words of one window's bits of a page; two windows lie side by side, in one cache line. */
const windowWords = pageSlots / 32;
export const announcedWords = 2 * windowWords;
const initialPages = 16;
/** Fewer pages than this are never sparse. */
const leastPages = 256;

/**
 * Pages of slots of all peers, in one array, so that a peer that names few prefixes costs little and a million
 * routes cost no object. Beside each slot two bits: announced in an even, in an odd window of five minutes.
 * Page 0 is never written: it stands for the pages that a peer does not have.
 */
export class RoutePages {
  slots = new Int32Array(initialPages * pageSlots);
  /** For each page, bits of the even window and then of the odd one; what they are worth is told by `windows`. */
  announced = new Uint32Array(initialPages * announcedWords);
  /** The window in which a page was last announced in; bits of windows before the one before it are stale. */
  windows = new Uint32Array(initialPages);
  /** Pages ever used, page 0 included. */
  #end = 1;
  /** Free pages; the next one is linked in a page's first slot. */
  #free = 0;
  #freeCount = 0;

  get bytes(): number {
    return this.#end * (pageSlots * 4 + announcedWords * 4 + 4);
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
    if (page === this.windows.length) this.#resize(page * 2);
    return page;
  }

  free(page: number): void {
    const at = page << pageBits;
    this.slots.fill(slotUnknown, at, at + pageSlots);
    this.windows[page] = 0;
    this.slots[at] = this.#free;
    this.#free = page;
    this.#freeCount++;
  }

  /** Reads a slot, and what tells whether it was announced. */
  touch(at: number): number {
    const page = at >>> pageBits;
    return this.slots[at] ^ this.announced[page * announcedWords] ^ this.windows[page];
  }

  /** True when most pages are free: then compact gives them back. */
  get isSparse(): boolean {
    return this.#end > leastPages && this.#freeCount * 4 > this.#end * 3;
  }

  /** Moves the pages together. Their numbers change: `rewrite` has to pass every page in use to `move` once. */
  compact(rewrite: (move: (page: number) => number) => void): void {
    const { slots, announced, windows } = this;
    const pages = Math.max(initialPages, (this.#end - this.#freeCount) * 2);
    this.slots = new Int32Array(pages * pageSlots);
    this.announced = new Uint32Array(pages * announcedWords);
    this.windows = new Uint32Array(pages);
    this.#end = 1;
    this.#free = 0;
    this.#freeCount = 0;
    rewrite((page) => {
      const to = this.#end++;
      this.slots.set(slots.subarray(page * pageSlots, (page + 1) * pageSlots), to * pageSlots);
      this.announced.set(
        announced.subarray(page * announcedWords, (page + 1) * announcedWords),
        to * announcedWords,
      );
      this.windows[to] = windows[page];
      return to;
    });
  }

  movePaths(moved: (id: number) => number): void {
    const { slots } = this;
    const end = this.#end * pageSlots;
    for (let at = 0; at < end; at++) if (slots[at] < 0) slots[at] = ~moved(~slots[at]);
  }

  /** Makes the bits of a page those of this window (empty) and the one before. */
  enterWindow(page: number, window: number): void {
    const { announced } = this;
    const start = page * announcedWords;
    const now = start + (window & 1) * windowWords;
    for (let i = now; i < now + windowWords; i++) announced[i] = 0;
    if (this.windows[page] !== window - 1) {
      const before = start + (1 - (window & 1)) * windowWords;
      for (let i = before; i < before + windowWords; i++) announced[i] = 0;
    }
    this.windows[page] = window;
  }

  save(writer: StateWriter): void {
    writer.u32(this.#end);
    writer.u32(this.#free);
    writer.u32(this.#freeCount);
    writer.array(this.slots.subarray(0, this.#end * pageSlots));
    writer.array(this.announced.subarray(0, this.#end * announcedWords));
    writer.array(this.windows.subarray(0, this.#end));
  }

  load(reader: StateReader): void {
    this.#end = reader.u32();
    this.#free = reader.u32();
    this.#freeCount = reader.u32();
    this.slots = reader.i32Array();
    this.announced = reader.u32Array();
    this.windows = reader.u32Array();
  }

  #resize(pages: number): void {
    const slots = new Int32Array(pages * pageSlots);
    slots.set(this.slots);
    this.slots = slots;
    const announced = new Uint32Array(pages * announcedWords);
    announced.set(this.announced);
    this.announced = announced;
    const windows = new Uint32Array(pages);
    windows.set(this.windows);
    this.windows = windows;
  }
}
