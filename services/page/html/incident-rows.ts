import { severityRank } from '#core/detect/severity.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import type { WorldView } from '../view/world-view.ts';
import { type Html, html } from './html.ts';
import { sparkline } from './score-chart.ts';
import type { Site } from './site.ts';
import { badge, closeWords, durationText, kindWords, pluralText, timeElement } from './words.ts';

export const incidentPath = (id: string): string => `/incidents/${encodeURIComponent(id)}`;

/** "AS131279"; "paths through AS3356"; "group KP". */
export function subjectText(subject: string, originAs: number): string {
  if (originAs !== 0) return `AS${originAs}`;
  const [sort, name] = subject.split(':', 2);
  if (sort === 'transit') return name === '0' ? 'paths of many networks' : `paths through AS${name}`;
  return sort === 'group' ? `group ${name}` : subject;
}

/** "AS131279 Ryugyong-dong (KP)", a link; of what is no origin AS, what it is in words. */
export function subjectLink({ names }: Site, subject: string, originAs: number): Html {
  if (originAs === 0) return html`${subjectText(subject, originAs)}`;
  const known = names.get(originAs);
  return html`<a href="/as/${originAs}">AS${originAs}</a>${known && html` <span class="name">${known.name}</span>`}${known?.country && html` <span class="country" title="country of registration">${known.country}</span>`}`;
}

/** The open incidents: the loudest first, then those of most networks, then the latest. */
export function openByWeight(view: WorldView): IncidentRecord[] {
  return [...view.incidents.open()].sort(
    ({ latest: a }, { latest: b }) =>
      severityRank(b.severity) - severityRank(a.severity) ||
      b.prefixCount - a.prefixCount ||
      b.startSecond - a.startSecond ||
      (a.incidentId < b.incidentId ? -1 : 1),
  );
}

/** A table of incidents; on a phone a list of cards. */
export function incidentTable(
  site: Site,
  records: readonly IncidentRecord[],
  caption: string,
  id: string,
): Html {
  return html`
<table class="incidents" id="${id}">
  <caption>${caption}</caption>
  <thead><tr><th scope="col">Severity</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Since</th><th scope="col">Lasts</th><th scope="col">Score, 24 h</th></tr></thead>
  <tbody>${records.map((record) => html`<tr ${rowAttributes(record)}>${incidentCells(site, record)}</tr>`)}</tbody>
</table>`;
}

const rowAttributes = ({ latest }: IncidentRecord): Html => html`data-id="${latest.incidentId}"`;

/** What is inside a row. */
export function incidentCells(site: Site, { latest, peakSeverity }: IncidentRecord): Html {
  const { incidentId, subject, originAs, kind, startSecond, endSecond, durationSeconds, prefixCount } =
    latest;
  const isClosed = latest.transition === 'closed';
  const ended =
    isClosed && html` <span class="closed">${closeWords[latest.closeReason ?? 'recovered']}</span>`;
  const history = site.view.ases.get(originAs);
  const until = endSecond ?? (isClosed ? latest.eventSecond : site.view.asOfSecond);
  const lasts = durationText(isClosed ? durationSeconds : Math.max(durationSeconds, until - startSecond));
  return html`<td>${badge(isClosed ? peakSeverity : latest.severity)}</td>
<th scope="row">${subjectLink(site, subject, originAs)}</th>
<td><a href="${incidentPath(incidentId)}">${kindWords[kind]}</a>${ended}${prefixCount > 0 && html` <span class="networks">${pluralText(prefixCount, 'network')}</span>`}<span class="summary">${latest.summary}</span></td>
<td data-name="Since">${timeElement(startSecond)}</td>
<td data-name="Lasts">${lasts}</td>
<td>${sparkline(history, until)}</td>`;
}
