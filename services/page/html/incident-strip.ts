import { severityRank } from '#core/detect/severity.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import type { WorldView } from '../view/world-view.ts';
import { type Html, html } from './html.ts';
import { incidentPath } from './incident-rows.ts';
import { endOf } from './story-frame.ts';
import { percentOf, type TimeFrame } from './time-frame.ts';
import { durationText, kindWords } from './words.ts';

const laneHeight = 22;
const barsMax = 120;
/** Room for texts, in pixels, where it is scarcest on each sort of screen; page.css shows each text where it has room. */
const screens = [
  ['phone', 215],
  ['tablet', 555],
  ['desk', 1000],
] as const;
const pixelsOf = (text: string): number => 7 * text.length + 10;

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
  <svg class="plot" height="${laneHeight}">${lane.map(drawn)}${laneTexts(lane)}</svg>
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
  const width = Math.max(0.4, rounded(percentOf(frame, end) - x));
  return { record, x, width, lasts: end - startSecond };
}

const fullText = ({ record, lasts }: Bar): string =>
  `${kindWords[record.latest.kind]}, ${durationText(lasts)}`;

const drawn = (bar: Bar): Html =>
  html`<a href="${incidentPath(bar.record.latest.incidentId)}" aria-label="${fullText(bar)}"><rect class="bar ${bar.record.peakSeverity}" x="${bar.x}%" y="1" width="${bar.width}%" height="${laneHeight - 3}"/></a>`;

interface BarText {
  readonly place: 'inside' | 'beside' | 'beside before';
  readonly percent: number;
  readonly text: string;
}

/** The same text for several sorts of screen is written once. */
function laneTexts(lane: readonly Bar[]): Html[] {
  const texts = new Map<string, { text: BarText; screens: string[] }>();
  for (const [screen, pixels] of screens) {
    for (const text of textsOn(lane, pixels)) {
      const key = JSON.stringify(text);
      const known = texts.get(key);
      if (known === undefined) texts.set(key, { text, screens: [screen] });
      else known.screens.push(screen);
    }
  }
  return [...texts.values()].map(
    ({ text: { place, percent, text }, screens: on }) =>
      html`<text class="${place} ${on.join(' ')}" x="${percent}%" dx="${place === 'beside before' ? -5 : 5}" y="15">${text}</text>`,
  );
}

/** In the bar, behind it, or before it, wherever there is room; only what is loud has text beside it. */
function textsOn(lane: readonly Bar[], pixels: number): BarText[] {
  const texts: BarText[] = [];
  const inTime = lane.toSorted((a, b) => a.x - b.x);
  // What bars and texts before took.
  let taken = 0;
  for (const [i, bar] of inTime.entries()) {
    const end = rounded(bar.x + bar.width);
    const fitting = (percent: number) =>
      [fullText(bar), durationText(bar.lasts)].find((text) => 100 * pixelsOf(text) <= percent * pixels);
    const isLoud = severityRank(bar.record.peakSeverity) >= severityRank('notice');
    const inside = fitting(bar.width);
    const behind = isLoud ? fitting((inTime[i + 1]?.x ?? 100) - end) : undefined;
    const before = isLoud ? fitting(bar.x - taken) : undefined;
    taken = Math.max(taken, end);
    if (inside !== undefined) texts.push({ place: 'inside', percent: bar.x, text: inside });
    else if (behind !== undefined) {
      texts.push({ place: 'beside', percent: end, text: behind });
      taken = Math.max(taken, end + (100 * pixelsOf(behind)) / pixels);
    } else if (before !== undefined) texts.push({ place: 'beside before', percent: bar.x, text: before });
  }
  return texts;
}

const rounded = (percent: number): number => Math.round(percent * 100) / 100;
