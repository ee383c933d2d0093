import { originOfWords } from '../bgp/as-path.ts';
import type { ElemQueue } from './elem-queue.ts';
import type { PathStore } from './path-store.ts';
import type { Peer } from './peer.ts';
import { pathOf } from './route-pages.ts';

/** How many routes were announced and withdrawn, by what that did to the table of the peer. */
export interface UpdateCounts {
  announcedNew: number;
  aaDiff: number;
  aaDup: number;
  waDiff: number;
  waDup: number;
  withdrawn: number;
  wwDup: number;
}

/** By origin AS. They are figures and no state: a process begins at 0, and what a task reads again counts again. */
export type WatchedUpdates = ReadonlyMap<number, UpdateCounts>;

/** Undefined where nobody is watched: then nothing is looked at. */
export function watchedUpdates(ases: readonly number[]): WatchedUpdates | undefined {
  if (ases.length === 0) return undefined;
  const none = { announcedNew: 0, aaDiff: 0, aaDup: 0, waDiff: 0, waDup: 0, withdrawn: 0, wwDup: 0 };
  return new Map(ases.map((asn) => [asn, { ...none }]));
}

/** Before a peer's routes are written with sign -1 and after it with 1: adds what it counted between. A loop over the names takes longer than the routes. */
export function tally(counts: UpdateCounts, peer: Peer, sign: -1 | 1): void {
  counts.announcedNew += sign * peer.announcedNew;
  counts.aaDiff += sign * peer.aaDiff;
  counts.aaDup += sign * peer.aaDup;
  counts.waDiff += sign * peer.waDiff;
  counts.waDup += sign * peer.waDup;
  counts.withdrawn += sign * peer.withdrawn;
  counts.wwDup += sign * peer.wwDup;
}

/**
 * Of which watched AS the routes of one source and family are. An announcement is of the origin of its path. A withdrawal
 * names no path: it is of the origin of the route that goes, and where there is none (WWDup) of the watched AS that the
 * source was last heard to have this prefix of.
 */
export class WatchedRoutes {
  readonly #updates: WatchedUpdates;
  readonly #paths: PathStore;
  /** By prefix id. */
  readonly #last = new Map<number, UpdateCounts>();

  constructor(updates: WatchedUpdates, paths: PathStore) {
    this.#updates = updates;
    this.#paths = paths;
  }

  /** Undefined where a run announces no watched AS. */
  announced(queue: ElemQueue, run: number): UpdateCounts | undefined {
    const { words, pathStart, pathLength, prefix, runPath, runStart } = queue;
    const path = runPath[run];
    const counts = this.#updates.get(originOfWords(words, pathLength[path], pathStart[path]));
    if (counts === undefined) return undefined;
    for (let at = runStart[run]; at < runStart[run + 1]; at++) this.#last.set(prefix[at], counts);
    return counts;
  }

  /** `before`: the slot of the route that is withdrawn. */
  withdrawn(prefix: number, before: number): UpdateCounts | undefined {
    if (before >= 0) return this.#last.get(prefix);
    const counts = this.#updates.get(this.#paths.origin(pathOf(before)));
    if (counts !== undefined) this.#last.set(prefix, counts);
    return counts;
  }
}
