import type { EventSecond } from '#core/event-time.ts';
import {
  headerBytes,
  maxRecordBytes,
  mrtType,
  recordEnd,
  recordSecond,
  recordSubtype,
  recordType,
} from '#core/mrt/record.ts';
import type { RefusalReason } from '#core/mrt/visitor.ts';
import { Door } from './door.ts';

/** Why bytes of a file were not used: the decoder's reasons, and those of the framing. */
export type ReadRefusal = RefusalReason | 'recordTruncated' | 'recordTime' | 'framing';

/** What of a file was not used: a record that does not decode, or bytes that are no record. */
export interface RefusedBytes {
  readonly reason: ReadRefusal;
  /** Offset of the first byte in the decompressed file, and how many there are. */
  readonly position: number;
  readonly length: number;
  /** The first of them. */
  readonly head: Uint8Array;
}

/** Sets of types as bits: all that are read, and those of a table dump. All are below 32. */
const knownTypes = typeBits(Object.values(mrtType));
const dumpTypes = typeBits([mrtType.tableDump, mrtType.tableDumpV2]);
const largestSubtype = 13;
/** A record further away from those on both sides is not believed; alone at an end of the file, one this far away. */
const strayingSeconds = 3600;
const lonelySeconds = 86_400;
const headBytesKept = 4096;
/** A silent record ends a run, and what was walked behind it is walked again: pieces of a run are short after one, and then grow. */
const firstPieceBytes = 4096;
const lastPieceBytes = 1024 * 1024;

/**
 * Cuts the bytes of one file into MRT records and checks each. Where a header cannot be one, it goes on at
 * the next offset where two records follow each other. A time far from those around it refuses its record: one
 * flipped bit shall not carry event time away by years.
 */
export class RecordReader {
  bytes: Uint8Array = new Uint8Array(0);
  /** The current record, after next() gave 'record'; after takeRun the run, of which `start` may be moved on. */
  start = 0;
  end = 0;
  second: EventSecond = 0;
  /** True of TABLE_DUMP and TABLE_DUMP_V2. */
  isDump = false;
  /** Records found, used or not. */
  records = 0;

  readonly door: Door = new Door();
  readonly #refused: (refused: RefusedBytes) => void;
  readonly #believesTimes: boolean;
  #own = new Uint8Array(0);
  /** Offset of `bytes[0]` in the file; where in `bytes` to go on, and where they end. */
  #base = 0;
  #at = 0;
  #length = 0;
  #ended = false;
  #lastSecond: EventSecond | undefined;
  #pieceBytes = firstPieceBytes;
  /** Set while no record can be made out. */
  #lost: { reason: ReadRefusal; position: number; length: number; head: Uint8Array } | undefined;

  /** `believesTimes`: no record is refused for its time. */
  constructor(refused: (refused: RefusedBytes) => void, options = { believesTimes: false }) {
    this.#believesTimes = options.believesTimes;
    this.#refused = refused;
  }

  /** True while part of the run was not taken. */
  get hasLeft(): boolean {
    return !this.isDump && this.start < this.end;
  }

  /** Takes more bytes of the file; the current record's are gone. */
  push(chunk: Uint8Array): void {
    const left = this.#length - this.#at;
    this.#base += this.#at;
    if (left === 0) {
      // A Buffer is another kind of object, by which all that reads the bytes would be slowed.
      this.bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    } else {
      const rest = this.bytes.subarray(this.#at, this.#length);
      if (this.#own.length < left + chunk.length) this.#own = new Uint8Array(2 * (left + chunk.length));
      this.#own.set(rest);
      this.#own.set(chunk, left);
      this.bytes = this.#own;
    }
    this.#at = 0;
    this.#length = left + chunk.length;
  }

  /** No more bytes will come. */
  finish(): void {
    this.#ended = true;
  }

  next(): 'record' | 'needsBytes' | 'end' {
    for (;;) {
      if (this.#ended && this.#at === this.#length && this.#lost === undefined) return 'end';
      const step = this.#lost === undefined ? this.#readRecord() : this.#findRecord();
      if (step !== 'again') return step;
    }
  }

  #readRecord(): 'record' | 'needsBytes' | 'again' {
    const { bytes } = this;
    const start = this.#at;
    const end = recordEnd(bytes, start, this.#length);
    if (end - start > maxRecordBytes) return this.#lose('framing');
    if (end < 0 || end > this.#length) return this.#ended ? this.#lose('recordTruncated') : 'needsBytes';
    if (!this.#ended && !this.#canBeJudged(end)) return 'needsBytes';
    const isFollowed = this.#canFollow(end);
    if (!isFollowed) {
      const held = this.#holdsRecords(start, end);
      if (held === 'needsBytes') return held;
      // Its length is wrong: those in it are the ones after it.
      if (held) return this.#lose('framing');
    }
    this.records++;
    const verdict = this.door.check(bytes, start, end);
    if (verdict !== 'in' && verdict !== 'silent') {
      if (!isFollowed) return this.#lose(verdict.refusal);
      return this.#refuse(verdict.refusal, start, end);
    }
    const second = recordSecond(bytes, start);
    const before = this.#lastSecond;
    const after = this.#secondAt(end);
    const strays =
      before === undefined
        ? this.#firstStrays(second, after, this.#secondAt(recordEnd(bytes, end, this.#length)))
        : this.#strays(before, second, after);
    if (strays && !this.#believesTimes) return this.#refuse('recordTime', start, end);
    this.#lastSecond = second;
    this.#at = end;
    const type = recordType(bytes, start);
    // The index of a dump's peers tells no route, and is needed.
    if (verdict === 'silent' && type !== mrtType.tableDumpV2) return 'again';
    this.start = start;
    this.end = end;
    this.second = second;
    this.isDump = isOf(dumpTypes, type);
    return 'record';
  }

  /**
   * Adds to the current record those behind it that are let in and are of no table dump, up to the first that needs
   * another look, or whose time is not in [from, through]. Then [start, end) are records back to back.
   */
  takeRun(from: EventSecond, through: EventSecond): void {
    if (this.isDump) return;
    for (;;) {
      const start = this.#at;
      const to = this.#plainThrough(from, through, start + this.#pieceBytes);
      if (to === start) return;
      this.#takePiece(to);
      if (this.#at < to) {
        this.#pieceBytes = firstPieceBytes;
        return;
      }
      this.#pieceBytes = Math.min(2 * this.#pieceBytes, lastPieceBytes);
    }
  }

  #takePiece(to: number): void {
    const { door, bytes } = this;
    this.#at = door.checkRun(bytes, this.#at, to);
    if (this.#at === this.end) return;
    this.end = this.#at;
    this.records += door.runRecords;
    this.#lastSecond = recordSecond(bytes, door.runLast);
  }

  /** The end of the records from here on that begin before `limit`, about whose frame and time there is no doubt, as readRecord sees it. */
  #plainThrough(from: EventSecond, through: EventSecond, limit: number): number {
    const { bytes } = this;
    let before = this.#lastSecond!;
    let start = this.#at;
    if (start + headerBytes > this.#length || !this.#isHeader(start)) return start;
    while (start < limit && !isOf(dumpTypes, recordType(bytes, start))) {
      const end = recordEnd(bytes, start, this.#length);
      const second = recordSecond(bytes, start);
      if (end + headerBytes > this.#length || second < from || second > through) break;
      if (second - before > strayingSeconds || before - second > strayingSeconds) break;
      if (!this.#isHeader(end)) break;
      before = second;
      start = end;
    }
    return start;
  }

  /** A record is judged by the header after it, the first one by two. */
  #canBeJudged(end: number): boolean {
    if (end + headerBytes > this.#length) return false;
    if (this.#lastSecond !== undefined || !this.#isHeader(end)) return true;
    return recordEnd(this.bytes, end, this.#length) + headerBytes <= this.#length;
  }

  /** True of a time that is far from the record before, and from which the record after goes back again. */
  #strays(before: EventSecond, second: EventSecond, after: EventSecond | undefined): boolean {
    if (after === undefined) return second > before + lonelySeconds;
    if (second > before + strayingSeconds) return after < second - strayingSeconds;
    return second < before - strayingSeconds && after > second + strayingSeconds;
  }

  /** The first record has none before it: the two after it must not be far away together. */
  #firstStrays(second: EventSecond, after: EventSecond | undefined, third: EventSecond | undefined): boolean {
    if (after === undefined) return false;
    if (after >= second - strayingSeconds && after <= second + lonelySeconds) return false;
    return third === undefined || Math.abs(third - second) > strayingSeconds;
  }

  #secondAt(at: number): EventSecond | undefined {
    return at < 0 || at + headerBytes > this.#length ? undefined : recordSecond(this.bytes, at);
  }

  /** Passes over bytes up to where two records follow each other, or one ends the file. */
  #findRecord(): 'needsBytes' | 'again' {
    let at = this.#at;
    for (; at + headerBytes <= this.#length; at++) {
      if (!this.#isHeader(at)) continue;
      const end = recordEnd(this.bytes, at, this.#length);
      if (end + headerBytes > this.#length && !this.#ended) {
        this.#passTo(at);
        return 'needsBytes';
      }
      if (end <= this.#length && this.#canFollow(end)) {
        this.#passTo(at);
        return this.#found();
      }
    }
    if (!this.#ended) {
      this.#passTo(at);
      return 'needsBytes';
    }
    this.#passTo(this.#length);
    return this.#found();
  }

  /** True where within [start, end) a record begins that another one follows. */
  #holdsRecords(start: number, end: number): boolean | 'needsBytes' {
    for (let at = start + headerBytes; at < end && at + headerBytes <= this.#length; at++) {
      if (!this.#isHeader(at)) continue;
      const innerEnd = recordEnd(this.bytes, at, this.#length);
      if (innerEnd + headerBytes > this.#length && !this.#ended) return 'needsBytes';
      if (innerEnd <= this.#length && this.#canFollow(innerEnd)) return true;
    }
    return false;
  }

  /** True where a record may begin at `at`, or where the file ends. */
  #canFollow(at: number): boolean {
    return at + headerBytes > this.#length ? at === this.#length && this.#ended : this.#isHeader(at);
  }

  #isHeader(at: number): boolean {
    const { bytes } = this;
    return (
      isOf(knownTypes, recordType(bytes, at)) &&
      recordSubtype(bytes, at) <= largestSubtype &&
      recordEnd(bytes, at, this.#length) - at <= maxRecordBytes
    );
  }

  #lose(reason: ReadRefusal): 'again' {
    const start = this.#at;
    this.#lost = { reason, position: this.#base + start, length: 0, head: this.#headOf(start, this.#length) };
    this.#passTo(Math.min(start + 1, this.#length));
    return 'again';
  }

  #passTo(at: number): void {
    this.#lost!.length += at - this.#at;
    this.#at = at;
  }

  #found(): 'again' {
    const lost = this.#lost!;
    this.#lost = undefined;
    this.#refused({ ...lost, head: lost.head.subarray(0, lost.length) });
    return 'again';
  }

  #refuse(reason: ReadRefusal, start: number, end: number): 'again' {
    this.#at = end;
    this.#refused({
      reason,
      position: this.#base + start,
      length: end - start,
      head: this.#headOf(start, end),
    });
    return 'again';
  }

  #headOf(start: number, end: number): Uint8Array {
    return this.bytes.slice(start, Math.min(end, start + headBytesKept));
  }
}

function typeBits(types: readonly number[]): number {
  return types.reduce((bits, type) => bits | (1 << type), 0);
}

/** A shift is by its low five bits only. */
const isOf = (types: number, type: number): boolean => type < 32 && ((types >>> type) & 1) === 1;
