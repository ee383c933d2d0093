import { severityRank } from '#core/detect/severity.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import type { WorldView } from '../view/world-view.ts';
import { type Html, html } from './html.ts';
import { incidentPath } from './incident-rows.ts';
import { endOf } from './story-frame.ts';
import { percentOf, type TimeFrame } from './time-frame.ts';
import { durationText, kindWords } from './words.ts';

const laneHeight = 22;
/** So much room, in percent, does the text of a bar need, and its duration alone. */
const textPercent = 18;
const shortPercent = 8;
/** On a phone the text of narrower bars would be cut off. */
const narrowPercent = 60;
const barsMax = 120;

interface Bar {
  readonly record: IncidentRecord;
  readonly x: number;
  readonly width: number;
  readonly lasts: number;
}

/** Above the raster: the incidents as bars on the same times. Beats have a lane of their own; phases of others are left out. */
export function incidentStrip(
  view: WorldView,
  records: readonly IncidentRecord[],
  frame: TimeFrame,
): Html | undefined {
  const bars = records
    .filter(({ latest }) => latest.closeReason !== 'merged' && latest.closeReason !== 'retracted')
    .map((record) => barOf(view, record, frame))
    .filter((bar) => bar !== undefined)
    .sort((a, b) => severityRank(a.record.peakSeverity) - severityRank(b.record.peakSeverity))
    .slice(-barsMax);
  if (bars.length === 0) return undefined;
  const lanes = [
    bars.filter(({ record }) => !isOutage(record)),
    bars.filter(({ record }) => isOutage(record)),
  ];
  return html`${lanes.map(
    (lane, i) =>
      lane.length > 0 &&
      html`
<div class="chart strip">
  <div class="gutter"><div class="label">${i === 0 ? 'instability' : 'outages'}</div></div>
  <svg class="plot" height="${laneHeight}">${lane.map((bar) => drawn(bar, lane))}</svg>
</div>`,
  )}`;
}

const isOutage = ({ latest }: IncidentRecord): boolean =>
  latest.kind === 'outageFull' || latest.kind === 'outagePartial' || latest.kind === 'dataPlane';

function barOf(view: WorldView, record: IncidentRecord, frame: TimeFrame): Bar | undefined {
  const { startSecond } = record.latest;
  const end = endOf(view, record);
  if (end <= frame.fromSecond || startSecond >= frame.toSecond) return undefined;
  const x = percentOf(frame, startSecond);
  const width = Math.max(0.4, Math.round((percentOf(frame, end) - x) * 100) / 100);
  return { record, x, width, lasts: end - startSecond };
}

function drawn(bar: Bar, lane: readonly Bar[]): Html {
  const { record, x, width } = bar;
  const { kind, incidentId } = record.latest;
  const full = `${kindWords[kind]}, ${durationText(bar.lasts)}`;
  return html`<a href="${incidentPath(incidentId)}" aria-label="${full}"><rect class="bar ${record.peakSeverity}" x="${x}%" y="1" width="${width}%" height="${laneHeight - 3}"/>${barText(bar, full, lane)}</a>`;
}

/** In the bar, behind it, or before it, wherever there is room; only what is loud has text beside it. */
function barText({ record, x, width, lasts }: Bar, full: string, lane: readonly Bar[]): Html | undefined {
  const end = Math.round((x + width) * 100) / 100;
  const fitting = (room: number) =>
    room >= textPercent ? full : room >= shortPercent ? durationText(lasts) : undefined;
  const inside = fitting(width);
  if (inside !== undefined)
    return html`<svg x="${x}%" width="${width}%" height="${laneHeight}"><text class="inside ${width < narrowPercent && 'narrow'}" x="5" y="15">${inside}</text></svg>`;
  if (severityRank(record.peakSeverity) < severityRank('notice')) return undefined;
  const others = lane.filter((other) => other.record !== record);
  const behind = fitting(
    Math.min(100, ...others.filter((other) => other.x >= x).map((other) => other.x)) - end,
  );
  if (behind !== undefined) return html`<text class="beside" x="${end}%" dx="5" y="15">${behind}</text>`;
  const before = fitting(
    x - Math.max(0, ...others.filter((other) => other.x < x).map((other) => other.x + other.width)),
  );
  return before === undefined
    ? undefined
    : html`<text class="beside before" x="${x}%" dx="-5" y="15">${before}</text>`;
}
