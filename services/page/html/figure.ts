import { formatSecond } from '#core/event-time.ts';
import type { AsHistory } from '../view/as-history.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import { type Html, html } from './html.ts';
import { incidentStrip } from './incident-strip.ts';
import { isProbed, probeStrip } from './probe-strip.ts';
import { raster } from './raster.ts';
import { scoreCharts } from './score-chart.ts';
import type { Site } from './site.ts';
import { timeAxis } from './time-cells.ts';
import type { TimeFrame } from './time-frame.ts';
import { durationText, momentText } from './words.ts';

export interface RangeLink {
  readonly text: string;
  readonly fromSecond: number;
  readonly toSecond: number;
}

/** The beat in one picture: incidents, networks, probes, S and Z on the same times, and links to other stretches of time. */
export function figure(
  site: Site,
  history: AsHistory,
  records: readonly IncidentRecord[],
  frame: TimeFrame,
  ranges: readonly RangeLink[],
): Html {
  const { fromSecond, toSecond, cellSeconds } = frame;
  const reach = isProbed(history, frame) ? history.reach : undefined;
  return html`
<figure class="beat" id="beat" data-asn="${history.originAs}" data-from="${fromSecond}" data-to="${toSecond}">
  <figcaption>Networks of AS${history.originAs}, ${momentText(fromSecond, true)} to ${momentText(toSecond, true)} UTC, each cell ${durationText(cellSeconds)}</figcaption>
  ${legend(reach !== undefined)}
  ${incidentStrip(site.view, records, frame)}
  ${raster(history, frame, site.view)}
  ${reach && probeStrip(reach, frame, site.view)}
  ${timeAxis(frame)}
  <div id="scores">${scoreCharts(history, frame)}</div>
  <p class="note" id="readout" hidden></p>
  <nav class="ranges" aria-label="Stretch of time">${ranges.map(
    (range) =>
      html`<a href="?from=${formatSecond(range.fromSecond)}&amp;to=${formatSecond(range.toSecond)}">${range.text}</a>`,
  )}</nav>
</figure>`;
}

/** What the colours mean, of networks and, where there are any, of probes. */
function legend(withProbes: boolean): Html {
  const colours = [
    [['l0'], 'visible', ', or reachable'],
    [['l1', 'l2', 'l3'], 'partly: some of the time, or for some peers', ' or probes'],
    [['l4'], 'gone', ', or out of reach'],
    [['unknown'], 'not known', ', or not probed'],
  ] as const;
  return html`<ul class="legend" aria-label="Colours of the picture">${colours.map(
    ([levels, ofNetworks, ofProbes]) => html`
  <li><svg width="${14 * levels.length}" height="14" aria-hidden="true">${levels.map(
    (level, i) => html`<rect class="${level}" x="${14 * i}" width="14" height="14"/>`,
  )}</svg> ${ofNetworks}${withProbes && ofProbes}</li>`,
  )}
</ul>`;
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
