import type { EventSecond } from '#core/event-time.ts';
import type { AsHistory } from '../view/as-history.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import type { WorldView } from '../view/world-view.ts';
import { figure, rangesAround } from './figure.ts';
import { type Html, html } from './html.ts';
import type { AskedRange } from './incident-page.ts';
import { incidentTable } from './incident-rows.ts';
import { document } from './layout.ts';
import type { Site } from './site.ts';
import { endOf, storyOf } from './story-frame.ts';
import { type TimeFrame, timeFrame } from './time-frame.ts';
import { isOwnStory } from './world-page.ts';

const shownDays = 8;
/** Shown after a story, so that one sees that it ended. */
const hoursAfter = 12;
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
  const { asOfSecond } = view;
  const now = lastDays(view, asOfSecond);
  const story = lastStory(view, records);
  const isQuiet = story !== undefined && story.endSecond < now.fromSecond;
  const frame = asked ? timeFrame(asked.fromSecond, asked.toSecond) : isQuiet ? story.frame : now;
  const days = (count: number) => ({
    text: count === 1 ? 'A day' : `${count} days`,
    fromSecond: Math.max(0, asOfSecond - count * 86_400),
    toSecond: asOfSecond,
  });
  const ranges = [
    ...(story === undefined ? [] : [{ text: 'The last story', ...story.frame }]),
    ...[days(1), days(shownDays), days(32)],
    ...rangesAround(frame),
  ];
  return html`
<dl class="facts">
  <div><dt>Score S</dt><dd>${score.toFixed(2)}</dd></div>
  <div><dt>Surprise Z</dt><dd>${surprise.toFixed(1)}</dd></div>
  <div><dt>Networks lost</dt><dd>${lost} of ${expected} (${wholeTable ? 'of the table' : 'seen so far'})</dd></div>
  ${upstreamAs > 0 && html`<div><dt>Behind</dt><dd>AS${upstreamAs} alone</dd></div>`}
</dl>
${isQuiet && !asked && html`<p class="note">No incident in the last ${shownDays} days: this is the last story.</p>`}
${figure(site, history, records, frame, ranges)}`;
}

const lastDays = (view: WorldView, toSecond: EventSecond): TimeFrame =>
  timeFrame(Math.max(view.firstSecond, toSecond - shownDays * 86_400), toSecond);

/** The days before the end of what happened last, and some hours after it; more days if it took longer. */
function lastStory(
  view: WorldView,
  records: readonly IncidentRecord[],
): { readonly endSecond: EventSecond; readonly frame: TimeFrame } | undefined {
  const last = records.filter(isOwnStory).sort((a, b) => endOf(view, b) - endOf(view, a))[0];
  if (last === undefined) return undefined;
  const story = storyOf(view, last);
  const days = lastDays(view, Math.min(view.asOfSecond, story.toSecond + hoursAfter * 3600));
  return {
    endSecond: endOf(view, last),
    frame: timeFrame(Math.min(days.fromSecond, story.fromSecond), days.toSecond),
  };
}
