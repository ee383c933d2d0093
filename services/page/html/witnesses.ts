import type { Verdict, Witnesses } from '#core/contract/anomalies.ts';
import { type Html, html } from './html.ts';
import { pluralText, timeElement } from './words.ts';

const verdictWords: Readonly<Record<Verdict, string>> = {
  confirmed: 'Probes confirm it: routes are gone, and nothing replies.',
  dataPlaneOnly: 'Routes are there, and nothing replies.',
  controlPlaneOnly: 'Routes are gone, and probes still get replies.',
  probesAbsent: 'It is not probed now: routes alone say it.',
};

/** What probes say beside the routes; nothing where the AS was never probed. */
export function witnesses(said: Witnesses | undefined): Html | undefined {
  if (said === undefined) return undefined;
  const { verdict, targets, replying, probers, sinceSecond } = said;
  return html`<h3>Probes</h3><p>${verdictWords[verdict]}
${targets > 0 && html`${replying} of ${pluralText(targets, 'target')} replied to ${pluralText(probers, 'prober')}${sinceSecond !== undefined && html`, since ${timeElement(sinceSecond)}`}.`}</p>`;
}
