import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { AddPathRoutes } from './add-path-routes.ts';
import {
  pageBits,
  pageSlots,
  type RoutePages,
  slotAbsent,
  slotUnknown,
  stampLifeWindows,
  stampOf,
  stampOfWindow,
} from './route-pages.ts';

export type DumpRole = 'none' | 'fill' | 'compare' | 'lost';
const dumpRoles: readonly DumpRole[] = ['none', 'fill', 'compare', 'lost'];

/** A table that has had no route for so long is packed. */
const idleMinutes = 60;
const packedWords = (pageSlots * 2) / 32;

/** Announcements are remembered by windows of so many seconds: this one and the one before. */
export const windowSeconds = 300;

/**
 * One peer's Adj-RIB-In (RFC 4271 3.2) of one family: a slot for each prefix id (route-pages.ts says what it
 * holds), in pages that are there only where the peer named something.
 */
export class AdjRibIn {
  readonly #pages: RoutePages;
  /** Page of each run of pageSlots prefix ids; 0 where there is none. */
  #table = new Int32Array(0);
  /** Routes held. */
  routes = 0;
  /** Prefixes named since the session began, and the most in any session: after a loss counting starts again. */
  #namedNow = 0;
  #namedBefore = 0;
  /** True once the whole table is known from a dump, until the session is lost. */
  complete = false;
  /** The window of now: event second / windowSeconds; its stamp, and the one of the window before. */
  #window = 0;
  #stamp = 0;
  #stampBefore = 0;
  /** The window in which old stamps were last taken away: those left are of the window before it, or newer. */
  #clearedWindow = 0;
  /** Distinct prefixes announced in this window; in this one or the one before. */
  #announcedNow = 0;
  #announced = 0;
  /** Of them, those that were there already. */
  #reannouncedNow = 0;
  #reannounced = 0;
  /** A bit for each prefix id named since marking began; undefined while nothing is marked. */
  #marks: Uint32Array | undefined;
  /** Two bits for each prefix id in a page that was packed: 0, or slotUnknownAgain, or slotAbsent. */
  #packed: Uint32Array | undefined;
  /** The minute from which on the table has been without a route; 0 if it has one. */
  #emptySinceMinute: EventMinute = 0;
  /** Several routes a prefix; undefined for a peer without ADD-PATH. */
  addPath: AddPathRoutes | undefined;
  /** What a dump under way does with this table: nothing yet, fill it, compare it, or nothing any more (session lost). */
  dumpRole: DumpRole = 'none';
  /** The minute in which a table transfer was seen; 0 while there is none. */
  transferMinute: EventMinute = 0;

  constructor(pages: RoutePages) {
    this.#pages = pages;
  }

  get named(): number {
    return Math.max(this.#namedBefore, this.#namedNow);
  }

  /** Distinct prefixes announced during the last 5 to 10 minutes, as of the last call of moveTo. */
  get refreshed(): number {
    return this.#announced;
  }

  /** Of the refreshed prefixes, those that were present when they were announced. */
  get reannounced(): number {
    return this.#reannounced;
  }

  /** Where the slot of a prefix is, for `RoutePages.slots`. */
  locate(prefix: number): number {
    const run = prefix >>> pageBits;
    let page = run < this.#table.length ? this.#table[run] : 0;
    if (page === 0) page = this.#addPage(run);
    return (page << pageBits) | (prefix & (pageSlots - 1));
  }

  /**
   * Looks, at the end of a minute, whether the table has been without a route for so long that it is packed:
   * what the last path of an absent route was is forgotten then, and its pages are given back.
   */
  packIfIdle(minute: EventMinute): void {
    if (this.routes > 0 || this.#table.length === 0) {
      this.#emptySinceMinute = 0;
    } else if (this.#emptySinceMinute === 0) {
      this.#emptySinceMinute = minute;
    } else if (minute >= this.#emptySinceMinute + idleMinutes && this.#announced === 0) {
      this.#pack();
    }
  }

  #pack(): void {
    const packed = new Uint32Array(this.#table.length * packedWords);
    if (this.#packed !== undefined) packed.set(this.#packed);
    for (let run = 0; run < this.#table.length; run++) {
      const page = this.#table[run];
      if (page === 0) continue;
      for (let i = 0; i < pageSlots; i++) {
        const slot = Math.min(this.#pages.slots[(page << pageBits) | i], slotAbsent);
        packed[run * packedWords + (i >>> 4)] |= slot << ((i & 15) * 2);
      }
      this.#pages.free(page);
      this.#table[run] = 0;
    }
    this.#packed = packed;
    this.#emptySinceMinute = 0;
  }

  #unpack(packed: Uint32Array, run: number, page: number): void {
    for (let i = 0; i < pageSlots; i++) {
      const word = packed[run * packedWords + (i >>> 4)];
      this.#pages.slots[(page << pageBits) | i] = (word >>> ((i & 15) * 2)) & 3;
    }
    packed.fill(0, run * packedWords, (run + 1) * packedWords);
  }

  /** Pages were moved. */
  movePages(move: (page: number) => number): void {
    for (let run = 0; run < this.#table.length; run++) {
      if (this.#table[run] !== 0) this.#table[run] = move(this.#table[run]);
    }
  }

  /** Counts what writing `after` over `before` means. Both are slots. */
  count(before: number, after: number): void {
    if (before === slotUnknown) this.#namedNow++;
    this.routes += (after >>> 31) - (before >>> 31);
  }

  /** The time is now in this window; it never goes back. */
  moveTo(window: number): void {
    if (window <= this.#window) return;
    const following = window === this.#window + 1;
    this.#enter(window);
    if (window - this.#clearedWindow >= stampLifeWindows)
      this.#clearStamps(following ? this.#stampBefore : 0);
    this.#announced = following ? this.#announcedNow : 0;
    this.#reannounced = following ? this.#reannouncedNow : 0;
    this.#announcedNow = 0;
    this.#reannouncedNow = 0;
  }

  #enter(window: number): void {
    this.#window = window;
    this.#stamp = stampOfWindow(window);
    this.#stampBefore = stampOfWindow(window - 1);
  }

  #clearStamps(kept: number): void {
    for (const page of this.#table) if (page !== 0) this.#pages.clearStamps(page, kept);
    this.#clearedWindow = this.#window;
  }

  /** Counts an announcement over this slot in the window of now; returns the stamp that the slot gets by it. */
  countAnnounced(slot: number): number {
    const stamp = stampOf(slot);
    if (stamp === this.#stamp) return stamp;
    const wasPresent = slot >>> 31;
    this.#announcedNow++;
    this.#reannouncedNow += wasPresent;
    if (stamp !== this.#stampBefore) {
      this.#announced++;
      this.#reannounced += wasPresent;
    }
    return this.#stamp;
  }

  /** Begins marking; with `announced`, what was announced in the last windows is marked already. */
  startMarking(announced: boolean): void {
    this.#marks = new Uint32Array(this.#table.length * (pageSlots / 32));
    if (!announced) return;
    this.#forEachSlot((prefix, at) => {
      const stamp = stampOf(this.#pages.slots[at]);
      if (stamp !== 0 && (stamp === this.#stamp || stamp === this.#stampBefore)) this.mark(prefix);
    });
  }

  mark(prefix: number): void {
    let marks = this.#marks;
    if (marks === undefined) return;
    if (prefix >>> 5 >= marks.length) {
      marks = new Uint32Array(Math.max(marks.length * 2, this.#table.length * (pageSlots / 32)));
      marks.set(this.#marks!);
      this.#marks = marks;
    }
    marks[prefix >>> 5] |= 1 << (prefix & 31);
  }

  /** Ends marking; ids of the prefixes of routes that were not marked, in no order that means anything. */
  stopMarking(): number[] {
    const marks = this.#marks;
    this.#marks = undefined;
    const missing: number[] = [];
    if (marks === undefined) return missing;
    this.#forEachRoute((prefix) => {
      if (((marks[prefix >>> 5] ?? 0) & (1 << (prefix & 31))) === 0) missing.push(prefix);
    });
    return missing;
  }

  /** A dump ended without being whole, or another begins. */
  cancelDump(): void {
    if (this.dumpRole === 'compare') this.#marks = undefined;
    this.dumpRole = 'none';
  }

  #forEachRoute(tell: (prefix: number, at: number) => void): void {
    this.#forEachSlot((prefix, at) => {
      if (this.#pages.slots[at] < 0) tell(prefix, at);
    });
  }

  #forEachSlot(tell: (prefix: number, at: number) => void): void {
    for (let run = 0; run < this.#table.length; run++) {
      const page = this.#table[run];
      if (page === 0) continue;
      const start = page << pageBits;
      for (let i = 0; i < pageSlots; i++) tell((run << pageBits) | i, start + i);
    }
  }

  /** All routes become unknown: the session is lost. */
  clear(): void {
    for (const page of this.#table) if (page !== 0) this.#pages.free(page);
    this.#table = new Int32Array(0);
    this.routes = 0;
    this.#namedBefore = this.named;
    this.#namedNow = 0;
    this.complete = false;
    this.#announced = 0;
    this.#announcedNow = 0;
    this.#reannounced = 0;
    this.#reannouncedNow = 0;
    this.#marks = undefined;
    this.addPath = undefined;
    this.transferMinute = 0;
    this.#packed = undefined;
    this.#emptySinceMinute = 0;
    if (this.dumpRole !== 'none') this.dumpRole = 'lost';
  }

  save(writer: StateWriter): void {
    writer.array(this.#table);
    writer.u32(this.routes);
    writer.u32(this.#namedNow);
    writer.u32(this.#namedBefore);
    writer.u8(this.complete ? 1 : 0);
    writer.u32(this.#window);
    writer.u32(this.#clearedWindow);
    writer.u32(this.#announcedNow);
    writer.u32(this.#announced);
    writer.u32(this.#reannouncedNow);
    writer.u32(this.#reannounced);
    writer.u32(this.transferMinute);
    writer.u8(dumpRoles.indexOf(this.dumpRole));
    writer.u32(this.#emptySinceMinute);
    writer.array(this.#packed ?? new Uint32Array(0));
    writer.u8((this.#marks === undefined ? 0 : 1) | (this.addPath === undefined ? 0 : 2));
    if (this.#marks !== undefined) writer.array(this.#marks);
    this.addPath?.save(writer);
  }

  load(reader: StateReader): void {
    this.#table = reader.i32Array();
    this.routes = reader.u32();
    this.#namedNow = reader.u32();
    this.#namedBefore = reader.u32();
    this.complete = reader.u8() === 1;
    this.#enter(reader.u32());
    this.#clearedWindow = reader.u32();
    this.#announcedNow = reader.u32();
    this.#announced = reader.u32();
    this.#reannouncedNow = reader.u32();
    this.#reannounced = reader.u32();
    this.transferMinute = reader.u32();
    this.dumpRole = dumpRoles[reader.u8()];
    this.#emptySinceMinute = reader.u32();
    const packed = reader.u32Array();
    this.#packed = packed.length > 0 ? packed : undefined;
    const has = reader.u8();
    if ((has & 1) !== 0) this.#marks = reader.u32Array();
    if ((has & 2) === 0) return;
    this.addPath = new AddPathRoutes();
    this.addPath.load(reader);
  }

  #addPage(run: number): number {
    if (run >= this.#table.length) {
      const larger = new Int32Array(Math.max(run + 1, this.#table.length * 2, 4));
      larger.set(this.#table);
      this.#table = larger;
    }
    const page = this.#pages.allocate();
    if (this.#packed !== undefined && run * packedWords < this.#packed.length) {
      this.#unpack(this.#packed, run, page);
    }
    this.#table[run] = page;
    return page;
  }
}
