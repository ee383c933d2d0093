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
  readonly #parts: (PathPart | undefined)[];
  /** By the number of the path before * the number of paths + that of the path after. */
  readonly #changes = new Map<number, PathPart>();

  constructor(source: Pick<SourceChanges, 'pathWords' | 'pathEnds'>) {
    this.#source = source;
    this.origins = pathOrigins(source.pathWords, source.pathEnds);
    this.#parts = new Array(this.origins.length);
  }

  /** All ASes of a path. Many prefixes have the same paths, so it is remembered. */
  whole(path: number): PathPart {
    let part = this.#parts[path];
    if (part === undefined) {
      const { pathWords, pathEnds } = this.#source;
      part = partOf(pathWords, path === 0 ? 0 : pathEnds[path - 1], pathEnds[path]);
      this.#parts[path] = part;
    }
    return part;
  }

  /** The ASes that are on one of two paths only. Many prefixes change alike. */
  changed(before: number, after: number): PathPart {
    const key = before * this.origins.length + after;
    let part = this.#changes.get(key);
    if (part === undefined) {
      part = difference(this.whole(before), this.whole(after));
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

/** The different ASes between two words of a run of segments, origin's side first. */
function partOf(pathWords: Uint32Array, start: number, end: number): PathPart {
  const ases: number[] = [];
  for (let at = start; at < end; at += 1 + (pathWords[at] & 255)) {
    const type = pathWords[at] >>> 8;
    if (type !== asSequence && type !== asSet) continue;
    for (let i = 1; i <= (pathWords[at] & 255); i++) ases.push(pathWords[at + i]);
  }
  const part: number[] = [];
  for (let i = ases.length - 1; i >= 0; i--) {
    if (!isOn(part, ases[i])) part.push(ases[i], part.length / 2);
  }
  return part;
}

function isOn(part: PathPart, as: number): boolean {
  for (let at = 0; at < part.length; at += 2) if (part[at] === as) return true;
  return false;
}

function difference(before: PathPart, after: PathPart): PathPart {
  const part: number[] = [];
  addMissing(before, after, part);
  addMissing(after, before, part);
  return part;
}

/** Adds what is on a part, but not on another. */
function addMissing(part: PathPart, other: PathPart, missing: number[]): void {
  for (let at = 0; at < part.length; at += 2) {
    if (!isOn(other, part[at])) missing.push(part[at], part[at + 1]);
  }
}

const maxShared = 8;

/** ASes other than the origin on at least 70 % of the parts, nearest to the origin first, at most 8. */
export function sharedAses(parts: readonly PathPart[], originAs: number): number[] {
  const enough = Math.ceil((parts.length * 7) / 10);
  // An AS on that many parts is on one of the first few.
  const first = parts.length - enough + 1;
  /** AS, parts that it is on, sum of its distances; and so on. */
  const counts: number[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    for (let at = 0; at < part.length; at += 2) {
      const as = part[at];
      let entry = 0;
      while (entry < counts.length && counts[entry] !== as) entry += 3;
      if (entry < counts.length) {
        counts[entry + 1]++;
        counts[entry + 2] += part[at + 1];
      } else if (i < first && as !== originAs) counts.push(as, 1, part[at + 1]);
    }
  }
  const shared: { readonly as: number; readonly count: number; readonly distance: number }[] = [];
  for (let entry = 0; entry < counts.length; entry += 3) {
    const [as, count, distance] = [counts[entry], counts[entry + 1], counts[entry + 2]];
    if (count >= enough) shared.push({ as, count, distance });
  }
  return shared
    .sort((a, b) => a.distance * b.count - b.distance * a.count || a.as - b.as)
    .slice(0, maxShared)
    .map(({ as }) => as);
}
