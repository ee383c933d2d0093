import type { UpdatesContent } from '#core/contract/bgp-updates.ts';
import { type EventMinute, type EventSecond, firstSecondOf, minuteOf } from '#core/event-time.ts';
import { PeerLocation } from '#core/mrt/peer-location.ts';
import { recordEnd } from '#core/mrt/record.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';
import { BatchWriter } from './batch-writer.ts';
import type { MrtFile } from './mrt-file.ts';
import { PeerPartition } from './peer-partition.ts';
import { type ReadAheadOptions, type SourceListener, SourceRecords } from './source-records.ts';
import { isTableDumpV2, TableSplitter } from './table-splitter.ts';

export interface SourceFeedOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly batchBytes: number;
  /** Records at or after `fromSecond` and before `untilSecond` only; an earlier table dump is the table at the start. */
  readonly fromSecond: EventSecond;
  readonly untilSecond: EventSecond;
  /** Of a seed: its table is told at this time, whatever its own. */
  readonly seedSecond?: EventSecond;
  readonly readAhead: ReadAheadOptions;
}

/** So many batches may wait to be sent before the minute is complete. */
const batchesBeforeSend = 4;

/** A table dump that the current record belongs to. */
interface Dump {
  readonly file: unknown;
  /** Its time: that of its first record. */
  readonly second: EventSecond;
  isBegun: boolean;
}

/** One source's records on their way into bgp.updates, minute by minute. */
export class SourceFeed {
  readonly source: string;
  readonly records: SourceRecords;
  readonly peerPartition: PeerPartition;
  /** The minute of the next record; undefined when there is none. */
  nextMinute: EventMinute | undefined;
  readonly #isSeed: boolean;
  readonly #options: SourceFeedOptions;
  readonly #writers: readonly BatchWriter[];
  readonly #splitter: TableSplitter;
  readonly #location = new PeerLocation();
  /** Time of the current record; of a dump's, that of the dump. */
  #second: EventSecond = 0;
  #dump: Dump | undefined;
  #isTellingDump = false;
  #retimed = Buffer.alloc(4096);

  /** `writtenThrough`: for each partition the last sequence of this source that it has. */
  constructor(
    source: string,
    isSeed: boolean,
    options: SourceFeedOptions,
    writtenThrough: readonly number[],
    listener: SourceListener,
  ) {
    this.source = source;
    this.#isSeed = isSeed;
    this.#options = options;
    this.records = new SourceRecords(options.readAhead, listener);
    this.peerPartition = new PeerPartition(source, options.partitions);
    this.#splitter = new TableSplitter(this.peerPartition, options.partitions);
    this.#writers = writtenThrough.map(
      (through, partition) => new BatchWriter(source, options.topic, partition, through, options.batchBytes),
    );
  }

  /** Goes to the first record within the bounds. */
  async open(files: readonly MrtFile[]): Promise<void> {
    await this.records.open(files);
    while (this.#judge() === 'before') if (!this.records.nextNow()) await this.records.next();
    this.nextMinute = this.records.current === undefined ? undefined : minuteOf(this.#second);
    if (this.#judge() === 'after') this.nextMinute = undefined;
  }

  /** Tells every partition that the source takes part. */
  opened(minute: EventMinute, out: OutgoingRecord[]): void {
    this.#writeToAll({ case: 'sourceOpened', seed: this.#isSeed }, minute, out);
  }

  /** Complete through this minute. */
  tick(minute: EventMinute, out: OutgoingRecord[]): void {
    this.#writeToAll({ case: 'tick' }, minute, out);
  }

  /** No record will come. */
  ended(minute: EventMinute, out: OutgoingRecord[]): void {
    this.#writeToAll({ case: 'endOfSource' }, minute, out);
  }

  /** Takes the records of the next minute, and late ones among them, and ends the minute; `send` may wait. */
  async feedMinute(send: (records: OutgoingRecord[]) => Promise<void>): Promise<void> {
    const minute = this.nextMinute!;
    let out: OutgoingRecord[] = [];
    for (;;) {
      const state = this.#takeRecords(minute, out);
      if (state === 'minuteEnds') break;
      if (state === 'outIsFull') {
        await send(out);
        out = [];
      } else {
        await this.records.next();
      }
    }
    this.#endDump(minute, out);
    for (const writer of this.#writers) writer.flush(minute, out);
    this.tick(minute, out);
    if (this.nextMinute === undefined) this.ended(minute, out);
    else if (this.nextMinute > minute + 1) this.tick(this.nextMinute - 1, out);
    await send(out);
  }

  #takeRecords(minute: EventMinute, out: OutgoingRecord[]): 'minuteEnds' | 'outIsFull' | 'needsBytes' {
    const minuteEnd = firstSecondOf(minute + 1);
    for (;;) {
      if (out.length >= batchesBeforeSend) return 'outIsFull';
      const place = this.#judge();
      if (place === 'after') {
        this.nextMinute = undefined;
        return 'minuteEnds';
      }
      if (place === 'within') {
        if (this.#second >= minuteEnd) {
          this.nextMinute = minuteOf(this.#second);
          return 'minuteEnds';
        }
        this.#take(minute, minuteEnd, out);
        // Records of the run are left where the batches to be sent are enough.
        if (this.records.current!.reader.hasLeft) return 'outIsFull';
      }
      if (!this.records.nextNow()) return 'needsBytes';
    }
  }

  /** Where the current record lies; 'after' also where there is none. An earlier dump is the table at the start. */
  #judge(): 'before' | 'within' | 'after' {
    const { current } = this.records;
    if (current === undefined) return 'after';
    const { fromSecond, untilSecond } = this.#options;
    const { reader } = current;
    this.#second = reader.second;
    if (!reader.isDump) {
      if (this.#second < fromSecond || this.#isSeed) return 'before';
    } else {
      if (this.#dump?.file !== current) {
        const second = this.#options.seedSecond ?? Math.max(reader.second, fromSecond - 60);
        this.#dump = { file: current, second, isBegun: false };
      }
      this.#second = this.#dump.second;
    }
    return this.#second >= untilSecond ? 'after' : 'within';
  }

  #take(minute: EventMinute, minuteEnd: EventSecond, out: OutgoingRecord[]): void {
    const { reader } = this.records.current!;
    if (reader.isDump) {
      this.#takeDumpRecord(reader.bytes, reader.start, reader.end, minute, out);
      return;
    }
    if (this.#isTellingDump) this.#endDump(minute, out);
    const { fromSecond, untilSecond } = this.#options;
    this.records.takeRun(fromSecond, Math.min(minuteEnd, untilSecond) - 1);
    reader.start = this.#takeRun(reader.bytes, reader.start, reader.end, minute, out);
  }

  /** Takes the records in [start, end), those of one partition at once; gives where it stopped because batches wait to be sent. */
  #takeRun(
    bytes: Uint8Array,
    start: number,
    end: number,
    minute: EventMinute,
    out: OutgoingRecord[],
  ): number {
    let at = start;
    let partition = this.#partitionOf(bytes, at, end);
    while (at < end && out.length < batchesBeforeSend) {
      const writer = this.#writers[partition]!;
      const batchEnd = at + writer.room;
      let following = partition;
      let partEnd = recordEnd(bytes, at, end);
      while (partEnd < end) {
        following = this.#partitionOf(bytes, partEnd, end);
        const next = recordEnd(bytes, partEnd, end);
        if (following !== partition || next > batchEnd) break;
        partEnd = next;
      }
      writer.append(bytes, at, partEnd, minute, out);
      at = partEnd;
      partition = following;
    }
    return at;
  }

  #takeDumpRecord(
    bytes: Uint8Array,
    start: number,
    end: number,
    minute: EventMinute,
    out: OutgoingRecord[],
  ): void {
    const dump = this.#dump!;
    if (!dump.isBegun) {
      this.#endDump(minute, out);
      for (const writer of this.#writers) writer.flush(minute, out);
      this.#writeToAll({ case: 'ribBegin' }, minute, out);
      dump.isBegun = true;
      this.#isTellingDump = true;
    }
    if (isTableDumpV2(bytes, start)) {
      this.#splitter.split(bytes, start, end, dump.second, (partition, part, length) =>
        this.#writers[partition]!.append(part, 0, length, minute, out),
      );
      return;
    }
    const length = end - start;
    if (length > this.#retimed.length) this.#retimed = Buffer.alloc(length);
    this.#retimed.set(bytes.subarray(start, end));
    this.#retimed.writeUInt32BE(dump.second, 0);
    this.#writers[this.#partitionOf(bytes, start, end)]!.append(this.#retimed, 0, length, minute, out);
  }

  #endDump(minute: EventMinute, out: OutgoingRecord[]): void {
    if (!this.#isTellingDump) return;
    this.#isTellingDump = false;
    for (const writer of this.#writers) writer.flush(minute, out);
    this.#writeToAll({ case: 'ribEnd' }, minute, out);
  }

  #partitionOf(bytes: Uint8Array, start: number, end: number): number {
    // What was let in names its peer.
    this.#location.find(bytes, start, end);
    return this.peerPartition.of(bytes, this.#location);
  }

  #writeToAll(content: UpdatesContent, minute: EventMinute, out: OutgoingRecord[]): void {
    for (const writer of this.#writers) writer.write(content, minute, out);
  }
}
