import type { EventSecond } from '#core/event-time.ts';
import type { StateSpan } from '../view/state-spans.ts';
import { type Html, html } from './html.ts';
import { cellCount, percentOf, type TimeFrame, timeMarks } from './time-frame.ts';

/** What a cell shows: 0 all well, 1 to 3 away for a part of the time or of the witnesses, 4 away; undefined: not known. */
export type Level = 0 | 1 | 2 | 3 | 4 | undefined;

/** The stretch of time of which anything was told; before and after it nothing is known. */
export interface Told {
  readonly firstSecond: EventSecond;
  readonly asOfSecond: EventSecond;
}

/** So much of a cell must have been away to be drawn as wholly away. */
const wholeShare = 0.999;

/** One cell: how much of it lies in spans, and how much was away, where partly counts as half. */
export interface Cell {
  spanSeconds: number;
  awaySeconds: number;
}

/** Spread over the cells of the frame; `away` says how much of each state is away, from 0 to 1. */
export function cellsOf<State extends string>(
  spans: readonly StateSpan<State>[],
  away: Readonly<Record<State, number>>,
  frame: TimeFrame,
): Cell[] {
  const { fromSecond, toSecond, cellSeconds } = frame;
  const cells = Array.from({ length: cellCount(frame) }, () => ({ spanSeconds: 0, awaySeconds: 0 }));
  for (const span of spans) {
    const from = Math.max(span.fromSecond, fromSecond);
    const to = Math.min(span.toSecond, toSecond);
    for (let second = from; second < to; ) {
      const cell = Math.floor((second - fromSecond) / cellSeconds);
      const end = Math.min(to, fromSecond + (cell + 1) * cellSeconds);
      cells[cell]!.spanSeconds += end - second;
      cells[cell]!.awaySeconds += (end - second) * away[span.state];
      second = end;
    }
  }
  return cells;
}

/** Of `seconds`, those of a cell that were told of. */
export function levelOf({ awaySeconds }: Cell, seconds: number): Level {
  const share = awaySeconds / seconds;
  if (share === 0) return 0;
  if (share >= wholeShare) return 4;
  return share < 1 / 3 ? 1 : share < 2 / 3 ? 2 : 3;
}

/** A row of cells; equal ones side by side become one rectangle. */
export function drawnCells(levels: readonly Level[], top: number, height: number, frame: TimeFrame): Html {
  const rectangles: Html[] = [];
  for (let from = 0; from < levels.length; ) {
    let to = from + 1;
    while (to < levels.length && levels[to] === levels[from]) to++;
    const level = levels[from];
    const x = percentOf(frame, frame.fromSecond + from * frame.cellSeconds);
    const end = percentOf(frame, frame.fromSecond + to * frame.cellSeconds);
    const width = Math.round((end - x) * 100) / 100;
    rectangles.push(
      html`<rect class="${level === undefined ? 'unknown' : `l${level}`}" x="${x}%" y="${top}" width="${width}%" height="${height}"/>`,
    );
    from = to;
  }
  return html`${rectangles}`;
}

/** Over the cells: lines at round times, and what was not told. */
export function overCells(frame: TimeFrame, { firstSecond, asOfSecond }: Told, height: number): Html {
  const start = percentOf(frame, firstSecond);
  const end = percentOf(frame, asOfSecond);
  return html`${timeGrid(frame, height)}${start > 0 && html`<rect class="unknown" x="0" width="${start}%" height="${height}"/>`}${
    end < 100 &&
    html`<rect class="unknown" x="${end}%" width="${Math.round((100 - end) * 100) / 100}%" height="${height}"/>`
  }`;
}

/** A line at each round time. */
export const timeGrid = (frame: TimeFrame, height: number): Html =>
  html`${timeMarks(frame).map((mark) => {
    const x = `${percentOf(frame, mark.second)}%`;
    return html`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`;
  })}`;

/** The times below the pictures. */
export function timeAxis(frame: TimeFrame): Html {
  return html`
<div class="chart axis" aria-hidden="true">
  <div class="gutter">UTC</div>
  <svg class="plot" height="18">${timeMarks(frame).map(({ second, text, isMinor }) => {
    const percent = percentOf(frame, second);
    return percent > 96
      ? undefined
      : html`<text class="${isMinor ? 'minor' : 'major'}" x="${percent}%" dx="3" y="13">${text}</text>`;
  })}</svg>
</div>`;
}
