import type { Phase } from '#core/contract/anomalies.ts';
import type { IncidentRecord, IncidentStep } from '../view/incident-store.ts';
import { type Html, html } from './html.ts';
import { closeWords, durationText, kindWords, pluralText, severityWords, timeElement } from './words.ts';

interface Line {
  readonly second: number;
  readonly text: Html;
}

const ownLineSeconds = 30 * 60;
const ownLinesMax = 12;

/** What happened, line by line in the order of time: the phases of the incident, and what was said of it when. */
export function story({ latest, transitions }: IncidentRecord): Html {
  const lines = [
    ...lossLines(latest.evidence.phases.filter(({ kind }) => kind.startsWith('outage'))),
    ...stepLines(transitions),
  ].sort((a, b) => a.second - b.second);
  return html`<ol class="story">${lines.map(({ second, text }) => html`<li>${timeElement(second)} <span>${text}</span></li>`)}</ol>`;
}

/** Long losses have a line of their own, the others one together. */
function lossLines(losses: readonly Phase[]): Line[] {
  const lasted = (phase: Phase) => (phase.endSecond ?? Number.POSITIVE_INFINITY) - phase.startSecond;
  const long = losses
    .filter((phase) => lasted(phase) >= ownLineSeconds || losses.length === 1)
    .sort((a, b) => lasted(b) - lasted(a))
    .slice(0, ownLinesMax);
  const short = losses.filter((phase) => !long.includes(phase));
  const lines: Line[] = long.map((phase) => ({ second: phase.startSecond, text: lossText(phase) }));
  if (short.length === 0) return lines;
  const seconds = short.map(lasted);
  const last = short.reduce((end, { endSecond = 0 }) => Math.max(end, endSecond), 0);
  const span = `${durationText(Math.min(...seconds))} to ${durationText(Math.max(...seconds))}`;
  lines.push({
    second: short[0]!.startSecond,
    text: html`The first of ${pluralText(short.length, 'shorter loss', 'shorter losses')}, of ${span} each, the last until ${timeElement(last)}.`,
  });
  return lines;
}

function lossText({ kind, startSecond, endSecond }: Phase): Html {
  const what = kind === 'outageFull' ? 'All networks gone' : 'A part of the networks gone';
  if (endSecond === undefined) return html`<b>${what}</b>, and still gone.`;
  return html`<b>${what} for ${durationText(endSecond - startSecond)}</b>, until ${timeElement(endSecond)}.`;
}

/** Updates that change neither kind nor severity are left out: a trend turns often. */
function stepLines(steps: readonly IncidentStep[]): Line[] {
  const lines: Line[] = [];
  let before: IncidentStep | undefined;
  for (const step of steps) {
    const text = stepText(step, before);
    if (text !== undefined) lines.push({ second: step.eventSecond, text });
    before = step;
  }
  return lines;
}

function stepText(step: IncidentStep, before: IncidentStep | undefined): Html | undefined {
  const kind = kindWords[step.kind].toLowerCase();
  const severity = severityWords[step.severity].toLowerCase();
  if (step.transition === 'closed')
    return html`Closed: ${closeWords[step.closeReason ?? 'recovered']}. <span class="said">${step.summary}</span>`;
  if (before === undefined || step.transition === 'opened')
    return html`Opened: ${kind}, ${severity}. <span class="said">${step.summary}</span>`;
  const news = [
    ...(step.kind === before.kind ? [] : [kind]),
    ...(step.severity === before.severity ? [] : [severity]),
  ];
  if (news.length === 0) return undefined;
  return html`Now: ${news.join(', ')}. <span class="said">${step.summary}</span>`;
}
