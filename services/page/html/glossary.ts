import { type Html, html } from './html.ts';

const words = [
  ['AS', 'Autonomous system: one operator’s part of the Internet, with a number, such as AS131279.'],
  ['Network', 'A block of addresses that an AS announces to the world (a prefix), such as 175.45.176.0/24.'],
  ['Gone', 'Nearly nobody knows a way to it any more: no data reaches it.'],
  [
    'Peer',
    'A router somewhere in the world that tells us which networks it can reach. The more of them agree, the surer it is.',
  ],
  ['Steady beat', 'Networks that go and come back, again and again, for hours.'],
  ['Full, partial outage', 'All networks of an AS are gone, or nearly all; or a part of them.'],
  ['Burst', 'Many changes within half an hour.'],
  ['Score S', 'How much of the last hours was not ordinary, from 0 to 1. In quiet it halves in two hours.'],
  [
    'Surprise Z',
    'How unlikely so many eventful quarter-hours are for this AS: at 9, chance alone would do it once in a thousand million times.',
  ],
  ['Probes', 'Hosts in the AS that are asked again and again whether they reply.'],
] as const;

/** For those who have never seen it; in the footer of each page. */
export const glossary: Html = html`<details class="glossary"><summary>What the words mean</summary>
<dl>${words.map(([word, meaning]) => html`<div><dt>${word}</dt><dd>${meaning}</dd></div>`)}</dl></details>`;
