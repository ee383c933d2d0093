/** What is shifted in time says so by the names of its collectors; the page cannot be set up to hide it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shiftedSource } from '#core/shifted-source.ts';
import { WorldView } from '#page/view/world-view.ts';
import { EventStream } from './event-stream.ts';
import { anomalyOf, eventOf, noon, passMinute, scoresOf, servePage } from './made-world.ts';

const shift = 4353 * 1440 + 73;
const peer = `${shiftedSource('rrc00', shift)} 192.0.2.1 AS64500`;
const says = 'Not the Internet as it is now: a reconstruction of the past, shifted by 4353 d 1 h.';
const wasThen = 'What is dated 22 Dec 2014 12:11 here was 21 Jan 2003 10:58.';
const noticeIn = (text: string) => /<aside id="site-notice"[^>]*>(.*?)<\/aside>/.exec(text)?.[1];

test('an incident by peers of shifted collectors, and already a prefix that they lack, puts the notice on every page', {
  timeout: 60_000,
}, async (t) => {
  const byScore = scoresOf(noon, {
    events: [{ ...eventOf('down', '192.0.2.0/24', noon), peersFor: [peer] }],
  });
  const byIncident = anomalyOf({ evidence: { samplePeersFor: [peer] } });
  for (const show of [
    (view: WorldView) => view.addScores(byScore),
    (view: WorldView) => view.addAnomaly(byIncident),
  ]) {
    const view = new WorldView();
    const page = await servePage(t, view);
    view.addAnomaly(anomalyOf());
    passMinute(view, noon + 600);
    const paths = ['/', '/incidents?state=all', `/incidents/${anomalyOf().incidentId}`, '/as/64500'];
    for (const path of paths) assert.equal(noticeIn(await (await page.get(path)).text()), '', path);
    const stream = await EventStream.open(`${page.url}/live/world`);
    t.after(() => stream.close());
    await stream.first(({ data }) => data['site-notice'] === '');
    show(view);
    passMinute(view, noon + 600);
    await stream.first(({ data }) => data['site-notice']?.startsWith(says));
    for (const path of paths)
      assert.equal(noticeIn(await (await page.get(path)).text()), `${says} ${wasThen}`, path);
  }
});
