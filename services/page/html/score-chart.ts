import { firstSecondOf, minuteOf } from '#core/event-time.ts';
import type { AsHistory } from '../view/as-history.ts';
import { type Html, html } from './html.ts';
import { timeGrid } from './time-cells.ts';
import { cellCount, type TimeFrame } from './time-frame.ts';

/** What a beat needs: services/core/detect says it with each incident. */
const scoreThreshold = 0.5;
const surpriseThreshold = 9;
const plotHeight = 72;

/** The highest S and Z of each cell of the frame; 0 where nothing was told: then nothing happened. */
interface Cells {
  readonly scores: readonly number[];
  readonly surprises: readonly number[];
}

/** S and Z under the raster, on the same times. */
export function scoreCharts(history: AsHistory, frame: TimeFrame): Html {
  const { scores, surprises } = cellsOf(history, frame);
  const surpriseTop = Math.max(12, Math.ceil(Math.max(...surprises)));
  return html`
${areaChart({ name: 'score S', text: 'Instability score S', values: scores, top: 1, threshold: scoreThreshold, kind: 'score' }, frame)}
${areaChart({ name: 'surprise Z', text: 'Surprise Z', values: surprises, top: surpriseTop, threshold: surpriseThreshold, kind: 'surprise' }, frame)}`;
}

interface Area {
  readonly name: string;
  readonly text: string;
  readonly values: readonly number[];
  readonly top: number;
  readonly threshold: number;
  readonly kind: 'score' | 'surprise';
}

function areaChart({ name, text, values, top, threshold, kind }: Area, frame: TimeFrame): Html {
  const peak = Math.max(...values);
  const y = (value: number) => Math.round(plotHeight * (1 - Math.min(1, value / top)) * 10) / 10;
  const label = `${text}: at most ${peak.toFixed(2)} of ${top}, last ${values.at(-1)!.toFixed(2)}; a beat needs ${threshold}`;
  return html`
<div class="chart ${kind}">
  <div class="gutter"><div class="label">${name}</div><div class="scale">0 to ${top}</div></div>
  <svg class="plot" height="${plotHeight}" role="img" aria-label="${label}">
    ${timeGrid(frame, plotHeight)}
    <svg width="100%" height="${plotHeight}" viewBox="0 0 ${values.length} ${plotHeight}" preserveAspectRatio="none">
      <path class="area" d="${areaPath(values, y, plotHeight)}"/>
    </svg>
    <line class="threshold" x1="0" x2="100%" y1="${y(threshold)}" y2="${y(threshold)}"/>
    <text class="threshold-text" x="100%" dx="-4" y="${y(threshold) - 3}">beat: ${threshold}</text>
  </svg>
</div>`;
}

/** Steps: a value holds for its whole cell. */
function areaPath(values: readonly number[], y: (value: number) => number, bottom: number): string {
  let path = `M0 ${bottom}`;
  let last = bottom;
  for (const [cell, value] of values.entries()) {
    const height = y(value);
    if (height !== last) path += `H${cell}V${height}`;
    last = height;
  }
  return `${path}H${values.length}V${bottom}Z`;
}

function cellsOf(history: AsHistory, frame: TimeFrame): Cells {
  const scores = new Array<number>(cellCount(frame)).fill(0);
  const surprises = [...scores];
  const { fromSecond, toSecond, cellSeconds } = frame;
  let last = -1;
  let lastMinute = 0;
  for (const { minute, score, surprise } of history.series.between(
    minuteOf(fromSecond),
    minuteOf(toSecond),
  )) {
    const cell = Math.max(0, Math.floor((firstSecondOf(minute) - fromSecond) / cellSeconds));
    // Cells shorter than a minute, and histories that have become coarse, leave cells between two points.
    if (last >= 0 && minute - lastMinute <= joinedMinutes)
      for (let between = last + 1; between < cell; between++) {
        scores[between] = scores[last]!;
        surprises[between] = surprises[last]!;
      }
    scores[cell] = Math.max(scores[cell]!, score);
    surprises[cell] = Math.max(surprises[cell]!, surprise);
    last = cell;
    lastMinute = minute;
  }
  return { scores, surprises };
}

const joinedMinutes = 30;

const sparkCells = 48;

/** The S of the last 24 hours in a table's cell. */
export function sparkline(history: AsHistory | undefined, asOfSecond: number): Html {
  if (history === undefined) return html``;
  const cellSeconds = 1800;
  const fromSecond = Math.max(0, asOfSecond - sparkCells * cellSeconds);
  const frame = { fromSecond, toSecond: fromSecond + sparkCells * cellSeconds, cellSeconds };
  const { scores } = cellsOf(history, frame);
  const height = 20;
  const path = areaPath(scores, (score) => Math.round(height * (1 - score)), height);
  const peak = Math.max(...scores).toFixed(2);
  const now = scores.at(-1)!.toFixed(2);
  return html`<svg class="spark" width="96" height="${height}" viewBox="0 0 ${sparkCells} ${height}" preserveAspectRatio="none" role="img" aria-label="Score in the last 24 hours: at most ${peak}, now ${now}"><path class="area" d="${path}"/></svg>`;
}
