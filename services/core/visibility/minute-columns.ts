import type { ChangeColumns, SourceChanges } from '../contract/route-changes.ts';
import type { Family } from '../prefix.ts';
import type { PeerRoster } from './peer-roster.ts';
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
  roster: PeerRoster,
): MinuteColumn[] {
  const found: MinuteColumn[] = [];
  let base = 0;
  for (const source of sources) {
    const columns = source[family];
    if (columns.count === 0) continue;
    const peers = source.seed
      ? new Uint32Array(0)
      : Uint32Array.from(source.peers, (report) => roster.idOf(source.source, report));
    const firstRow = firstRows(columns);
    const order = isSorted(columns) ? undefined : orderBySecond(columns, firstRow);
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

function firstRows(columns: ChangeColumns): Uint32Array {
  const first = new Uint32Array(secondsInMinute + 1);
  for (let row = 0; row < columns.count; row++) first[columns.second[row] + 1]++;
  for (let second = 0; second < secondsInMinute; second++) first[second + 1] += first[second];
  return first;
}

function isSorted({ second, count }: ChangeColumns): boolean {
  for (let row = 1; row < count; row++) if (second[row] < second[row - 1]) return false;
  return true;
}

/** A counting sort: stable, so a peer's changes of one second stay in order. */
function orderBySecond({ second, count }: ChangeColumns, firstRow: Uint32Array): Uint32Array {
  const next = firstRow.slice();
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[next[second[row]]++] = row;
  return order;
}
