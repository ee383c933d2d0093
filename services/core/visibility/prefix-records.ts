import type { Family } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { Origins } from './origins.ts';
import { PrefixTable } from './prefix-table.ts';
import { RecordArray } from './record-array.ts';
import { UpTime } from './up-time.ts';

/** All that is kept of each prefix of one family, by its id. */
export class PrefixRecords {
  readonly family: Family;
  readonly table: PrefixTable;
  readonly array = new RecordArray();
  readonly origins = new Origins(this.array);
  readonly upTime = new UpTime();

  constructor(family: Family) {
    this.family = family;
    this.table = new PrefixTable(family === 'ipv4' ? 1 : 4);
    this.reserve(0);
  }

  /** Room for all the prefixes that the table has room for, and for so many peers. */
  reserve(peers: number): void {
    const { capacity } = this.table;
    this.array.reserve(capacity, peers);
    this.upTime.reserve(capacity);
  }

  /** The first 8 bits (IPv6: 16) of its address: all that covers it has the same. */
  block(id: number): number {
    return this.family === 'ipv4' ? this.table.addresses[id] >>> 24 : this.table.addresses[id * 4] >>> 16;
  }

  /** The peers of `mask` that hold a path. */
  holders(id: number, mask: Uint32Array): Uint32Array {
    const { data } = this.array;
    const named = this.array.namedAt(id);
    const lacks = this.array.lacksAt(id);
    return mask.map((word, i) => word & data[named + i] & ~data[lacks + i]);
  }

  /** Whether any peer holds a path. */
  isHeld(id: number): boolean {
    const { data, words } = this.array;
    const at = this.array.namedAt(id);
    for (let i = at; i < at + words; i++) if ((data[i] & ~data[i + words]) !== 0) return true;
    return false;
  }

  /** All peers that hold a path. */
  allHolders(id: number): Uint32Array {
    return this.holders(id, new Uint32Array(this.array.words).fill(-1));
  }

  /** The peers of `mask` that lack it. */
  lacking(id: number, mask: Uint32Array): Uint32Array {
    const { data } = this.array;
    const at = this.array.lacksAt(id);
    return mask.map((word, i) => word & data[at + i]);
  }

  save(writer: StateWriter): void {
    const { count } = this.table;
    this.table.save(writer);
    this.array.save(writer, count);
    this.origins.save(writer);
    this.upTime.save(writer, count);
  }

  load(reader: StateReader): void {
    this.table.load(reader);
    this.array.load(reader);
    this.reserve(0);
    this.origins.load(reader);
    this.upTime.load(reader);
  }
}
