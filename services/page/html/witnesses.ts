import type { Verdict, Witnesses } from '#core/contract/anomalies.ts';
import { type Html, html } from './html.ts';
import { pluralText, timeElement } from './words.ts';

/** While it lasts, and when it is over. */
const verdictWords: Readonly<Record<Verdict, readonly [string, string]>> = {
  confirmed: [
    'Probes confirm it: routes are gone, and nothing replies.',
    'Probes confirmed it: routes were gone, and nothing replied.',
  ],
  dataPlaneOnly: ['Routes are there, and nothing replies.', 'Routes were there, and nothing replied.'],
  controlPlaneOnly: [
    'Routes are gone, and probes still get replies.',
    'Routes were gone, and probes still got replies.',
  ],
  probesAbsent: [
    'It is not probed now: routes alone say it.',
    'It was not probed at the end: routes alone said it.',
  ],
};

/** What probes say beside the routes; nothing where the AS was never probed. */
export function witnesses(said: Witnesses | undefined, isOver: boolean): Html | undefined {
  if (said === undefined) return undefined;
  const { verdict, targets, replying, probers, sinceSecond } = said;
  const counts = `${replying} of ${pluralText(targets, 'host')} replied to ${pluralText(probers, 'prober')}`;
  return html`<h3>Probes</h3><p>${verdictWords[verdict][isOver ? 1 : 0]}
${targets > 0 && (isOver ? `When it ended ${counts}.` : html`${counts}${sinceSecond !== undefined && html`, since ${timeElement(sinceSecond)}`}.`)}</p>`;
}
