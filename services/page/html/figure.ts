import { formatSecond } from '#core/event-time.ts';
import type { AsHistory } from '../view/as-history.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import { type Html, html } from './html.ts';
import { incidentStrip } from './incident-strip.ts';
import { raster, rasterLegend, timeAxis } from './raster.ts';
import { scoreCharts } from './score-chart.ts';
import type { Site } from './site.ts';
import type { TimeFrame } from './time-frame.ts';
import { durationText, momentText } from './words.ts';

export interface RangeLink {
  readonly text: string;
  readonly fromSecond: number;
  readonly toSecond: number;
}

/** The beat in one picture: incidents, networks, S and Z on the same times, and links to other stretches of time. */
export function figure(
  site: Site,
  history: AsHistory,
  records: readonly IncidentRecord[],
  frame: TimeFrame,
  ranges: readonly RangeLink[],
): Html {
  const { fromSecond, toSecond, cellSeconds } = frame;
  return html`
<figure class="beat" id="beat" data-asn="${history.originAs}" data-from="${fromSecond}" data-to="${toSecond}">
  <figcaption>Networks of AS${history.originAs}, ${momentText(fromSecond, true)} to ${momentText(toSecond, true)} UTC, each cell ${durationText(cellSeconds)}</figcaption>
  ${rasterLegend}
  ${incidentStrip(site.view, records, frame)}
  ${raster(history, frame, site.view)}
  ${timeAxis(frame)}
  <div id="scores">${scoreCharts(history, frame)}</div>
  <p class="note" id="readout" hidden></p>
  <nav class="ranges" aria-label="Stretch of time">${ranges.map(
    (range) =>
      html`<a href="?from=${formatSecond(range.fromSecond)}&amp;to=${formatSecond(range.toSecond)}">${range.text}</a>`,
  )}</nav>
</figure>`;
}

/** Closer, wider, earlier, later. */
export function rangesAround({ fromSecond, toSecond }: TimeFrame): RangeLink[] {
  const span = toSecond - fromSecond;
  const part = Math.floor(span / 4);
  const range = (text: string, from: number, to: number): RangeLink => ({
    text,
    fromSecond: Math.max(0, from),
    toSecond: Math.max(600, to),
  });
  return [
    range('Earlier', fromSecond - part * 2, toSecond - part * 2),
    range('Closer', fromSecond + part, toSecond - part),
    range('Wider', fromSecond - part * 2, toSecond + part * 2),
    range('Later', fromSecond + part * 2, toSecond + part * 2),
  ];
}
