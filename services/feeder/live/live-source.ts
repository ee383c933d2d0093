import type { UpdatesContent } from '#core/contract/bgp-updates.ts';
import { type EventMinute, type EventSecond, firstSecondOf, minuteOf } from '#core/event-time.ts';
import { PeerLocation } from '#core/mrt/peer-location.ts';
import { recordSecond } from '#core/mrt/record.ts';
import type { OutgoingRecord } from '#runtime/transport/transport.ts';
import { BatchWriter } from '../batch-writer.ts';
import { PeerPartition } from '../peer-partition.ts';

/** A minute stays open for so long after its end, for what is on its way. */
const graceSeconds = 5;
/** And for so long where nothing newer has come that would show that the source is past it. */
const patienceSeconds = 30;
/** Records of later minutes wait for their minute up to so many bytes; then it begins early. */
const heldBytesMax = 4 * 1024 * 1024;

interface HeldRecord {
  readonly bytes: Uint8Array;
  /** Which one of all that its feeder took. */
  readonly number: number;
}

export interface LiveSourceOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly batchBytes: number;
}

/**
 * A source that is heard as things happen: a collector, or a router. What it says is put into minutes as it comes; when
 * a minute is over is decided by the wall clock, once, and written down as a tick.
 */
export class LiveSource {
  readonly source: string;
  readonly peerPartition: PeerPartition;
  /** Records that came after their minute had been ticked. */
  late = 0;
  records = 0;
  /** Time of the newest record, and when the last one came; seconds since 1970. */
  newestSecond: EventSecond = 0;
  heardSecond: EventSecond;
  /** True from its first record until it is lost. */
  isOpen = false;
  /** A connection to it stands, which tells of each session: it is not lost for being quiet. */
  isConnected = false;
  readonly #writers: readonly BatchWriter[];
  readonly #location = new PeerLocation();
  #minute: EventMinute;
  /** Records of minutes after the open one, in the order in which they came. */
  #held: HeldRecord[] = [];
  #heldBytes = 0;

  /** `sequences`: of each partition, the last that this source has written there. */
  constructor(
    source: string,
    options: LiveSourceOptions,
    sequences: readonly number[],
    nowSecond: EventSecond,
  ) {
    this.source = source;
    this.heardSecond = nowSecond;
    this.#minute = minuteOf(nowSecond);
    this.peerPartition = new PeerPartition(source, options.partitions);
    this.#writers = sequences.map(
      (sequence, partition) =>
        new BatchWriter(source, options.topic, partition, 0, options.batchBytes, sequence),
    );
  }

  /** For how long it has told nothing; what came of minutes that are yet to begin is told in them. */
  silentSeconds(nowSecond: EventSecond): number {
    return this.isConnected ? 0 : nowSecond - Math.max(this.heardSecond, this.newestSecond);
  }

  /** Of each partition, that of the last record. */
  get sequences(): number[] {
    return this.#writers.map((writer) => writer.sequence);
  }

  /** Bytes that wait to be written. */
  get waitingBytes(): number {
    return this.#writers.reduce((sum, writer) => sum + writer.waitingBytes, this.#heldBytes);
  }

  /** The number of the oldest record that waits for its minute to begin; infinite where none does. */
  get firstHeld(): number {
    return this.#held[0]?.number ?? Number.POSITIVE_INFINITY;
  }

  /** Adds a record that was let in, and opens the source if it is not. */
  take(
    bytes: Uint8Array,
    start: number,
    end: number,
    number: number,
    nowSecond: EventSecond,
    out: OutgoingRecord[],
  ): void {
    if (!this.isOpen) {
      this.isOpen = true;
      this.#minute = Math.max(this.#minute, minuteOf(nowSecond));
      this.#open(out);
    }
    this.records++;
    this.heardSecond = nowSecond;
    const second = recordSecond(bytes, start);
    if (second > this.newestSecond) this.newestSecond = second;
    if (second < firstSecondOf(this.#minute + 1)) {
      this.#append(bytes, start, end, out);
      return;
    }
    this.#held.push({ bytes: bytes.slice(start, end), number });
    this.#heldBytes += end - start;
    if (this.#heldBytes > heldBytesMax) this.#nextMinute(out);
  }

  /** Writes what has come, and ticks the minutes that are over. */
  advance(nowSecond: EventSecond, out: OutgoingRecord[]): void {
    if (!this.isOpen) return;
    while (this.#isOver(nowSecond)) this.#nextMinute(out);
    for (const writer of this.#writers) writer.flush(this.#minute, out);
  }

  /** It is not heard any more: what it said is written, and that it is lost. */
  lose(out: OutgoingRecord[]): void {
    if (!this.isOpen) return;
    this.loseEarlier(out);
  }

  /** The same of what an earlier run may have left open. */
  loseEarlier(out: OutgoingRecord[]): void {
    while (this.#held.length > 0) this.#nextMinute(out);
    for (const writer of this.#writers) writer.flush(this.#minute, out);
    this.#writeToAll({ case: 'sourceLost' }, this.#minute, out);
    this.isOpen = false;
  }

  /** Complete up to the minute in which it is opened. */
  #open(out: OutgoingRecord[]): void {
    const tells = this.isConnected && ({ tellsSessions: true } as const);
    this.#writeToAll({ case: 'sourceOpened', seed: false, ...tells }, this.#minute, out);
    this.#writeToAll({ case: 'tick' }, this.#minute - 1, out);
  }

  #isOver(nowSecond: EventSecond): boolean {
    const end = firstSecondOf(this.#minute + 1);
    if (nowSecond < end + graceSeconds) return false;
    return this.newestSecond >= end || nowSecond >= end + patienceSeconds;
  }

  /** Ends the open minute, and takes what was held for the next one. */
  #nextMinute(out: OutgoingRecord[]): void {
    for (const writer of this.#writers) writer.flush(this.#minute, out);
    this.#writeToAll({ case: 'tick' }, this.#minute, out);
    this.#minute++;
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    const minuteEnd = firstSecondOf(this.#minute + 1);
    for (const record of held) {
      const { bytes } = record;
      if (recordSecond(bytes, 0) < minuteEnd) {
        this.#append(bytes, 0, bytes.length, out);
      } else {
        this.#held.push(record);
        this.#heldBytes += bytes.length;
      }
    }
  }

  #append(bytes: Uint8Array, start: number, end: number, out: OutgoingRecord[]): void {
    if (recordSecond(bytes, start) < firstSecondOf(this.#minute)) this.late++;
    // What was let in names its peer.
    this.#location.find(bytes, start, end);
    const partition = this.peerPartition.of(bytes, this.#location);
    this.#writers[partition]!.append(bytes, start, end, this.#minute, out);
  }

  #writeToAll(content: UpdatesContent, minute: EventMinute, out: OutgoingRecord[]): void {
    for (const writer of this.#writers) writer.write(content, minute, out);
  }
}
