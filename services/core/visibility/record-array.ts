import type { StateReader, StateWriter } from '../state.ts';
import { hasPeer, wordsFor } from './peer-bits.ts';
import { grown } from './prefix-table.ts';

/** Words of a record, counted from its first. */
export const flagsWord = 0;
export const ownerWord = 1;
/** Of the open minute: rows that gave a live peer a path that it had not just before. */
export const pathRowsWord = 2;
/** Of the open minute: 1 + the index of the prefix's last row in ChangeRows; 0: none. */
export const lastRowWord = 3;
export const namedWord = 4;

/**
 * What each change asks of its prefix, side by side, so that it costs one cache line: flags (prefix-flags.ts), owner,
 * rows of the open minute, and what each peer says of it as two sets of peers: those that named it, and those that
 * lack it. Neither: unknown. Lacking but not named: the peer's whole table is known, and the prefix was never in it.
 * With up to 64 peers a record is 32 bytes.
 */
export class RecordArray {
  /** Words of one set of peers. */
  words = 1;
  /** Words of one record: that of prefix `id` starts at id * stride. */
  stride = strideOf(1);
  data = new Uint32Array(0);

  flags(id: number): number {
    return this.data[id * this.stride + flagsWord];
  }

  /** Whether any of these flags is set. */
  has(id: number, flags: number): boolean {
    return (this.data[id * this.stride + flagsWord] & flags) !== 0;
  }

  set(id: number, flags: number): void {
    this.data[id * this.stride + flagsWord] |= flags;
  }

  clear(id: number, flags: number): void {
    this.data[id * this.stride + flagsWord] &= ~flags;
  }

  /** Origin AS; 0: none is known. */
  owner(id: number): number {
    return this.data[id * this.stride + ownerWord];
  }

  setOwner(id: number, originAs: number): void {
    this.data[id * this.stride + ownerWord] = originAs;
  }

  namedAt(id: number): number {
    return id * this.stride + namedWord;
  }

  lacksAt(id: number): number {
    return id * this.stride + namedWord + this.words;
  }

  lastRow(id: number): number {
    return this.data[id * this.stride + lastRowWord];
  }

  /** The minute is over. */
  clearRows(id: number): void {
    const at = id * this.stride;
    this.data[at + pathRowsWord] = 0;
    this.data[at + lastRowWord] = 0;
  }

  /** Makes room for `prefixes` prefixes and `peers` peers. */
  reserve(prefixes: number, peers: number): void {
    const words = Math.max(this.words, wordsFor(peers));
    if (words === this.words) {
      if (prefixes * this.stride > this.data.length) this.data = grown(this.data, prefixes * this.stride);
      return;
    }
    const narrow = this.data;
    const { words: narrowWords, stride: narrowStride } = this;
    this.words = words;
    this.stride = strideOf(words);
    this.data = new Uint32Array(prefixes * this.stride);
    for (let from = 0, to = 0; from < narrow.length; from += narrowStride, to += this.stride) {
      for (let i = 0; i < namedWord + narrowWords; i++) this.data[to + i] = narrow[from + i];
      for (let i = 0; i < narrowWords; i++) {
        this.data[to + namedWord + words + i] = narrow[from + namedWord + narrowWords + i];
      }
    }
  }

  /** A prefix that is new is lacked by every peer whose whole table is known. */
  begin(id: number, complete: Uint32Array): void {
    this.data.set(complete, this.lacksAt(id));
  }

  /** What the peer never named, it lacks from now on. */
  complete(peer: number, prefixes: number): void {
    const word = peer >>> 5;
    const bit = 1 << (peer & 31);
    for (let id = 0; id < prefixes; id++) {
      if (!hasPeer(this.data, this.namedAt(id), peer)) this.data[this.lacksAt(id) + word] |= bit;
    }
  }

  /** What the peer said is forgotten: its session is gone, and its routes with it. */
  forget(peer: number, prefixes: number): void {
    const word = peer >>> 5;
    const keep = ~(1 << (peer & 31));
    for (let id = 0; id < prefixes; id++) {
      this.data[this.namedAt(id) + word] &= keep;
      this.data[this.lacksAt(id) + word] &= keep;
    }
  }

  /** Between minutes: of no prefix there are rows. */
  save(writer: StateWriter, prefixes: number): void {
    const flags = new Uint16Array(prefixes);
    const owners = new Uint32Array(prefixes);
    const sets = new Uint32Array(prefixes * 2 * this.words);
    for (let id = 0; id < prefixes; id++) {
      flags[id] = this.flags(id);
      owners[id] = this.owner(id);
      const at = this.namedAt(id);
      for (let i = 0; i < 2 * this.words; i++) sets[id * 2 * this.words + i] = this.data[at + i];
    }
    writer.u32(this.words);
    writer.array(flags);
    writer.array(owners);
    writer.array(sets);
  }

  load(reader: StateReader): void {
    this.words = reader.u32();
    this.stride = strideOf(this.words);
    const flags = reader.u16Array();
    const owners = reader.u32Array();
    const sets = reader.u32Array();
    this.data = new Uint32Array(flags.length * this.stride);
    for (let id = 0; id < flags.length; id++) {
      this.set(id, flags[id]);
      this.setOwner(id, owners[id]);
      this.data.set(sets.subarray(id * 2 * this.words, (id + 1) * 2 * this.words), this.namedAt(id));
    }
  }
}

/** A multiple of 16 bytes. */
const strideOf = (words: number): number => (namedWord + 2 * words + 3) & ~3;
