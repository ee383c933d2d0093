import type { Anomaly, Evidence } from '#core/contract/anomalies.ts';
import type { IncidentDecision, IncidentRecord } from '../view/incident-store.ts';
import { figure, rangesAround } from './figure.ts';
import { type Html, html } from './html.ts';
import { incidentPath, incidentTable, subjectLink, subjectText } from './incident-rows.ts';
import { document } from './layout.ts';
import { peers } from './peers.ts';
import type { Site } from './site.ts';
import { story } from './story.ts';
import { endOf, frameAround, type Story, storyOf } from './story-frame.ts';
import { type TimeFrame, timeFrame } from './time-frame.ts';
import { witnesses } from './witnesses.ts';
import { badge, closeWords, countText, durationText, kindWords, pluralText, timeElement } from './words.ts';

/** A stretch of time that was asked for. */
export interface AskedRange {
  readonly fromSecond: number;
  readonly toSecond: number;
}

export function incidentPage(site: Site, record: IncidentRecord, asked: AskedRange | undefined): string {
  const { view } = site;
  const { latest } = record;
  const history = view.ases.get(latest.originAs);
  const whole = storyOf(view, record);
  const frame = asked
    ? timeFrame(asked.fromSecond, asked.toSecond)
    : frameAround(view, whole.fromSecond, whole.toSecond);
  return document(site, {
    title: `${subjectText(latest.subject, latest.originAs)}: ${kindWords[latest.kind].toLowerCase()}`,
    live: 'self',
    withChart: history !== undefined,
    body: html`
<article aria-labelledby="title" data-incident="${latest.incidentId}">
${headline(site, record)}
${history && figure(site, history, whole.records, frame, incidentRanges(site, record, whole, frame))}
<div class="columns">
<section aria-labelledby="story-heading"><h2 id="story-heading">What happened</h2>${story(record)}</section>
<section aria-labelledby="peers-heading"><h2 id="peers-heading">Who saw it</h2>${peers(record)}${witnesses(latest.evidence.witnesses, latest.transition === 'closed')}</section>
</div>
${networks(latest)}
${linkedIncidents(site, record, whole)}
<section aria-labelledby="why-heading"><h2 id="why-heading">Why it was reported</h2>${why(record.decision)}</section>
${changes(latest.evidence)}
<section aria-labelledby="again-heading"><h2 id="again-heading">See it again</h2>
<pre class="command" tabindex="0"><code>${site.replayCommand(record)}</code></pre>
<p><a href="/api/v1/incidents/${encodeURIComponent(latest.incidentId)}">This incident as JSON</a>, id <code>${latest.incidentId}</code></p></section>
</article>`,
  });
}

function headline(site: Site, record: IncidentRecord): Html {
  const { latest, peakSeverity } = record;
  const { kind, subject, originAs, startSecond, endSecond, transition, closeReason, durationSeconds } =
    latest;
  const isClosed = transition === 'closed';
  const end = endOf(site.view, record);
  const lasted = durationText(isClosed ? durationSeconds : Math.max(durationSeconds, end - startSecond));
  return html`
<p class="status">${badge(isClosed ? peakSeverity : latest.severity)} <span class="${isClosed ? 'closed' : 'open'}">${isClosed ? `over: ${closeWords[closeReason ?? 'recovered']}` : 'open'}</span></p>
<h1 id="title">${kindWords[kind]}: ${subjectLink(site, subject, originAs)}</h1>
<p class="lead">${latest.summary}.</p>
<dl class="facts">
  <div><dt>Since</dt><dd>${timeElement(startSecond, true)}</dd></div>
  ${endSecond !== undefined && html`<div><dt>Until</dt><dd>${timeElement(endSecond, true)}</dd></div>`}
  <div><dt>${isClosed ? 'Lasted' : 'Lasts'}</dt><dd>${lasted}</dd></div>
  <div><dt>${kind === 'dataPlane' ? 'Networks gone' : 'Networks'}</dt><dd>${latest.prefixCount}${latest.evidence.expectedPrefixes > 0 && html` of ${latest.evidence.expectedPrefixes}${latest.evidence.expectedBasis && ` (${latest.evidence.expectedBasis})`}`}</dd></div>
  ${latest.evidence.upstreamAs > 0 && html`<div><dt>Behind</dt><dd>AS${latest.evidence.upstreamAs} alone</dd></div>`}
  ${!isClosed && latest.evidence.trend && html`<div><dt>Trend</dt><dd>${latest.evidence.trend}</dd></div>`}
</dl>`;
}

function incidentRanges(site: Site, record: IncidentRecord, whole: Story, frame: TimeFrame) {
  const own = frameAround(site.view, record.latest.startSecond, endOf(site.view, record));
  const all = frameAround(site.view, whole.fromSecond, whole.toSecond);
  return [
    { text: 'This incident', ...own },
    ...(whole.records.length > 1 ? [{ text: 'The whole story', ...all }] : []),
    ...rangesAround(frame),
  ];
}

function networks({
  subject,
  prefixes,
  prefixCount,
  evidence: { members, viaAses },
}: Anomaly): Html | undefined {
  if (prefixCount === 0 && members.length === 0) return undefined;
  const rest = prefixCount - prefixes.length;
  return html`<section aria-labelledby="networks-heading"><h2 id="networks-heading">${pluralText(prefixCount, 'network')}</h2>
<p class="mono wrap">${prefixes.join('  ')}${rest > 0 && ` and ${countText(rest)} more`}</p>
${viaAses.length > 0 && html`<p>On the lost or changed paths: ${viaAses.map((asn) => `AS${asn}`).join(', ')}</p>`}
${members.length > 0 && html`<p>${subject.startsWith('group:') ? 'Of' : 'Together with'}: ${members.join(', ')}</p>`}
</section>`;
}

const linkedMax = 60;

function linkedIncidents(site: Site, { latest }: IncidentRecord, { records }: Story): Html | undefined {
  const others = records.filter((one) => one.latest.incidentId !== latest.incidentId);
  const known = new Set(others.map((one) => one.latest.incidentId));
  const forgotten = latest.linkedIncidentIds.filter((id) => !known.has(id)).length;
  if (others.length === 0 && forgotten === 0) return undefined;
  const loud = others.filter((one) => one.latest.closeReason !== 'merged');
  const merged = others.filter((one) => one.latest.closeReason === 'merged').slice(0, linkedMax);
  return html`<section aria-labelledby="linked-heading"><h2 id="linked-heading">Linked incidents</h2>
${loud.length > 0 && incidentTable(site, loud.slice(0, linkedMax), 'In the order of their start', 'linked')}
${
  merged.length > 0 &&
  html`<details><summary>${pluralText(merged.length, 'phase')} of the same story</summary><ul class="phases">${merged.map(
    ({ latest: { incidentId, kind, startSecond, durationSeconds } }) =>
      html`<li>${timeElement(startSecond)} <a href="${incidentPath(incidentId)}">${kindWords[kind]}, ${durationText(durationSeconds)}</a></li>`,
  )}</ul></details>`
}
${forgotten > 0 && html`<p>${pluralText(forgotten, 'linked incident')} no longer kept here.</p>`}</section>`;
}

function why({ eventSecond, rule, measures }: IncidentDecision): Html {
  return html`<p>The rule: <q>${rule}</q>, met at ${timeElement(eventSecond, true)}</p>
${
  measures.length > 0 &&
  html`<table class="measures"><caption class="visually-hidden">Measures and thresholds</caption><thead><tr><th scope="col">Measure</th><th scope="col">Value</th><th scope="col">Threshold</th></tr></thead>
<tbody>${measures.map(({ name, value, threshold }) => html`<tr><th scope="row">${name}</th><td>${numberText(value)}</td><td>${threshold === 0 ? '–' : numberText(threshold)}</td></tr>`)}</tbody></table>`
}`;
}

const numberText = (value: number): string =>
  Number.isInteger(value) || !Number.isFinite(value) ? String(value) : value.toFixed(2);

function changes({ sampleUpdates }: Evidence): Html | undefined {
  if (sampleUpdates.length === 0) return undefined;
  return html`<section aria-labelledby="changes-heading"><h2 id="changes-heading">Changes of the networks, some of them</h2>
<p class="note">Down: gone for so many peers; up: back for so many; path: reached another way by so many.</p>
<ul class="mono">${sampleUpdates.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}
