import type { Anomaly } from '#core/contract/anomalies.ts';
import { isOutage, samplePeersSecond } from '#core/detect/sample-peers.ts';
import type { EventSecond } from '#core/event-time.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import { type Html, html } from './html.ts';
import { timeElement } from './words.ts';

/** How many peers agree, of how many that could have, as bars and in words. */
export function peers({ latest, transitions }: IncidentRecord): Html {
  const { peersFor, livePeers, peerAsesFor, livePeerAses, samplePeersFor, samplePeersAgainst } =
    latest.evidence;
  if (livePeers === 0) return html`<p>Peers do not count here.</p>`;
  const words = peerWords(latest);
  const when = words === leakWords ? '' : html` ${momentOfSamples(latest, transitions[0]!.eventSecond)}`;
  return html`
${share('Peers', peersFor, livePeers, words)}
${share('Peer ASes', peerAsesFor, livePeerAses, words)}
<p class="note">Peers are routers all over the world that say which networks they can reach.${words.ofSeveral}</p>
<div class="samples">
${peerSamples(html`Some that ${words.samplesFor}${when}`, samplePeersFor)}
${peerSamples(html`Some that ${words.samplesAgainst}`, samplePeersAgainst)}
</div>`;
}

/** Of an outage the counts are as of now, and the samples as of the loss that opened it. */
function momentOfSamples(latest: Anomaly, openedSecond: EventSecond): Html {
  const second = samplePeersSecond(latest, openedSecond);
  return html`${isOutage(latest) ? 'when the networks went' : 'at the last loss'}${second !== undefined && html` (${timeElement(second)})`}`;
}

/** What so many peers do. */
interface PeerWords {
  readonly for: (count: number) => string;
  readonly against: (count: number) => string;
  readonly samplesFor: string;
  readonly samplesAgainst: string;
  readonly ofSeveral?: string;
}
const lossSamples = { samplesFor: 'lacked it', samplesAgainst: 'still had it then' };
const lossWords: PeerWords = {
  ...lossSamples,
  for: (count) => (count === 1 ? 'lacks it' : 'lack it'),
  against: (count) => (count === 1 ? 'still has it' : 'still have it'),
  ofSeveral: ' Where several networks are gone, this is of the one that the fewest peers lack.',
};
/** Of an outage that is over the counts are as of when the most lacked it, once it was opened: at the loss itself more may have. */
const pastLossWords: PeerWords = {
  ...lossSamples,
  for: () => 'lacked it at most',
  against: () => 'still had it',
  ofSeveral:
    ' Counted since this was opened; where several networks were gone, of the one that the fewest peers lacked.',
};
const lastLossWords: PeerWords = {
  ...lossSamples,
  for: () => 'lacked it at the last loss',
  against: () => 'still had it',
};
const leakWords: PeerWords = {
  for: (count) => (count === 1 ? 'changed its path' : 'changed their paths'),
  against: () => 'did not',
  samplesFor: 'changed their paths',
  samplesAgainst: 'did not',
};

function peerWords(latest: Anomaly): PeerWords {
  if (latest.kind === 'leakChurn') return leakWords;
  if (!isOutage(latest)) return lastLossWords;
  return latest.transition === 'closed' ? pastLossWords : lossWords;
}

function share(name: string, count: number, total: number, words: PeerWords): Html {
  const percent = total === 0 ? 0 : Math.round((1000 * count) / total) / 10;
  return html`<p class="share"><b>${name}</b> ${count} of ${total} ${words.for(count)}, ${total - count} ${words.against(total - count)}
<svg width="100%" height="10" aria-hidden="true"><rect class="against" width="100%" height="10"/><rect class="for" width="${percent}%" height="10"/></svg></p>`;
}

function peerSamples(title: Html, samples: readonly string[]): Html | undefined {
  if (samples.length === 0) return undefined;
  return html`<div><h3>${title}</h3><ul class="mono">${samples.map((text) => html`<li>${text}</li>`)}</ul></div>`;
}
