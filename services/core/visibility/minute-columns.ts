import type { ChangeColumns, PeerReport, SourceChanges } from '../contract/route-changes.ts';
import type { Family } from '../prefix.ts';
import { MinutePaths } from './route-paths.ts';

const secondsInMinute = 60;

/** The changes of one source and family in one minute, ready to be read second by second. */
export interface MinuteColumn {
  readonly source: SourceChanges;
  readonly columns: ChangeColumns;
  /** Roster ids of the source's peers; of a seed, which does not vote, none. */
  readonly peers: Uint32Array;
  readonly paths: MinutePaths;
  /** Rows of second s are order[firstRow[s]] up to order[firstRow[s + 1]], in the source's order. */
  readonly firstRow: Uint32Array;
  /** Undefined where the rows already are in the order of their seconds. */
  readonly order: Uint32Array | undefined;
  /** Rows of all columns before this one: row r is number base + r in the minute. */
  readonly base: number;
}

/** Columns of one family that hold any change. */
export function minuteColumns(
  family: Family,
  sources: readonly SourceChanges[],
  ids: ReadonlyMap<PeerReport, number>,
): MinuteColumn[] {
  const found: MinuteColumn[] = [];
  let base = 0;
  for (const source of sources) {
    const columns = source[family];
    if (columns.count === 0) continue;
    const peers = source.seed
      ? new Uint32Array(0)
      : Uint32Array.from(source.peers, (report) => ids.get(report)!);
    const { firstRow, isSorted } = rowsBySecond(columns);
    const order = isSorted ? undefined : orderBySecond(columns, firstRow);
    found.push({ source, columns, peers, paths: new MinutePaths(source), firstRow, order, base });
    base += columns.count;
  }
  return found;
}

/** Which column holds a row, by its number in the minute. */
export function columnOf(columns: readonly MinuteColumn[], row: number): number {
  let low = 0;
  let high = columns.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (columns[middle].base <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where the rows of each second begin, and whether they already are in order. */
function rowsBySecond({ second, count }: ChangeColumns): { firstRow: Uint32Array; isSorted: boolean } {
  const firstRow = new Uint32Array(secondsInMinute + 1);
  let isSorted = true;
  let last = 0;
  for (let row = 0; row < count; row++) {
    const now = second[row];
    firstRow[now + 1]++;
    if (now < last) isSorted = false;
    last = now;
  }
  for (let of = 0; of < secondsInMinute; of++) firstRow[of + 1] += firstRow[of];
  return { firstRow, isSorted };
}

/** A counting sort: stable, so a peer's changes of one second stay in order. */
function orderBySecond({ second, count }: ChangeColumns, firstRow: Uint32Array): Uint32Array {
  const next = firstRow.slice();
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[next[second[row]]++] = row;
  return order;
}
