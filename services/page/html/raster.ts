import type { EventSecond } from '#core/event-time.ts';
import type { AsHistory, PrefixState, PrefixStates } from '../view/as-history.ts';
import { type Html, html } from './html.ts';
import { cellsOf, drawnCells, type Level, levelOf, overCells, type Told } from './time-cells.ts';
import type { TimeFrame } from './time-frame.ts';
import { durationText, pluralText } from './words.ts';

const rowsMax = 40;
/** Few networks get high rows. */
const rowHeightOf = (rows: number): number => (rows <= 8 ? 26 : 18);
/** So much of each state counts as gone. */
const away: Readonly<Record<PrefixState, number>> = { visible: 0, partial: 0.5, gone: 1 };

interface Row {
  readonly prefix: string;
  readonly levels: readonly Level[];
  readonly goneSeconds: number;
  readonly losses: number;
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
    ${rows.map(({ levels }, i) => drawnCells(levels, i * rowHeight + 1, rowHeight - 2, frame))}
    ${overCells(frame, told, height)}
  </svg>
</div>${all.length > rows.length && html`<p class="note">The ${rows.length} of ${all.length} networks that were gone longest.</p>`}`;
}

function rowOf(prefix: string, states: PrefixStates, frame: TimeFrame): Row {
  const { fromSecond, toSecond, cellSeconds } = frame;
  const spans = states.spans(fromSecond, toSecond);
  const gone = spans.filter(({ state }) => state === 'gone');
  const goneSeconds = gone.reduce(
    (sum, span) => sum + Math.min(span.toSecond, toSecond) - Math.max(span.fromSecond, fromSecond),
    0,
  );
  const levels = cellsOf(spans, away, frame).map((cell) => levelOf(cell, cellSeconds));
  return { prefix, levels, goneSeconds, losses: gone.length };
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
