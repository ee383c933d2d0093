import { severities } from '#core/contract/anomalies.ts';
import { type IncidentPageOf, type IncidentQuery, queryString, states } from '../api/incident-query.ts';
import { type Html, html } from './html.ts';
import { incidentTable } from './incident-rows.ts';
import { document } from './layout.ts';
import type { Site } from './site.ts';
import { countText, kindWords, severityWords } from './words.ts';

/** Incidents by their start, the latest first, narrowed and page by page. */
export function listPage(site: Site, query: IncidentQuery, { records, total, next }: IncidentPageOf): string {
  const exported = (format: string) =>
    `/api/v1/incidents?${queryString({ ...query, cursor: undefined }, { format })}`;
  return document(site, {
    title: 'Incidents',
    body: html`
<h1>Incidents</h1>
<form class="filters" action="/incidents" method="get">
  ${select(
    'state',
    'State',
    query.state,
    states.map((state) => [state, state] as const),
  )}
  ${select('severity', 'At least', query.severity ?? '', [['', 'any severity'], ...severities.map((one) => [one, severityWords[one]] as const)])}
  ${select('kind', 'Kind', query.kind ?? '', [['', 'any kind'], ...Object.entries(kindWords)])}
  <label>AS <input name="asn" inputmode="numeric" size="10" value="${query.asn ?? ''}"></label>
  <button>Show</button>
</form>
<p>${countText(total)} found. Export: <a href="${exported('csv')}" download>CSV</a>, <a href="${exported('ndjson')}" download>NDJSON</a>.</p>
${records.length > 0 && incidentTable(site, records, 'The latest start first', 'all')}
${next !== undefined && html`<p><a rel="next" href="/incidents?${queryString({ ...query, cursor: next })}">Older</a></p>`}`,
  });
}

function select(
  name: string,
  label: string,
  chosen: string,
  options: readonly (readonly [string, string])[],
): Html {
  return html`<label>${label} <select name="${name}">${options.map(
    ([value, text]) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
  )}</select></label>`;
}
