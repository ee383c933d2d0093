import type { Severity } from '#core/contract/anomalies.ts';
import { severities } from '#core/contract/anomalies.ts';
import type { AsHistory } from '../view/as-history.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import { type Html, html } from './html.ts';
import { incidentTable, openByWeight, subjectLink } from './incident-rows.ts';
import { document } from './layout.ts';
import { sparkline } from './score-chart.ts';
import type { Site } from './site.ts';
import { countText, pluralText, severityWords } from './words.ts';

export const openRowsMax = 50;
const closedRowsMax = 10;
const unstableRowsMax = 10;
/** An AS whose S was told longer ago than this is quiet by now. */
const staleMinutes = 10;

export function worldPage(site: Site): string {
  const { view } = site;
  const open = openByWeight(view);
  return document(site, {
    title: worldTitle(open.length),
    live: 'world',
    body: html`
<h1 class="visually-hidden">The Internet's routing</h1>
<p class="lead">Which parts of the Internet flicker or vanish, as its routers tell one another.</p>
<div id="state">${stateTiles(site, open)}</div>
<section aria-labelledby="open-heading">
  <h2 id="open-heading">Open now</h2>
  <p id="quiet"${open.length > 0 && html` hidden`}>No incident is open.</p>
  ${incidentTable(site, open.slice(0, openRowsMax), 'Open incidents, the most severe first', 'open')}
  <div id="more">${moreLink(open.length)}</div>
</section>
<div id="countries">${countries(site, open)}</div>
<section aria-labelledby="unstable-heading">
  <h2 id="unstable-heading">Most unstable ASes</h2>
  <div id="unstable">${unstableTable(site)}</div>
</section>
<section aria-labelledby="closed-heading">
  <h2 id="closed-heading">Over</h2>
  <div id="over">${overList(site)}</div>
  <p><a href="/incidents?state=closed">All that are over</a></p>
</section>
<div id="feeds">${feedList(site)}</div>`,
  });
}

export const worldTitle = (openCount: number): string =>
  openCount === 0 ? 'All quiet' : pluralText(openCount, 'open incident');

export const moreLink = (openCount: number): Html | undefined =>
  openCount > openRowsMax
    ? html`<p><a href="/incidents?state=open">All ${countText(openCount)} open incidents</a></p>`
    : undefined;

export function overList(site: Site): Html {
  const closed = [...site.view.incidents.closed()].reverse().filter(isOwnStory).slice(0, closedRowsMax);
  if (closed.length === 0) return html`<p>Nothing yet.</p>`;
  return incidentTable(site, closed, 'Incidents that ended last', 'closed');
}

/** Phases of another incident, and what was taken back, are not told again. */
export const isOwnStory = ({ latest }: IncidentRecord): boolean =>
  latest.closeReason !== 'merged' && latest.closeReason !== 'retracted';

/** What a glance should tell: how many are open, how loud, and whether the view can be trusted. */
export function stateTiles({ view }: Site, open: readonly IncidentRecord[]): Html {
  const counts = new Map<Severity, number>();
  for (const { latest } of open) counts.set(latest.severity, (counts.get(latest.severity) ?? 0) + 1);
  const { heartbeat } = view;
  const frozen = [heartbeat?.ipv4Frozen && 'IPv4', heartbeat?.ipv6Frozen && 'IPv6'].filter(Boolean);
  return html`
<ul class="tiles">
  ${severities.toReversed().map((severity) => {
    const count = counts.get(severity) ?? 0;
    return html`<li class="tile ${count > 0 ? severity : 'none'}"><b>${countText(count)}</b> ${severityWords[severity].toLowerCase()}</li>`;
  })}
  ${
    heartbeat &&
    html`<li class="tile"><b>${countText(heartbeat.unstableOrigins)}</b> ${heartbeat.unstableOrigins === 1 ? 'AS' : 'ASes'} unstable</li>
  <li class="tile"><b>${countText(heartbeat.activeOrigins)}</b> with changes in the last minute</li>`
  }
</ul>
${heartbeat?.storm && html`<p class="alert">Paths of many networks are changing at once: path changes are not blamed on single networks now.</p>`}
${frozen.length > 0 && html`<p class="alert">Too few live peers to judge ${frozen.join(' and ')}: nothing is decided there now.</p>`}
${view.incidents.forgotten > 0 && html`<p class="alert">${pluralText(view.incidents.forgotten, 'open incident')} more than this page can keep.</p>`}`;
}

export function countries({ names }: Site, open: readonly IncidentRecord[]): Html | undefined {
  const counts = new Map<string, number>();
  for (const { latest } of open) {
    const country = names.get(latest.originAs)?.country;
    if (country !== undefined) counts.set(country, (counts.get(country) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const most = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 24);
  return html`<section aria-labelledby="country-heading"><h2 id="country-heading">By country of registration</h2>
<ul class="countries">${most.map(([country, count]) => html`<li><b>${country}</b> ${count}</li>`)}</ul></section>`;
}

export function unstableTable(site: Site): Html {
  const top = mostUnstable(site);
  if (top.length === 0) return html`<p>None has a score of 0.25 or more.</p>`;
  return html`<table class="unstable"><caption class="visually-hidden">ASes by score</caption>
<thead><tr><th scope="col">AS</th><th scope="col">Score S</th><th scope="col">Surprise Z</th><th scope="col">Networks gone</th><th scope="col">Score, 24 h</th></tr></thead>
<tbody>${top.map((history) => {
    const { score, surprise, lost, expected } = history.latest;
    return html`<tr><th scope="row">${subjectLink(site, '', history.originAs)}</th><td>${score.toFixed(2)}</td><td>${surprise.toFixed(1)}</td><td>${lost} of ${expected}</td><td>${sparkline(history, site.view.asOfSecond)}</td></tr>`;
  })}</tbody></table>`;
}

/** One pass over all ASes; the few highest are kept sorted. */
function mostUnstable({ view }: Site): AsHistory[] {
  const oldest = view.asOfSecond / 60 - staleMinutes;
  const top: AsHistory[] = [];
  for (const history of view.ases.all()) {
    const { score, minute } = history.latest;
    if (score < 0.25 || minute < oldest) continue;
    const last = top.at(-1);
    if (top.length === unstableRowsMax && score <= last!.latest.score) continue;
    top.push(history);
    top.sort((a, b) => b.latest.score - a.latest.score || a.originAs - b.originAs);
    top.length = Math.min(top.length, unstableRowsMax);
  }
  return top;
}

export function feedList({ view: { feeds } }: Site): Html | undefined {
  if (feeds.length === 0) return undefined;
  return html`<section aria-labelledby="feeds-heading"><h2 id="feeds-heading">Feeds</h2>
<ul class="feeds">${feeds.map(({ name, isWell, text }) => html`<li class="${isWell ? 'well' : 'unwell'}"><b>${name}</b> ${isWell ? '' : 'not well: '}${text}</li>`)}</ul></section>`;
}
