import { firstPath } from '../contract/route-changes.ts';
import { columnOf, type MinuteColumn } from './minute-columns.ts';
import { changedPart, pathWords, SharedAses, samePath } from './route-paths.ts';

/** A row of the minute, read. */
export interface RouteRow {
  readonly peer: number;
  readonly second: number;
  /** Undefined where it was absent, or is now. */
  readonly before: Uint32Array | undefined;
  readonly after: Uint32Array | undefined;
}

export function readRow(columns: readonly MinuteColumn[], row: number): RouteRow {
  const column = columnOf(columns, row);
  const at = row - column.base;
  const path = (route: number) =>
    route < firstPath ? undefined : pathWords(column.source, route - firstPath);
  return {
    peer: column.peers[column.columns.peer[at]!]!,
    second: column.columns.second[at]!,
    before: path(column.columns.before[at]!),
    after: path(column.columns.after[at]!),
  };
}

/** What became of one peer's path within the minute. */
interface PeerPath {
  /** As it was before it first changed, and right after that. */
  readonly first: Uint32Array;
  readonly next: Uint32Array;
  /** As it was last heard in the minute. */
  last: Uint32Array;
}

/** The distinct peers whose path of a prefix changed in a minute. */
export interface PathChange {
  readonly peers: readonly number[];
  /** The second in which `enough` peers had changed. */
  readonly second: number;
  readonly viaAses: readonly number[];
}

/**
 * A peer's path changed if it had one before and has another after (AADiff), also where it was without any
 * for some seconds (WADiff). Undefined if fewer than `enough` peers changed theirs.
 */
export function pathChange(
  rows: readonly RouteRow[],
  enough: number,
  originAs: number,
): PathChange | undefined {
  const held = new Map<number, Uint32Array>();
  const changed = new Map<number, PeerPath>();
  let second: number | undefined;
  for (const row of rows) {
    const before = row.before ?? held.get(row.peer);
    if (before !== undefined) held.set(row.peer, before);
    if (row.after === undefined) continue;
    held.set(row.peer, row.after);
    if (before === undefined || samePath(before, row.after)) continue;
    const peerPath = changed.get(row.peer);
    if (peerPath !== undefined) peerPath.last = row.after;
    else changed.set(row.peer, { first: before, next: row.after, last: row.after });
    if (changed.size >= enough) second ??= row.second;
  }
  if (second === undefined) return undefined;
  const shared = new SharedAses();
  for (const { first, next, last } of changed.values()) {
    // A path that came back was elsewhere in between.
    shared.add(changedPart(first, samePath(first, last) ? next : last));
  }
  return { peers: [...changed.keys()], second, viaAses: shared.shared(originAs) };
}
