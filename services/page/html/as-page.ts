import type { AsHistory } from '../view/as-history.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import { figure, rangesAround } from './figure.ts';
import { type Html, html } from './html.ts';
import type { AskedRange } from './incident-page.ts';
import { incidentTable } from './incident-rows.ts';
import { document } from './layout.ts';
import type { Site } from './site.ts';
import { timeFrame } from './time-frame.ts';
import { isOwnStory } from './world-page.ts';

const shownDays = 8;
const rowsMax = 100;

/** One AS, also where nothing ever happened to it. */
export function asPage(site: Site, asn: number, asked: AskedRange | undefined): string {
  const { view, names } = site;
  const history = view.ases.get(asn);
  const records = view.incidents.ofOrigin(asn).sort((a, b) => b.latest.startSecond - a.latest.startSecond);
  const own = records.filter(isOwnStory);
  const known = names.get(asn);
  return document(site, {
    title: `AS${asn}`,
    live: 'self',
    withChart: history !== undefined,
    body: html`
<h1>AS${asn}${known && html` <span class="name">${known.name}</span>`}${known?.country && html` <span class="country">${known.country}</span>`}</h1>
${history === undefined ? html`<p class="lead">Nothing was seen to happen to it in the time that is kept here.</p>` : drawn(site, history, records, asked)}
<section aria-labelledby="incidents-heading"><h2 id="incidents-heading">Incidents</h2>
${own.length === 0 ? html`<p>None.</p>` : incidentTable(site, own.slice(0, rowsMax), 'The latest first', 'own')}
${records.length > own.length && html`<p><a href="/incidents?state=all&amp;asn=${asn}">All ${records.length}, with phases of others</a></p>`}
<p><a href="/api/v1/as/${asn}">This AS as JSON</a></p></section>`,
  });
}

function drawn(
  site: Site,
  history: AsHistory,
  records: readonly IncidentRecord[],
  asked: AskedRange | undefined,
): Html {
  const { view } = site;
  const { score, surprise, lost, expected, wholeTable, upstreamAs } = history.latest;
  const toSecond = view.asOfSecond;
  const fromSecond = Math.max(view.firstSecond, toSecond - shownDays * 86_400);
  const frame = asked ? timeFrame(asked.fromSecond, asked.toSecond) : timeFrame(fromSecond, toSecond);
  const days = (count: number) => ({
    text: count === 1 ? 'A day' : `${count} days`,
    fromSecond: Math.max(0, toSecond - count * 86_400),
    toSecond,
  });
  return html`
<dl class="facts">
  <div><dt>Score S</dt><dd>${score.toFixed(2)}</dd></div>
  <div><dt>Surprise Z</dt><dd>${surprise.toFixed(1)}</dd></div>
  <div><dt>Networks lost</dt><dd>${lost} of ${expected} (${wholeTable ? 'of the table' : 'seen so far'})</dd></div>
  ${upstreamAs > 0 && html`<div><dt>Behind</dt><dd>AS${upstreamAs} alone</dd></div>`}
</dl>
${figure(site, history, records, frame, [days(1), days(shownDays), days(32), ...rangesAround(frame)])}`;
}
