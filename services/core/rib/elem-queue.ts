import { type MrtCursor, maxPathWords } from '../mrt/visitor.ts';
import { hashOfPath } from './path-store.ts';

/** Bits of a run's kind. */
export const runWithdraws = 1;
export const runIsOfDump = 2;
export const runIsLate = 4;
export const runHasPathIds = 8;
/** Stands for the kind where no run is open. */
const none = -1;

const capacity = 512;

/**
 * Announced and withdrawn prefixes of one family that wait to be applied. A table look-up is mostly waiting for
 * memory; looked up one elem after the other, a processor waits each time, but a run of independent look-ups it
 * overlaps. So elems are queued, what they need is touched in runs, and then they are applied one by one.
 *
 * Elems of one UPDATE that are all announced, or all withdrawn, are a run: what they share is kept once.
 */
export class ElemQueue {
  /** Of each elem: the address (IPv4 only), the prefix's length, and the path identifier (0 without ADD-PATH). */
  readonly address = new Int32Array(capacity);
  readonly length = new Int32Array(capacity);
  readonly pathId = new Int32Array(capacity);
  /** Filled in by the route writer (of IPv6, when it is queued): the prefix's id, and where its slot is. */
  readonly prefix = new Int32Array(capacity);
  readonly slotAt = new Int32Array(capacity);
  count = 0;

  /** Of each run: packPlace of the change log with length 0, the bits above, which of the queue's paths, its first elem. */
  readonly runPlace = new Int32Array(capacity);
  readonly runKind = new Int32Array(capacity);
  readonly runPath = new Int32Array(capacity);
  readonly runStart = new Int32Array(capacity + 1);
  runCount = 0;
  /** Kind of the run that elems are added to. */
  openKind = none;

  readonly words = new Uint32Array(2 * maxPathWords);
  readonly pathStart = new Int32Array(capacity);
  readonly pathLength = new Int32Array(capacity);
  readonly pathHash = new Int32Array(capacity);
  /** Id of each path; 0 until it is looked up. */
  readonly interned = new Int32Array(capacity);
  pathCount = 0;
  #wordsEnd = 0;
  readonly #scratch = new Uint32Array(maxPathWords);

  /** True when there may be no room for another elem and its path. */
  get isFull(): boolean {
    return this.count === capacity || this.#wordsEnd > maxPathWords;
  }

  /** Another UPDATE's elems follow. */
  closeRun(): void {
    this.openKind = none;
  }

  /** Opens a run; of announcements, with the path at the cursor. */
  openRun(cursor: MrtCursor, place: number, kind: number): void {
    const run = this.runCount++;
    this.runPlace[run] = place;
    this.runKind[run] = kind;
    this.runPath[run] = (kind & runWithdraws) === 0 ? this.#addPath(cursor) : 0;
    this.runStart[run] = this.count;
    this.openKind = kind;
  }

  add(address: number, length: number, pathId: number, prefix: number): void {
    const at = this.count++;
    this.address[at] = address;
    this.length[at] = length;
    this.pathId[at] = pathId;
    this.prefix[at] = prefix;
  }

  clear(): void {
    this.count = 0;
    this.runCount = 0;
    this.openKind = none;
    this.pathCount = 0;
    this.#wordsEnd = 0;
  }

  #addPath(cursor: MrtCursor): number {
    const scratch = this.#scratch;
    const length = cursor.readPath(scratch);
    const number = this.pathCount++;
    const start = this.#wordsEnd;
    for (let i = 0; i < length; i++) this.words[start + i] = scratch[i];
    this.#wordsEnd = start + length;
    this.pathStart[number] = start;
    this.pathLength[number] = length;
    this.pathHash[number] = hashOfPath(scratch, 0, length);
    this.interned[number] = 0;
    return number;
  }
}
