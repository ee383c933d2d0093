import type { EventSecond } from '#core/event-time.ts';
import { PeerIndexTable } from '#core/mrt/peer-index-table.ts';
import { headerBytes, mrtType, recordSubtype, recordType } from '#core/mrt/record.ts';
import { peerIndexTableSubtype, RibRecord } from '#core/mrt/rib-record.ts';
import type { PeerPartition } from './peer-partition.ts';

/** Takes the first `length` of `bytes`, a record of one partition; they hold during the call. */
export type PartSink = (partition: number, bytes: Uint8Array, length: number) => void;

/**
 * Splits a table dump (TABLE_DUMP_V2) by the partition of its peers: a RIB record holds the routes of
 * many, so it becomes one valid record for each partition that has any. All get the time of the dump's
 * begin: it is one picture of the table.
 */
export class TableSplitter {
  readonly #peerPartition: PeerPartition;
  readonly #partitions: number;
  readonly #rib = new RibRecord();
  #partitionOf: Uint16Array = new Uint16Array(0);
  readonly #count: Uint16Array;
  #out = Buffer.alloc(65_536);

  constructor(peerPartition: PeerPartition, partitions: number) {
    this.#peerPartition = peerPartition;
    this.#partitions = partitions;
    this.#count = new Uint16Array(partitions);
  }

  /** The record in [start, end), which was let in at the door, as records of the partitions. */
  split(bytes: Uint8Array, start: number, end: number, second: EventSecond, sink: PartSink): void {
    if (recordSubtype(bytes, start) === peerIndexTableSubtype) {
      const table = PeerIndexTable.read(bytes, start + headerBytes, end)!;
      this.#partitionOf = this.#peerPartition.ofIndexTable(table);
      for (let partition = 0; partition < this.#partitions; partition++) {
        this.#begin(bytes, start, end, second);
        sink(partition, this.#out, end - start);
      }
      return;
    }
    const rib = this.#rib;
    rib.read(bytes, start, end);
    this.#countEntries(bytes, end);
    for (let partition = 0; partition < this.#partitions; partition++) {
      const entries = this.#count[partition]!;
      if (entries === 0) continue;
      this.#begin(bytes, start, rib.entriesAt, second);
      const length = this.#copyEntries(bytes, end, partition, rib.entriesAt - start);
      this.#out.writeUInt16BE(entries, rib.entriesAt - start - 2);
      this.#out.writeUInt32BE(length - headerBytes, 8);
      sink(partition, this.#out, length);
    }
  }

  /** Puts [start, end) at the start of the record to write, which is no longer than the one read, with the dump's time. */
  #begin(bytes: Uint8Array, start: number, end: number, second: EventSecond): void {
    this.#reserve(end - start);
    this.#out.set(bytes.subarray(start, end));
    this.#out.writeUInt32BE(second, 0);
  }

  #countEntries(bytes: Uint8Array, end: number): void {
    const rib = this.#rib;
    this.#count.fill(0);
    let at = rib.entriesAt;
    for (let i = 0; i < rib.entryCount; i++) {
      this.#count[this.#partitionOfEntry(bytes, at)]!++;
      at = rib.entryEnd(bytes, at, end);
    }
  }

  #copyEntries(bytes: Uint8Array, end: number, partition: number, length: number): number {
    const rib = this.#rib;
    let at = rib.entriesAt;
    let written = length;
    for (let i = 0; i < rib.entryCount; i++) {
      const next = rib.entryEnd(bytes, at, end);
      if (this.#partitionOfEntry(bytes, at) === partition) {
        this.#reserve(written + next - at);
        this.#out.set(bytes.subarray(at, next), written);
        written += next - at;
      }
      at = next;
    }
    return written;
  }

  #partitionOfEntry(bytes: Uint8Array, at: number): number {
    return this.#partitionOf[(bytes[at]! << 8) | bytes[at + 1]!]!;
  }

  #reserve(length: number): void {
    if (length <= this.#out.length) return;
    const larger = Buffer.alloc(2 * length);
    this.#out.copy(larger);
    this.#out = larger;
  }
}

export const isTableDumpV2 = (bytes: Uint8Array, start: number): boolean =>
  recordType(bytes, start) === mrtType.tableDumpV2;
