import type { SourceChanges } from '../contract/route-changes.ts';

/**
 * AS paths as they stand in RouteChanges: runs of segments, each one word (type * 256 + count, RFC 4271 4.3),
 * then its AS numbers. Confederation segments (RFC 5065) are the peer's own affair and are passed over.
 */
const asSet = 1;
const asSequence = 2;

export type PathSource = Pick<SourceChanges, 'pathWords' | 'pathEnds'>;

const startOf = (ends: Uint32Array, path: number): number => (path === 0 ? 0 : ends[path - 1]!);

/** Words of one path, not copied. */
export const pathWords = (source: PathSource, path: number): Uint32Array =>
  source.pathWords.subarray(startOf(source.pathEnds, path), source.pathEnds[path]!);

/** Origin AS of each path: the last AS where the last segment is an AS_SEQUENCE; else 0 (RFC 6811: none). */
export function pathOrigins(source: PathSource): Uint32Array {
  const origins = new Uint32Array(source.pathEnds.length);
  let at = 0;
  for (let path = 0; path < origins.length; path++) {
    const end = source.pathEnds[path]!;
    while (at < end) {
      const head = source.pathWords[at]!;
      const count = head & 255;
      origins[path] = head >>> 8 === asSequence && count > 0 ? source.pathWords[at + count]! : 0;
      at += 1 + count;
    }
    at = end;
  }
  return origins;
}

export function samePath(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

/** Different ASes of a path, origin's side first. */
export function ases(path: Uint32Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < path.length; at += 1 + (path[at]! & 255)) {
    const type = path[at]! >>> 8;
    if (type !== asSequence && type !== asSet) continue;
    for (let i = 1; i <= (path[at]! & 255); i++) found.push(path[at + i]!);
  }
  return [...new Set(found.reverse())];
}

/** ASes that are on one of two paths only, origin's side first, with their distance from the origin in ASes. */
export function changedPart(before: Uint32Array, after: Uint32Array): Map<number, number> {
  const old = ases(before);
  const now = ases(after);
  const distances = new Map<number, number>();
  old.forEach((as, distance) => {
    if (!now.includes(as)) distances.set(as, distance);
  });
  now.forEach((as, distance) => {
    if (!old.includes(as)) distances.set(as, distance);
  });
  return distances;
}

/** Counts in how many of some paths (or parts of them) each AS lies, and how far from the origin. */
export class SharedAses {
  #paths = 0;
  readonly #seen = new Map<number, { count: number; distance: number }>();

  add(distances: Iterable<readonly [number, number]>): void {
    this.#paths++;
    for (const [as, distance] of distances) {
      const entry = this.#seen.get(as);
      if (entry === undefined) this.#seen.set(as, { count: 1, distance });
      else {
        entry.count++;
        entry.distance += distance;
      }
    }
  }

  /** ASes other than the origin on at least 70 % of the paths, nearest to the origin first, at most 8. */
  shared(originAs: number): number[] {
    return [...this.#seen]
      .filter(([as, { count }]) => as !== originAs && count * 10 >= this.#paths * 7)
      .sort(([asA, a], [asB, b]) => a.distance * b.count - b.distance * a.count || asA - asB)
      .slice(0, 8)
      .map(([as]) => as);
  }
}
