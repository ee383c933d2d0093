import { blockPartition } from '../block.ts';
import type { ChangeColumns } from '../contract/route-changes.ts';
import type { Family } from '../prefix.ts';
import { BlockPaths } from './block-paths.ts';
import { type ChangeLog, lengthOf, peerOf, secondOf } from './change-log.ts';
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
  readonly #blockPaths: BlockPaths;
  readonly #ipv4: BlockSorter;
  readonly #ipv6: BlockSorter;

  constructor(paths: PathStore, partitions: number) {
    this.#partitions = partitions;
    this.#blockPaths = new BlockPaths(paths);
    this.#ipv4 = new BlockSorter('ipv4', partitions);
    this.#ipv6 = new BlockSorter('ipv6', partitions);
  }

  /**
   * Empties the logs of a minute. One entry a block partition; undefined where nothing changed.
   * Columns of one family share their memory. `peerIndex` says which report is a peer's.
   */
  write(ipv4: ChangeLog, ipv6: ChangeLog, peerIndex: Uint16Array): (BlockChanges | undefined)[] {
    const sorted4 = this.#ipv4.sort(ipv4, peerIndex);
    const sorted6 = this.#ipv6.sort(ipv6, peerIndex);
    const blockPaths = this.#blockPaths;
    blockPaths.beginMinute();
    const blocks: (BlockChanges | undefined)[] = [];
    for (let block = 0; block < this.#partitions; block++) {
      blockPaths.beginBlock();
      const columns4 = columnsOfBlock(sorted4, block, blockPaths);
      const columns6 = columnsOfBlock(sorted6, block, blockPaths);
      const isEmpty = columns4.count === 0 && columns6.count === 0;
      blocks.push(isEmpty ? undefined : { ipv4: columns4, ipv6: columns6, ...blockPaths.take() });
    }
    ipv4.clear();
    ipv6.clear();
    return blocks;
  }
}

/** Columns in the order of block partitions, stable within each; `before` and `after` are slots at first. */
interface SortedColumns {
  readonly columns: ChangeColumns;
  /** Where each partition's changes start; one more for the end. */
  readonly starts: Uint32Array;
  readonly addressWords: number;
}

class BlockSorter {
  readonly #partitions: number;
  /** Block partitions by the first bits of an address: the word shifted right by so much. */
  readonly #blocks: Uint32Array;
  readonly #shift: number;

  constructor(family: Family, partitions: number) {
    this.#partitions = partitions;
    const bits = family === 'ipv4' ? 8 : 16;
    this.#shift = 32 - bits;
    this.#blocks = Uint32Array.from({ length: 1 << bits }, (_, first) =>
      blockPartition(family, (first << this.#shift) >>> 0, partitions),
    );
  }

  sort(log: ChangeLog, peerIndex: Uint16Array): SortedColumns {
    const { words, stride, addressWords, count, end } = log;
    const starts = new Uint32Array(this.#partitions + 1);
    if (count === 0) return { columns: noChanges, starts, addressWords };
    const blocks = this.#blocks;
    const shift = this.#shift;
    for (let entry = 0; entry < end; entry += stride) starts[blocks[words[entry + 3] >>> shift] + 1]++;
    for (let block = 0; block < this.#partitions; block++) starts[block + 1] += starts[block];
    const next = starts.slice();
    const columns = emptyColumns(count, addressWords);
    const { second, peer, address, length, before, after } = columns;
    for (let entry = 0; entry < end; entry += stride) {
      const first = words[entry + 3];
      const at = next[blocks[first >>> shift]]++;
      const place = words[entry];
      second[at] = secondOf(place);
      peer[at] = peerIndex[peerOf(place)];
      length[at] = lengthOf(place);
      before[at] = words[entry + 1];
      after[at] = words[entry + 2];
      address[at * addressWords] = first;
      for (let word = 1; word < addressWords; word++)
        address[at * addressWords + word] = words[entry + 3 + word];
    }
    return { columns, starts, addressWords };
  }
}

function columnsOfBlock(
  { columns, starts, addressWords }: SortedColumns,
  block: number,
  blockPaths: BlockPaths,
): ChangeColumns {
  const from = starts[block];
  const to = starts[block + 1];
  if (from === to) return noChanges;
  const { second, peer, address, length, before, after } = columns;
  blockPaths.translate(before, after, from, to);
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

const emptyColumns = (count: number, addressWords: number): ChangeColumns => ({
  count,
  second: new Uint8Array(count),
  peer: new Uint16Array(count),
  address: new Uint32Array(count * addressWords),
  length: new Uint8Array(count),
  before: new Uint32Array(count),
  after: new Uint32Array(count),
});
