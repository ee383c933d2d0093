import { writePathWords } from '../bgp/as-path.ts';
import { readIpv4Nlri } from '../bgp/nlri.ts';
import { type MrtCursor, maxPathWords } from '../mrt/visitor.ts';
import { hashOfPath } from './path-store.ts';

/** Bits of a run's kind. */
export const runWithdraws = 1;
export const runIsOfDump = 2;
export const runIsLate = 4;
export const runHasPathIds = 8;
/** Stands for the kind where no run is open. */
const none = -1;

/** So many elems are applied together. */
const batchElems = 512;
/** NLRI of so many octets are queued at once. Only an extended message has more (RFC 4271 4.1, RFC 8654). */
export const maxNlriBytes = 4096;
const capacity = batchElems + maxNlriBytes;

/** Each has an elem or more. */
const maxRuns = batchElems;

/**
 * Announced and withdrawn prefixes of one family that wait to be applied. A table look-up is mostly waiting for
 * memory; looked up one elem after the other, a processor waits each time, but a run of independent look-ups it
 * overlaps. So elems are queued, what they need is touched in runs, and then they are applied one by one.
 *
 * Elems of one UPDATE that are all announced, or all withdrawn, are a run: what they share is kept once.
 */
export class ElemQueue {
  /** Of each elem: the address (IPv4 only), the prefix's length, and in runs with path identifiers that. */
  readonly address = new Int32Array(capacity);
  readonly length = new Int32Array(capacity);
  readonly pathId = new Int32Array(capacity);
  /** Filled in by the route writer (of IPv6, when it is queued): the prefix's id, and where its slot is. */
  readonly prefix = new Int32Array(capacity);
  readonly slotAt = new Int32Array(capacity);
  count = 0;

  /** Of each run: packPlace of the change log with length 0, the bits above, which of the queue's paths, its first elem. */
  readonly runPlace = new Int32Array(maxRuns);
  readonly runKind = new Int32Array(maxRuns);
  readonly runPath = new Int32Array(maxRuns);
  readonly runStart = new Int32Array(maxRuns + 1);
  runCount = 0;
  /** Kind of the run that elems are added to. */
  openKind = none;

  readonly words = new Uint32Array(2 * maxPathWords);
  readonly pathStart = new Int32Array(maxRuns);
  readonly pathLength = new Int32Array(maxRuns);
  readonly pathHash = new Int32Array(maxRuns);
  /** Id of each path, filled in by the route writer. */
  readonly interned = new Int32Array(maxRuns);
  pathCount = 0;
  #wordsEnd = 0;
  readonly #scratch = new Uint32Array(maxPathWords);

  /** True when it is time to apply what is queued: there may be no room for another run and its path. */
  get isFull(): boolean {
    return this.count >= batchElems || this.#wordsEnd > maxPathWords;
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

  /** Adds IPv4 prefixes without path identifiers; see readIpv4Nlri. */
  addNlri(view: DataView, start: number, end: number): void {
    this.count = readIpv4Nlri(view, start, end, this.address, this.length, this.count);
  }

  clear(): void {
    this.count = 0;
    this.runCount = 0;
    this.openKind = none;
    this.pathCount = 0;
    this.#wordsEnd = 0;
  }

  #addPath(cursor: MrtCursor): number {
    const { words } = this;
    const number = this.pathCount++;
    const start = this.#wordsEnd;
    const { pathStart } = cursor;
    let end = start;
    if (pathStart >= 0) {
      end = writePathWords(cursor.bytes, pathStart, cursor.pathEnd, cursor.asnBytes, words, start);
    } else {
      const scratch = this.#scratch;
      const length = cursor.readPath(scratch);
      for (let i = 0; i < length; i++) words[end++] = scratch[i];
    }
    this.#wordsEnd = end;
    this.pathStart[number] = start;
    this.pathLength[number] = end - start;
    this.pathHash[number] = hashOfPath(words, start, end - start);
    return number;
  }
}
