import type { EventSecond } from '#core/event-time.ts';
import type { AsHistory } from '../view/as-history.ts';
import type { PrefixStates } from '../view/prefix-states.ts';
import { type Html, html } from './html.ts';
import { cellCount, percentOf, type TimeFrame, timeMarks } from './time-frame.ts';
import { durationText, pluralText } from './words.ts';

const rowsMax = 40;
/** Few networks get high rows. */
const rowHeightOf = (rows: number): number => (rows <= 8 ? 26 : 18);
/** So much of a cell must have been gone to be drawn as wholly gone. */
const wholeShare = 0.999;

interface Row {
  readonly prefix: string;
  readonly levels: readonly Level[];
  readonly goneSeconds: number;
  readonly losses: number;
}

/** 0 visible, 1 to 3 away for a part of the time or of the peers, 4 gone. */
type Level = 0 | 1 | 2 | 3 | 4;

/** The stretch of time of which anything was told; before and after it nothing is known. */
export interface Told {
  readonly firstSecond: EventSecond;
  readonly asOfSecond: EventSecond;
}

/** A row for each prefix, time from left to right: what was visible, away for a part, or gone. */
export function raster(history: AsHistory, frame: TimeFrame, told: Told): Html {
  const all = history.prefixes().map((prefix) => rowOf(prefix, history.statesOf(prefix)!, frame));
  const rows = all.length <= rowsMax ? all : mostGone(all);
  const rowHeight = rowHeightOf(rows.length);
  const height = rows.length * rowHeight;
  return html`
<div class="chart raster ${rows.length <= 8 && 'few'}">
  <div class="gutter">${rows.map(({ prefix }) => html`<div class="label">${prefix}</div>`)}</div>
  <svg class="plot" height="${height}" role="img" aria-label="${spoken(all, frame)}">
    ${rows.map((row, i) => drawnRow(row, i * rowHeight, rowHeight, frame))}
    ${timeMarks(frame).map((mark) => {
      const x = `${percentOf(frame, mark.second)}%`;
      return html`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`;
    })}
    ${unknown(frame, told, height)}
  </svg>
</div>${all.length > rows.length && html`<p class="note">The ${rows.length} of ${all.length} networks that were gone longest.</p>`}`;
}

function unknown(frame: TimeFrame, { firstSecond, asOfSecond }: Told, height: number): Html {
  const start = percentOf(frame, firstSecond);
  const end = percentOf(frame, asOfSecond);
  return html`${start > 0 && html`<rect class="unknown" x="0" width="${start}%" height="${height}"/>`}${
    end < 100 &&
    html`<rect class="unknown" x="${end}%" width="${Math.round((100 - end) * 100) / 100}%" height="${height}"/>`
  }`;
}

export const rasterLegend = html`<ul class="legend" aria-label="Colours of the picture">
  <li><svg width="14" height="14" aria-hidden="true"><rect class="l0" width="14" height="14"/></svg> visible</li>
  <li><svg width="42" height="14" aria-hidden="true"><rect class="l1" width="14" height="14"/><rect class="l2" x="14" width="14" height="14"/><rect class="l3" x="28" width="14" height="14"/></svg> partly: some of the time, or for some peers</li>
  <li><svg width="14" height="14" aria-hidden="true"><rect class="l4" width="14" height="14"/></svg> gone</li>
  <li><svg width="14" height="14" aria-hidden="true"><rect class="unknown" width="14" height="14"/></svg> not known</li>
</ul>`;

/** The times below a chart. */
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

function rowOf(prefix: string, states: PrefixStates, frame: TimeFrame): Row {
  const { fromSecond, toSecond, cellSeconds } = frame;
  const gone = new Float64Array(cellCount(frame));
  const touched = new Uint8Array(gone.length);
  let goneSeconds = 0;
  let losses = 0;
  for (const span of states.spans(fromSecond, toSecond)) {
    const from = Math.max(span.fromSecond, fromSecond);
    const to = Math.min(span.toSecond, toSecond);
    const isGone = span.state === 'gone';
    if (isGone) {
      losses++;
      goneSeconds += to - from;
    }
    for (let cell = Math.floor((from - fromSecond) / cellSeconds); cell < gone.length; cell++) {
      const start = fromSecond + cell * cellSeconds;
      if (start >= to) break;
      touched[cell] = 1;
      // What is partly gone counts as half.
      const seconds = Math.min(to, start + cellSeconds) - Math.max(from, start);
      gone[cell]! += isGone ? seconds : Math.min(seconds, cellSeconds * 0.99) / 2;
    }
  }
  const levels = Array.from(gone, (seconds, cell) => levelOf(seconds / cellSeconds, touched[cell] === 1));
  return { prefix, levels, goneSeconds, losses };
}

function levelOf(share: number, isTouched: boolean): Level {
  if (!isTouched) return 0;
  if (share >= wholeShare) return 4;
  return share < 1 / 3 ? 1 : share < 2 / 3 ? 2 : 3;
}

/** Equal cells become one rectangle. */
function drawnRow({ levels }: Row, top: number, rowHeight: number, frame: TimeFrame): Html {
  const y = top + 1;
  const rectangles: Html[] = [];
  for (let from = 0; from < levels.length; ) {
    let to = from + 1;
    while (levels[to] === levels[from]) to++;
    const x = percentOf(frame, frame.fromSecond + from * frame.cellSeconds);
    const end = percentOf(frame, frame.fromSecond + to * frame.cellSeconds);
    const width = Math.round((end - x) * 100) / 100;
    rectangles.push(
      html`<rect class="l${levels[from]!}" x="${x}%" y="${y}" width="${width}%" height="${rowHeight - 2}"/>`,
    );
    from = to;
  }
  return html`${rectangles}`;
}

function mostGone(rows: readonly Row[]): Row[] {
  const chosen = new Set(rows.toSorted((a, b) => b.goneSeconds - a.goneSeconds).slice(0, rowsMax));
  return rows.filter((row) => chosen.has(row));
}

/** The picture for those who hear it. */
function spoken(
  rows: readonly Row[],
  { fromSecond, toSecond }: { fromSecond: EventSecond; toSecond: EventSecond },
): string {
  const gone = rows.filter(({ goneSeconds }) => goneSeconds > 0);
  if (gone.length === 0)
    return `None of ${pluralText(rows.length, 'network')} was gone in ${durationText(toSecond - fromSecond)}.`;
  const told = gone
    .slice(0, 8)
    .map(
      ({ prefix, goneSeconds, losses }) =>
        `${prefix} gone ${pluralText(losses, 'time')}, ${durationText(goneSeconds)} in all`,
    );
  return `${told.join('; ')}${gone.length > told.length ? `; and ${gone.length - told.length} more` : ''}.`;
}
