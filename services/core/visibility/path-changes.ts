import { firstPath } from '../contract/route-changes.ts';
import { columnOf, type MinuteColumn } from './minute-columns.ts';
import { type PathPart, sharedAses } from './route-paths.ts';

/** The distinct peers whose path of a prefix changed in a minute. */
export interface PathChange {
  readonly peers: readonly number[];
  /** The second of the minute in which enough peers had changed. */
  readonly second: number;
  readonly viaAses: readonly number[];
}

/**
 * Finds out, of one prefix at a time, whose path changed within the minute: it had one before and has another after
 * (AADiff), also where it was without any for some seconds (WADiff). Per peer: the route last held, the
 * one before the first change, the one right after it, and the last one. Routes are numbers of the peer's source.
 */
export class PathChanges {
  readonly #columns: readonly MinuteColumn[];
  readonly #held: Uint32Array;
  readonly #first: Uint32Array;
  readonly #next: Uint32Array;
  readonly #last: Uint32Array;
  /** Column of each peer that changed. */
  readonly #column: Uint16Array;

  constructor(columns: readonly MinuteColumn[], peers: number) {
    this.#columns = columns;
    this.#held = new Uint32Array(peers);
    this.#first = new Uint32Array(peers);
    this.#next = new Uint32Array(peers);
    this.#last = new Uint32Array(peers);
    this.#column = new Uint16Array(peers);
  }

  /** Undefined if fewer than `enough` peers changed theirs. `rows` are the prefix's, in order. */
  find(rows: readonly number[], enough: number, originAs: number): PathChange | undefined {
    this.#held.fill(0);
    this.#first.fill(0);
    const changed: number[] = [];
    let second = 0;
    let number = 0;
    let { columns, peers, base } = this.#columns[0];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (row < base || row >= base + columns.count) {
        number = columnOf(this.#columns, row);
        ({ columns, peers, base } = this.#columns[number]);
      }
      const at = row - base;
      const peer = peers[columns.peer[at]];
      if (!this.#apply(peer, columns.before[at], columns.after[at])) continue;
      this.#column[peer] = number;
      changed.push(peer);
      if (changed.length === enough) second = columns.second[at];
    }
    if (changed.length < enough) return undefined;
    const parts: PathPart[] = [];
    for (let i = 0; i < changed.length; i++) parts.push(this.#part(changed[i]));
    return { peers: changed, second, viaAses: sharedAses(parts, originAs) };
  }

  /** True where the peer's path changed for the first time in the minute. */
  #apply(peer: number, routeBefore: number, after: number): boolean {
    const before = routeBefore >= firstPath ? routeBefore : this.#held[peer];
    if (after < firstPath) {
      this.#held[peer] = before;
      return false;
    }
    this.#held[peer] = after;
    if (before < firstPath || before === after) return false;
    this.#last[peer] = after;
    if (this.#first[peer] !== 0) return false;
    this.#first[peer] = before;
    this.#next[peer] = after;
    return true;
  }

  #part(peer: number): PathPart {
    const first = this.#first[peer];
    // A path that came back was elsewhere in between.
    const last = this.#last[peer] === first ? this.#next[peer] : this.#last[peer];
    return this.#columns[this.#column[peer]].paths.changed(first - firstPath, last - firstPath);
  }
}
