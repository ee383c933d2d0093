/** A figure, and what it is held against where there is a bar. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly bar?: string;
  readonly holds?: boolean;
}

/** Prints the figures beside their bars. Where one does not hold, the process ends with status 1. */
export function print(title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  console.log(`\n${title}`);
  for (const { what, figure, bar, holds } of rows) {
    const verdict = bar === undefined ? '     ' : holds ? 'holds' : 'FAILS';
    const bars = bar === undefined ? '' : `  (bar ${bar})`;
    console.log(`  ${verdict}  ${what.padEnd(width)}  ${figure}${bars}`);
    if (bar !== undefined && !holds) process.exitCode = 1;
  }
}
