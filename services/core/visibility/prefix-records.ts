import type { Family } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { Origins } from './origins.ts';
import { PeerViews } from './peer-views.ts';
import { grown, PrefixTable } from './prefix-table.ts';
import { UpTime } from './up-time.ts';

/** All that is kept of each prefix of one family, by its id. */
export class PrefixRecords {
  readonly family: Family;
  readonly table: PrefixTable;
  readonly views = new PeerViews();
  readonly origins = new Origins();
  readonly upTime = new UpTime();
  /** Bits of prefix-flags.ts. */
  flags = new Uint16Array(0);

  constructor(family: Family) {
    this.family = family;
    this.table = new PrefixTable(family === 'ipv4' ? 1 : 4);
    this.reserve(0);
  }

  /** Room for all the prefixes that the table has room for, and for so many peers. */
  reserve(peers: number): void {
    const { capacity } = this.table;
    this.views.reserve(capacity, peers);
    if (this.flags.length >= capacity) return;
    this.flags = grown(this.flags, capacity);
    this.origins.reserve(capacity);
    this.upTime.reserve(capacity);
  }

  /** The first 8 bits (IPv6: 16) of its address: all that covers it has the same. */
  block(id: number): number {
    return this.family === 'ipv4' ? this.table.addresses[id] >>> 24 : this.table.addresses[id * 4] >>> 16;
  }

  /** The peers of `mask` that hold a path. */
  holders(id: number, mask: Uint32Array): Uint32Array {
    const { bits } = this.views;
    const named = this.views.namedAt(id);
    const lacks = this.views.lacksAt(id);
    return mask.map((word, i) => word & bits[named + i] & ~bits[lacks + i]);
  }

  /** The peers of `mask` that lack it. */
  lacking(id: number, mask: Uint32Array): Uint32Array {
    const at = this.views.lacksAt(id);
    return mask.map((word, i) => word & this.views.bits[at + i]);
  }

  save(writer: StateWriter): void {
    const { count } = this.table;
    this.table.save(writer);
    this.views.save(writer, count);
    this.origins.save(writer, count);
    this.upTime.save(writer, count);
    writer.array(this.flags.subarray(0, count));
  }

  load(reader: StateReader): void {
    this.table.load(reader);
    this.reserve(0);
    this.views.load(reader);
    this.views.reserve(this.table.capacity, this.views.words * 32);
    this.origins.load(reader);
    this.upTime.load(reader);
    this.flags.set(reader.u16Array());
  }
}
