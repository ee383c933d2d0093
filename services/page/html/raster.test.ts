import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSecond } from '#core/event-time.ts';
import { emptyAsScore } from '#runtime/codec/as-score.ts';
import { AsHistory } from '../view/as-history.ts';
import { raster } from './raster.ts';
import { timeFrame } from './time-frame.ts';

const noon = parseSecond('2014-12-22T12:00Z')!;
const prefix = '192.0.2.0/24';

function lostFor(seconds: number): AsHistory {
  const history = new AsHistory(64_500);
  const event = { peers: 39, livePeers: 40, peerAses: 33, livePeerAses: 34, peersFor: [], peersAgainst: [] };
  const events = (['down', 'up'] as const).map((kind, i) => ({
    ...event,
    kind,
    prefix,
    eventSecond: noon + i * seconds,
    covered: false,
    newOriginAs: 0,
  }));
  history.add(noon / 60, { ...emptyAsScore(), originAs: 64_500, events });
  return history;
}
const drawn = (history: AsHistory, told = { firstSecond: 0, asOfSecond: noon + 86_400 }) =>
  [
    ...raster(history, timeFrame(noon - 600, noon + 600), told).text.matchAll(
      /<rect class="(\w+)" x="([\d.]+)%?"[^>]*width="([\d.]+)%/g,
    ),
  ].map(([, level, x, width]) => [level, Number(x), Number(width)]);

test('gone for a whole cell, for a part of one, and visible: equal cells are one rectangle', () => {
  // Cells of 15 seconds, 80 in all.
  assert.deepEqual(drawn(lostFor(300)), [
    ['l0', 0, 50],
    ['l4', 50, 25],
    ['l0', 75, 25],
  ]);
  assert.deepEqual(drawn(lostFor(18)), [
    ['l0', 0, 50],
    ['l4', 50, 1.25],
    ['l1', 51.25, 1.25],
    ['l0', 52.5, 47.5],
  ]);
});

test('of what was not told it is not said that it was visible', () => {
  const told = { firstSecond: noon - 300, asOfSecond: noon + 540 };
  assert.deepEqual(drawn(lostFor(300), told).slice(-2), [
    ['unknown', 0, 25],
    ['unknown', 95, 5],
  ]);
});

test('what is seen is also said', () => {
  const { text } = raster(lostFor(300), timeFrame(noon - 600, noon + 600), {
    firstSecond: 0,
    asOfSecond: noon,
  });
  assert.match(text, /aria-label="192\.0\.2\.0\/24 gone 1 time, 5 min in all\."/);
});
