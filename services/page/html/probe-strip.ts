import type { AsHistory } from '../view/as-history.ts';
import type { ProbedState, ReachHistory } from '../view/reach-history.ts';
import type { StateSpan } from '../view/state-spans.ts';
import { type Html, html } from './html.ts';
import { cellsOf, drawnCells, levelOf, overCells, type Told } from './time-cells.ts';
import type { TimeFrame } from './time-frame.ts';
import { durationText, pluralText } from './words.ts';

const height = 26;
/** So much of each state counts as out of reach. */
const away: Readonly<Record<ProbedState, number>> = {
  reachable: 0,
  partial: 0.5,
  unreachable: 1,
  notProbed: 0,
};

/** True where anybody probed the AS in this stretch of time. */
export const isProbed = ({ reach }: AsHistory, { fromSecond, toSecond }: TimeFrame): boolean =>
  reach !== undefined && reach.spans(fromSecond, toSecond).length > 0;

/** Under the raster, on the same times: whether probes reached anything in the AS. */
export function probeStrip(reach: ReachHistory, frame: TimeFrame, told: Told): Html {
  const spans = reach.spans(frame.fromSecond, frame.toSecond);
  const levels = cellsOf(spans, away, frame).map((cell) =>
    // A cell that was mostly not probed says nothing.
    cell.spanSeconds < frame.cellSeconds / 2 ? undefined : levelOf(cell, cell.spanSeconds),
  );
  return html`
<div class="chart probes">
  <div class="gutter"><div class="label">probes</div></div>
  <svg class="plot" height="${height}" role="img" aria-label="${spoken(spans, frame, told)}">
    ${drawnCells(levels, 1, height - 2, frame)}
    ${overCells(frame, told, height)}
  </svg>
</div>`;
}

/** The strip for those who hear it. */
function spoken(spans: readonly StateSpan<ProbedState>[], frame: TimeFrame, told: Told): string {
  const from = Math.max(frame.fromSecond, told.firstSecond);
  const to = Math.min(frame.toSecond, told.asOfSecond);
  const lasted = (states: readonly ProbedState[]) =>
    spans
      .filter(({ state }) => states.includes(state))
      .reduce(
        (sum, span) => sum + Math.max(0, Math.min(span.toSecond, to) - Math.max(span.fromSecond, from)),
        0,
      );
  const [reached, unsure, lost] = [lasted(['reachable']), lasted(['partial']), lasted(['unreachable'])];
  const unprobed = Math.max(0, to - from) - reached - unsure - lost;
  const losses = spans.filter(({ state }) => state === 'unreachable').length;
  const said = [
    lost > 0
      ? `unreachable ${pluralText(losses, 'time')}, ${durationText(lost)} in all`
      : 'never unreachable',
    unsure > 0 && `partly reachable for ${durationText(unsure)}`,
    reached > 0 && `reachable for ${durationText(reached)}`,
    unprobed > 0 && `not probed for ${durationText(unprobed)}`,
  ];
  return `Probes: ${said.filter(Boolean).join('; ')}.`;
}
