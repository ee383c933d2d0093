import type { EventSecond } from '#core/event-time.ts';
import type { Paint } from '../report/terminal.ts';

/** When each of some networks was gone, and the score of their AS, as the services told it. */
export class NetworkHistory {
  readonly prefixes: readonly string[];
  /** For each prefix: lost, returned, lost, returned; in seconds. */
  readonly #crossings: ReadonlyMap<string, EventSecond[]>;
  readonly #scores: { readonly second: EventSecond; readonly score: number }[] = [];

  constructor(prefixes: readonly string[]) {
    this.prefixes = prefixes;
    this.#crossings = new Map(prefixes.map((prefix) => [prefix, []]));
  }

  /** Told in the order of time; what was lost is not lost again. */
  lost(prefix: string, second: EventSecond): void {
    const crossings = this.#crossings.get(prefix);
    if (crossings !== undefined && crossings.length % 2 === 0) crossings.push(second);
  }

  returned(prefix: string, second: EventSecond): void {
    const crossings = this.#crossings.get(prefix);
    if (crossings !== undefined && crossings.length % 2 === 1) crossings.push(second);
  }

  scored(second: EventSecond, score: number): void {
    this.#scores.push({ second, score });
  }

  /** Share of [from, to) in which it was gone. */
  goneShare(prefix: string, from: EventSecond, to: EventSecond): number {
    const crossings = this.#crossings.get(prefix)!;
    let gone = 0;
    for (let i = 0; i < crossings.length; i += 2) {
      const end = crossings[i + 1] ?? Number.POSITIVE_INFINITY;
      gone += Math.max(0, Math.min(to, end) - Math.max(from, crossings[i]!));
    }
    return gone / (to - from);
  }

  /** The highest score told in [from, to); undefined where none was. */
  highestScore(from: EventSecond, to: EventSecond): number | undefined {
    let highest: number | undefined;
    for (const { second, score } of this.#scores) {
      if (second >= from && second < to) highest = Math.max(highest ?? 0, score);
    }
    return highest;
  }

  /** True where anything was lost, or gone, in [from, to). */
  hasLosses(from: EventSecond, to: EventSecond): boolean {
    return this.prefixes.some((prefix) => this.goneShare(prefix, from, to) > 0);
  }
}

export interface PictureFrame {
  readonly fromSecond: EventSecond;
  readonly cellSeconds: number;
  readonly cells: number;
  /** Text above the cells, at the cell it begins at. */
  readonly marks: readonly { readonly cell: number; readonly text: string }[];
}

const visibleCell = '█';
const partlyCell = '▒';
const goneCell = '·';
const scoreCells = '▁▂▃▄▅▆▇█';
/** A cell in which a network was away for less than this share is drawn as visible only if it was never away. */
const goneWhole = 0.999;

export const pictureLegend = `${visibleCell} visible   ${partlyCell} gone for a part of the time   ${goneCell} gone`;

/** A row for each network, time from left to right, and the score of their AS below. */
export function picture(history: NetworkHistory, frame: PictureFrame, paint: Paint): string[] {
  const label = Math.max(...history.prefixes.map((prefix) => prefix.length), 'score S'.length) + 2;
  const cells = Array.from({ length: frame.cells }, (_, cell) => {
    const from = frame.fromSecond + cell * frame.cellSeconds;
    return [from, from + frame.cellSeconds] as const;
  });
  const rows = history.prefixes.map((prefix) => {
    const row = cells.map(([from, to]) => networkCell(history.goneShare(prefix, from, to)));
    return prefix.padEnd(label) + paintRuns(row, paint);
  });
  const scores = cells.map(([from, to]) => scoreCell(history.highestScore(from, to))).join('');
  return [
    `${' '.repeat(label)}${paint('dim', marksRow(frame))}`.trimEnd(),
    ...rows,
    `${'score S'.padEnd(label)}${paint('notice', scores)}`,
  ];
}

const networkCell = (goneShare: number): string => {
  if (goneShare === 0) return visibleCell;
  return goneShare >= goneWhole ? goneCell : partlyCell;
};

const scoreCell = (score: number | undefined): string =>
  score === undefined
    ? ' '
    : scoreCells[Math.min(scoreCells.length - 1, Math.floor(score * scoreCells.length))]!;

/** Colours whole runs of equal cells. */
function paintRuns(row: readonly string[], paint: Paint): string {
  let text = '';
  for (let from = 0; from < row.length; ) {
    let to = from;
    while (to < row.length && row[to] === row[from]) to++;
    const tone = row[from] === visibleCell ? 'good' : row[from] === partlyCell ? 'warning' : 'critical';
    text += paint(tone, row[from]!.repeat(to - from));
    from = to;
  }
  return text;
}

function marksRow({ cells, marks }: PictureFrame): string {
  let row = '';
  for (const { cell, text } of marks) if (cell >= row.length) row = row.padEnd(cell) + text;
  return row.slice(0, cells);
}
