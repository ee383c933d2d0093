import { type MrtCursor, maxPathWords } from '../mrt/visitor.ts';
import { hashOfPath } from './path-store.ts';

/** Bits of an elem's kind. */
export const elemWithdraws = 1;
export const elemIsOfDump = 2;
export const elemIsIpv6 = 4;
export const elemIsLate = 8;
export const elemHasPathId = 16;

/** Words of an elem, and what is in which: packPlace of the change log; the bits above; the address (IPv4); and so on. */
export const elemWords = 8;
export const elemPlace = 0;
export const elemKind = 1;
export const elemAddress = 2;
export const elemPathId = 3;
/** Which of the queue's paths. */
export const elemPath = 4;
/** Filled in by the route writer (of IPv6, when it is queued): the prefix's id, and where its slot is. */
export const elemPrefix = 5;
export const elemSlot = 6;

const capacity = 512;

/**
 * Announced and withdrawn prefixes that wait to be applied. A table look-up is mostly waiting for memory; looked
 * up one elem after the other, a processor waits each time, but a run of independent look-ups it overlaps. So elems
 * are queued, what they need is touched in runs, and then they are applied one by one.
 */
export class ElemQueue {
  readonly elems = new Int32Array(capacity * elemWords);
  /** Words of `elems` in use. */
  end = 0;
  readonly words = new Uint32Array(2 * maxPathWords);
  readonly pathStart = new Int32Array(capacity);
  readonly pathLength = new Int32Array(capacity);
  readonly pathHash = new Int32Array(capacity);
  /** Id of each path; 0 until it is looked up. */
  readonly pathId = new Int32Array(capacity);
  pathCount = 0;
  #wordsEnd = 0;
  readonly #scratch = new Uint32Array(maxPathWords);

  /** True when there may be no room for another elem and its path. */
  get isFull(): boolean {
    return this.end === this.elems.length || this.#wordsEnd > maxPathWords;
  }

  /** Adds the path at the cursor and returns its number. */
  addPath(cursor: MrtCursor): number {
    const scratch = this.#scratch;
    const length = cursor.readPath(scratch);
    const number = this.pathCount++;
    const start = this.#wordsEnd;
    for (let i = 0; i < length; i++) this.words[start + i] = scratch[i];
    this.#wordsEnd = start + length;
    this.pathStart[number] = start;
    this.pathLength[number] = length;
    this.pathHash[number] = hashOfPath(scratch, 0, length);
    this.pathId[number] = 0;
    return number;
  }

  add(place: number, kind: number, address: number, pathId: number, path: number, prefix: number): void {
    const { elems, end } = this;
    elems[end + elemPlace] = place;
    elems[end + elemKind] = kind;
    elems[end + elemAddress] = address;
    elems[end + elemPathId] = pathId;
    elems[end + elemPath] = path;
    elems[end + elemPrefix] = prefix;
    this.end = end + elemWords;
  }

  clear(): void {
    this.end = 0;
    this.pathCount = 0;
    this.#wordsEnd = 0;
  }
}
