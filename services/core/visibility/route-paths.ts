import type { SourceChanges } from '../contract/route-changes.ts';

/**
 * AS paths as they stand in RouteChanges: runs of segments, each one word (type * 256 + count, RFC 4271 4.3),
 * then its AS numbers. Confederation segments (RFC 5065) are the peer's own affair and are passed over.
 */
const asSet = 1;
const asSequence = 2;

/** Some ASes of a path with their distances from the origin in ASes: AS, distance, AS, distance, ... */
export type PathPart = readonly number[];

/** The paths of one source in one minute; equal numbers are equal paths. */
export class MinutePaths {
  readonly #source: Pick<SourceChanges, 'pathWords' | 'pathEnds'>;
  /** Origin AS of each path: the last AS where the last segment is an AS_SEQUENCE; else 0 (RFC 6811: none). */
  readonly origins: Uint32Array;
  readonly #changes = new Map<number, PathPart>();

  constructor(source: Pick<SourceChanges, 'pathWords' | 'pathEnds'>) {
    this.#source = source;
    this.origins = pathOrigins(source.pathWords, source.pathEnds);
  }

  /** Words of one path, not copied. */
  words(path: number): Uint32Array {
    const { pathWords, pathEnds } = this.#source;
    return pathWords.subarray(path === 0 ? 0 : pathEnds[path - 1], pathEnds[path]);
  }

  /** The ASes that are on one of two paths only. Many prefixes change alike, so it is remembered. */
  changedPart(before: number, after: number): PathPart {
    const key = before * this.origins.length + after;
    let part = this.#changes.get(key);
    if (part === undefined) {
      part = changedPart(this.words(before), this.words(after));
      this.#changes.set(key, part);
    }
    return part;
  }
}

function pathOrigins(pathWords: Uint32Array, pathEnds: Uint32Array): Uint32Array {
  const origins = new Uint32Array(pathEnds.length);
  let at = 0;
  for (let path = 0; path < origins.length; path++) {
    const end = pathEnds[path];
    while (at < end) {
      const count = pathWords[at] & 255;
      origins[path] = pathWords[at] >>> 8 === asSequence && count > 0 ? pathWords[at + count] : 0;
      at += 1 + count;
    }
  }
  return origins;
}

/** Different ASes of a path, origin's side first. */
export function asesOf(path: Uint32Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < path.length; at += 1 + (path[at] & 255)) {
    const type = path[at] >>> 8;
    if (type !== asSequence && type !== asSet) continue;
    for (let i = 1; i <= (path[at] & 255); i++) found.push(path[at + i]);
  }
  return [...new Set(found.reverse())];
}

export const wholePath = (path: Uint32Array): PathPart =>
  asesOf(path).flatMap((as, distance) => [as, distance]);

function changedPart(before: Uint32Array, after: Uint32Array): PathPart {
  const old = asesOf(before);
  const now = asesOf(after);
  const gone = old.flatMap((as, distance) => (now.includes(as) ? [] : [as, distance]));
  const come = now.flatMap((as, distance) => (old.includes(as) ? [] : [as, distance]));
  return [...gone, ...come];
}

const maxShared = 8;

/** ASes other than the origin on at least 70 % of the parts, nearest to the origin first, at most 8. */
export function sharedAses(parts: readonly PathPart[], originAs: number): number[] {
  const enough = Math.ceil((parts.length * 7) / 10);
  // An AS on that many parts is on one of the first few.
  const first = parts.length - enough + 1;
  const shared: { readonly as: number; count: number; distance: number }[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    for (let at = 0; at < part.length; at += 2) {
      const as = part[at];
      const entry = shared.find((other) => other.as === as);
      if (entry !== undefined) {
        entry.count++;
        entry.distance += part[at + 1];
      } else if (i < first && as !== originAs) shared.push({ as, count: 1, distance: part[at + 1] });
    }
  }
  return shared
    .filter(({ count }) => count >= enough)
    .sort((a, b) => a.distance * b.count - b.distance * a.count || a.as - b.as)
    .slice(0, maxShared)
    .map(({ as }) => as);
}
