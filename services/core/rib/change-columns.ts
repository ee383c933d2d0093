import { blockPartition } from '../block.ts';
import { type ChangeColumns, firstPath, routeAbsent, routeUnknown } from '../contract/route-changes.ts';
import type { Family } from '../prefix.ts';
import { type ChangeLog, lengthOf, loggedPath, loggedUnknown, peerOf, secondOf } from './change-log.ts';
import type { MinutePaths } from './minute-paths.ts';
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
  readonly #partitions: number;
  readonly #dictionary: Dictionary;

  constructor(paths: PathStore, partitions: number) {
    this.#partitions = partitions;
    this.#dictionary = new Dictionary(paths);
  }

  /**
   * Empties the logs of a minute and its paths. One entry a block partition; undefined where nothing changed.
   * Columns of one family share their memory. `peerIndex` says which report is a peer's.
   */
  write(
    ipv4: ChangeLog,
    ipv6: ChangeLog,
    minutePaths: MinutePaths,
    peerIndex: Uint16Array,
  ): (BlockChanges | undefined)[] {
    const four = new Sorted('ipv4', ipv4, this.#partitions, peerIndex);
    const six = new Sorted('ipv6', ipv6, this.#partitions, peerIndex);
    const dictionary = this.#dictionary;
    dictionary.beginMinute(minutePaths);
    const blocks: (BlockChanges | undefined)[] = [];
    for (let block = 0; block < this.#partitions; block++) {
      dictionary.beginBlock();
      const columns4 = four.block(block, dictionary);
      const columns6 = six.block(block, dictionary);
      const isEmpty = columns4.count === 0 && columns6.count === 0;
      blocks.push(isEmpty ? undefined : { ipv4: columns4, ipv6: columns6, ...dictionary.take() });
    }
    ipv4.clear();
    ipv6.clear();
    minutePaths.clear();
    return blocks;
  }
}

/** The paths of the block in hand, in the order in which its changes name them. */
class Dictionary {
  readonly #paths: PathStore;
  /** The minute's paths: the number of the first entry of the same path, and its id. */
  #numbers: Uint32Array = new Uint32Array(0);
  #ids: Int32Array = new Int32Array(0);
  /**
   * For each number the path's place in the last block that named it. Places are counted through the whole minute, so
   * that nothing has to be cleared between blocks: a place before the block's first is none.
   */
  #places = new Uint32Array(0);
  #first = 1;
  #next = 1;
  #ends = new Uint32Array(256);
  #words = new Uint32Array(1024);
  #wordCount = 0;

  constructor(paths: PathStore) {
    this.#paths = paths;
  }

  beginMinute(minutePaths: MinutePaths): void {
    const { numbers, ids } = minutePaths.distinct();
    this.#numbers = numbers;
    this.#ids = ids;
    this.#places = new Uint32Array(numbers.length);
    this.#next = 1;
  }

  beginBlock(): void {
    this.#first = this.#next;
    this.#wordCount = 0;
  }

  /** Turns logged routes into what the block's columns tell. */
  translate(before: Uint32Array, after: Uint32Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      before[at] = this.#route(before[at]);
      after[at] = this.#route(after[at]);
    }
  }

  take(): { pathWords: Uint32Array; pathEnds: Uint32Array } {
    return {
      pathWords: this.#words.slice(0, this.#wordCount),
      pathEnds: this.#ends.slice(0, this.#next - this.#first),
    };
  }

  #route(logged: number): number {
    if (logged < loggedPath) return logged === loggedUnknown ? routeUnknown : routeAbsent;
    const number = this.#numbers[logged - loggedPath];
    let place = this.#places[number];
    if (place < this.#first) place = this.#add(number);
    return place - this.#first + firstPath;
  }

  #add(number: number): number {
    const place = this.#next++;
    this.#places[number] = place;
    const index = place - this.#first;
    if (index === this.#ends.length) {
      const ends = new Uint32Array(index * 2);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    const id = this.#ids[number];
    const wordsAt = this.#wordCount;
    this.#wordCount += this.#paths.length(id);
    if (this.#wordCount > this.#words.length) {
      const words = new Uint32Array(Math.max(this.#words.length * 2, this.#wordCount));
      words.set(this.#words);
      this.#words = words;
    }
    this.#paths.copy(id, this.#words, wordsAt);
    this.#ends[index] = this.#wordCount;
    return place;
  }
}

/** The columns of a log in the order of block partitions, stable within each; routes are as they were logged at first. */
class Sorted {
  readonly #addressWords: number;
  /** Where each partition's changes start; one more for the end. */
  readonly #starts: Uint32Array;
  readonly #columns: ChangeColumns;

  constructor(family: Family, log: ChangeLog, partitions: number, peerIndex: Uint16Array) {
    const { words, stride, addressWords, count } = log;
    this.#addressWords = addressWords;
    this.#starts = new Uint32Array(partitions + 1);
    this.#columns = count === 0 ? noChanges : emptyColumns(count, addressWords);
    const blocks = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const block = blockPartition(family, words[i * stride + 3], partitions);
      blocks[i] = block;
      this.#starts[block + 1]++;
    }
    for (let block = 0; block < partitions; block++) this.#starts[block + 1] += this.#starts[block];
    const next = this.#starts.slice();
    const { second, peer, address, length, before, after } = this.#columns;
    for (let i = 0, entry = 0; i < count; i++, entry += stride) {
      const at = next[blocks[i]]++;
      const place = words[entry];
      second[at] = secondOf(place);
      peer[at] = peerIndex[peerOf(place)];
      length[at] = lengthOf(place);
      before[at] = words[entry + 1];
      after[at] = words[entry + 2];
      for (let word = 0; word < addressWords; word++)
        address[at * addressWords + word] = words[entry + 3 + word];
    }
  }

  block(block: number, dictionary: Dictionary): ChangeColumns {
    const from = this.#starts[block];
    const to = this.#starts[block + 1];
    if (from === to) return noChanges;
    const { second, peer, address, length, before, after } = this.#columns;
    dictionary.translate(before, after, from, to);
    return {
      count: to - from,
      second: second.subarray(from, to),
      peer: peer.subarray(from, to),
      address: address.subarray(from * this.#addressWords, to * this.#addressWords),
      length: length.subarray(from, to),
      before: before.subarray(from, to),
      after: after.subarray(from, to),
    };
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
