import { readFileSync } from 'node:fs';

/** One row of a hindsight table of outages: prefixes of one origin AS that went together. Times in seconds since 1970. */
export interface OutageRow {
  readonly originAs: number;
  readonly prefixes: number;
  readonly covered: number;
  /** Prefixes of the AS named in the day, and in the table that seeds a run (0: not in it). */
  readonly known: number;
  readonly inTable: number;
  readonly firstDown: number;
  readonly lastDown: number;
}

export interface BeatRow {
  readonly originAs: number;
  readonly watchAt: string;
  readonly confirmedAt: string;
}

export function readOutages(file: string): OutageRow[] {
  return rowsOf(file).map((row) => ({
    originAs: Number(row.originAs),
    prefixes: Number(row.prefixes),
    covered: Number(row.covered),
    known: Number(row.known),
    inTable: Number(row.table2008),
    firstDown: Date.parse(row.firstDown!) / 1000,
    lastDown: Date.parse(row.lastDown!) / 1000,
  }));
}

export function readBeats(file: string): BeatRow[] {
  return rowsOf(file).map((row) => ({
    originAs: Number(row.originAs),
    watchAt: row.watchAt!,
    confirmedAt: row.confirmedAt!,
  }));
}

/** A seeded run knows the whole table; shares are then of the larger count. */
export function shareOf(row: OutageRow, seeded: boolean): number {
  return row.prefixes / (seeded ? Math.max(row.known, row.inTable) : row.known);
}

export const mostlyCovered = (row: OutageRow): boolean => row.covered * 2 > row.prefixes;

function rowsOf(file: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const names = header!.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((value, i) => [names[i]!, value])));
}
