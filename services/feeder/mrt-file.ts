import { realpathSync, statSync } from 'node:fs';
import type { EventSecond } from '#core/event-time.ts';
import type { InputEvents } from '#runtime/input/input.ts';
import { openInput } from '#runtime/input/open-input.ts';
import { sourceOf } from './source-name.ts';

/** MRT bytes from anywhere. */
export interface MrtFile {
  /** What people call it: its path. */
  readonly name: string;
  readonly source: string;
  /** A table that votes for nothing: it says which prefixes and origins to expect. */
  readonly isSeed: boolean;
  /** Its name is a path, from which it can be opened again. */
  readonly isOnDisk?: boolean;
  /** Size as it lies on disk, for progress. */
  readonly bytes: number;
  /** No record in it is expected to be earlier; undefined where only its first record tells. */
  readonly notBefore?: EventSecond;
  open(): InputEvents;
}

/** A file on disk; `source` where the path does not decide it. */
export function diskFile(path: string): MrtFile {
  const notBefore = timeInName(path);
  return {
    name: path,
    source: sourceOf(path),
    isSeed: false,
    isOnDisk: true,
    bytes: statSync(path).size,
    ...(notBefore === undefined ? {} : { notBefore }),
    open: () => openInput(path),
  };
}

/** Paths of the same file count once. */
export function distinctFiles(paths: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const real = realpathSync(path);
    if (!seen.has(real)) seen.set(real, path);
  }
  return [...seen.values()];
}

const archiveTime = /(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)[.-]?(\d\d)(\d\d)(?!\d)/;

/**
 * Archives write the time of a file's first records into its name ("updates.20080220.0006.bz2", UTC). Used to order
 * bzip2 files, of which the first record costs a block of 900 kB to read; a name that is wrong makes records late.
 */
export function timeInName(path: string): EventSecond | undefined {
  const match = archiveTime.exec(path.slice(path.lastIndexOf('/') + 1));
  if (match === null || !/\.bz2$/i.test(path)) return undefined;
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute) / 1000;
}
