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
const pageWords = pageSlots / 32;

/**
 * Pages of slots of all peers, in one array, so that a peer that names few prefixes costs little and a million
 * routes cost no object. Beside each slot two bits: announced in an even, in an odd window of five minutes.
 * Page 0 is never written: it stands for the pages that a peer does not have.
 */
export class RoutePages {
  slots = new Int32Array(pageSlots * 16);
  announcedEven = new Uint32Array(pageWords * 16);
  announcedOdd = new Uint32Array(pageWords * 16);
  /** Pages ever used, page 0 included. */
  #end = 1;
  /** Free pages; the next one is linked in a page's first slot. */
  #free = 0;
  #freeCount = 0;

  get bytes(): number {
    return this.#end * (pageSlots * 4 + pageWords * 8);
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
    if (this.#end << pageBits > this.slots.length) this.#enlarge();
    return page;
  }

  free(page: number): void {
    const at = page << pageBits;
    this.slots.fill(slotUnknown, at, at + pageSlots);
    this.clearAnnounced(page, 0);
    this.clearAnnounced(page, 1);
    this.slots[at] = this.#free;
    this.#free = page;
    this.#freeCount++;
  }

  clearAnnounced(page: number, parity: number): void {
    const announced = parity === 0 ? this.announcedEven : this.announcedOdd;
    announced.fill(0, page * pageWords, (page + 1) * pageWords);
  }

  save(writer: StateWriter): void {
    writer.u32(this.#end);
    writer.u32(this.#free);
    writer.u32(this.#freeCount);
    writer.array(this.slots.subarray(0, this.#end << pageBits));
    writer.array(this.announcedEven.subarray(0, this.#end * pageWords));
    writer.array(this.announcedOdd.subarray(0, this.#end * pageWords));
  }

  load(reader: StateReader): void {
    this.#end = reader.u32();
    this.#free = reader.u32();
    this.#freeCount = reader.u32();
    this.slots = reader.i32Array();
    this.announcedEven = reader.u32Array();
    this.announcedOdd = reader.u32Array();
  }

  #enlarge(): void {
    const slots = new Int32Array(this.slots.length * 2);
    slots.set(this.slots);
    this.slots = slots;
    const even = new Uint32Array(slots.length / 32);
    even.set(this.announcedEven);
    this.announcedEven = even;
    const odd = new Uint32Array(slots.length / 32);
    odd.set(this.announcedOdd);
    this.announcedOdd = odd;
  }
}
