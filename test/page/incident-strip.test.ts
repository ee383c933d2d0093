import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentStrip } from '#page/html/incident-strip.ts';
import { timeFrame } from '#page/html/time-frame.ts';
import { WorldView } from '#page/view/world-view.ts';
import { anomalyOf, noon } from './made-world.ts';

test('bars have the longest text that has room on each sort of screen, and no text lies over another', () => {
  const view = new WorldView();
  const hour = 3600;
  for (const startSecond of [noon + 24 * hour, noon + 39 * hour])
    view.addAnomaly(
      anomalyOf({
        startSecond,
        endSecond: startSecond + hour,
        transition: 'closed',
        closeReason: 'recovered',
      }),
    );
  const strip = incidentStrip(view, [...view.incidents.closed()], timeFrame(noon, noon + 40 * hour))!;
  const texts = [...strip.text.matchAll(/<text class="([\w ]+)" x="([\d.]+)%"[^>]*>(.*?)<\/text>/g)];
  assert.deepEqual(texts.map(([, screens, x, text]) => [screens, Number(x), text]).sort(), [
    ['beside before desk', 97.5, 'Full outage, 1 h'],
    ['beside before phone tablet', 97.5, '1 h'],
    ['beside phone', 62.5, '1 h'],
    ['beside tablet desk', 62.5, 'Full outage, 1 h'],
  ]);
});
