import { blockPartition } from '../block.ts';
import { type ChangeColumns, firstPath, routeAbsent, routeUnknown } from '../contract/route-changes.ts';
import type { Family } from '../prefix.ts';
import { type ChangeLog, lengthOf, loggedUnknown, peerOf, secondOf } from './change-log.ts';
import type { PathStore } from './path-store.ts';

/** The changes of one source and minute in one address block partition, with the paths that they name. */
export interface BlockChanges {
  readonly ipv4: ChangeColumns;
  readonly ipv6: ChangeColumns;
  readonly pathWords: Uint32Array;
  readonly pathEnds: Uint32Array;
}

export const noChanges: ChangeColumns = {
  count: 0,
  second: new Uint8Array(0),
  peer: new Uint16Array(0),
  address: new Uint32Array(0),
  length: new Uint8Array(0),
  before: new Uint32Array(0),
  after: new Uint32Array(0),
};

/** Turns the logs of a minute into columns by block partition. One is enough for a tracker: it keeps its scratch memory. */
export class ColumnWriter {
  readonly #paths: PathStore;
  readonly #partitions: number;
  /** Ids of the paths of the block in hand; a path's number word points into it. */
  #dictionary = new Int32Array(256);
  #ends = new Uint32Array(256);
  #size = 0;
  #words = new Uint32Array(1024);
  #wordCount = 0;
  /** Keeps the run that touches memory from being optimised away. */
  #touched = 0;

  constructor(paths: PathStore, partitions: number) {
    this.#paths = paths;
    this.#partitions = partitions;
  }

  /**
   * Empties the logs of a minute. One entry a block partition; undefined where nothing changed. Columns of one
   * family share their memory. `peerIndex` says which report is a peer's.
   */
  write(ipv4: ChangeLog, ipv6: ChangeLog, peerIndex: Uint16Array): (BlockChanges | undefined)[] {
    const four = new Sorted('ipv4', ipv4, this.#partitions);
    const six = new Sorted('ipv6', ipv6, this.#partitions);
    this.#touch(ipv4);
    this.#touch(ipv6);
    const blocks: (BlockChanges | undefined)[] = [];
    for (let block = 0; block < this.#partitions; block++) {
      this.#size = 0;
      this.#wordCount = 0;
      const columns4 = this.#fill(four, block, peerIndex);
      const columns6 = this.#fill(six, block, peerIndex);
      const empty = columns4.count === 0 && columns6.count === 0;
      blocks.push(
        empty
          ? undefined
          : {
              ipv4: columns4,
              ipv6: columns6,
              pathWords: this.#words.slice(0, this.#wordCount),
              pathEnds: this.#ends.slice(0, this.#size),
            },
      );
    }
    ipv4.clear();
    ipv6.clear();
    return blocks;
  }

  /** Reads every path's record in a run, so that the processor waits for many of them at once. */
  #touch(log: ChangeLog): void {
    const { words, stride, end } = log;
    let touched = 0;
    for (let at = 0; at < end; at += stride) {
      if (words[at + 1] < 0) touched ^= this.#paths.number(~words[at + 1]);
      if (words[at + 2] < 0) touched ^= this.#paths.number(~words[at + 2]);
    }
    this.#touched ^= touched;
  }

  #fill(sorted: Sorted, block: number, peerIndex: Uint16Array): ChangeColumns {
    const from = sorted.starts[block];
    const to = sorted.starts[block + 1];
    if (from === to) return noChanges;
    const { order, columns } = sorted;
    const { words, addressWords } = sorted.log;
    const { second, peer, address, length, before, after } = columns;
    for (let at = from; at < to; at++) {
      const entry = order[at];
      const place = words[entry];
      second[at] = secondOf(place);
      peer[at] = peerIndex[peerOf(place)];
      length[at] = lengthOf(place);
      before[at] = this.#route(words[entry + 1]);
      after[at] = this.#route(words[entry + 2]);
      address[at * addressWords] = words[entry + 3];
      for (let word = 1; word < addressWords; word++)
        address[at * addressWords + word] = words[entry + 3 + word];
    }
    return {
      count: to - from,
      second: second.subarray(from, to),
      peer: peer.subarray(from, to),
      address: address.subarray(from * addressWords, to * addressWords),
      length: length.subarray(from, to),
      before: before.subarray(from, to),
      after: after.subarray(from, to),
    };
  }

  /** The route as the columns tell it; gives up the log's reference to its path. */
  #route(logged: number): number {
    if (logged >= 0) return logged === loggedUnknown ? routeUnknown : routeAbsent;
    const id = ~logged;
    let number = this.#paths.number(id);
    if (number >= this.#size || this.#dictionary[number] !== id) number = this.#addPath(id);
    this.#paths.release(id);
    return number + firstPath;
  }

  #addPath(id: number): number {
    const number = this.#size++;
    if (number === this.#dictionary.length) {
      const dictionary = new Int32Array(number * 2);
      dictionary.set(this.#dictionary);
      this.#dictionary = dictionary;
      const ends = new Uint32Array(number * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    const wordsAt = this.#wordCount;
    this.#wordCount += this.#paths.length(id);
    if (this.#wordCount > this.#words.length) {
      const words = new Uint32Array(Math.max(this.#words.length * 2, this.#wordCount));
      words.set(this.#words);
      this.#words = words;
    }
    this.#paths.copy(id, this.#words, wordsAt);
    this.#paths.setNumber(id, number);
    this.#dictionary[number] = id;
    this.#ends[number] = this.#wordCount;
    return number;
  }
}

/** A log in the order of block partitions, stable within each. */
class Sorted {
  readonly log: ChangeLog;
  /** Where each partition's changes start; one more for the end. */
  readonly starts: Uint32Array;
  /** Offset in the log of each change in that order. */
  readonly order: Uint32Array;
  readonly columns: ChangeColumns;

  constructor(family: Family, log: ChangeLog, partitions: number) {
    const { count, words, stride } = log;
    this.log = log;
    this.starts = new Uint32Array(partitions + 1);
    this.order = new Uint32Array(count);
    this.columns = count === 0 ? noChanges : emptyColumns(count, log.addressWords);
    if (count === 0) return;
    const blocks = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const block = blockPartition(family, words[i * stride + 3], partitions);
      blocks[i] = block;
      this.starts[block + 1]++;
    }
    for (let block = 0; block < partitions; block++) this.starts[block + 1] += this.starts[block];
    const next = this.starts.slice();
    for (let i = 0; i < count; i++) this.order[next[blocks[i]]++] = i * stride;
  }
}

const emptyColumns = (count: number, addressWords: number): ChangeColumns => ({
  count,
  second: new Uint8Array(count),
  peer: new Uint16Array(count),
  address: new Uint32Array(count * addressWords),
  length: new Uint8Array(count),
  before: new Uint32Array(count),
  after: new Uint32Array(count),
});
