/** A figure, and what it is held against where there is a bar. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly bar?: string;
  /** 'skipped': it was not measured, and the figure says why. */
  readonly holds?: boolean | 'skipped';
}

/** Prints the figures beside their bars. Where one does not hold, the process ends with status 1. */
export function print(title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  console.log(`\n${title}`);
  for (const { what, figure, bar, holds } of rows) {
    const measured = holds === 'skipped' ? 'SKIPPED' : holds ? 'holds' : 'FAILS';
    const verdict = bar === undefined ? '' : measured;
    const bars = bar === undefined ? '' : `  (bar ${bar})`;
    console.log(`  ${verdict.padEnd(7)}  ${what.padEnd(width)}  ${figure}${bars}`);
    if (bar !== undefined && !holds) process.exitCode = 1;
  }
}
