/** Which days the page of an AS shows to one who asks for none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSecond } from '#core/event-time.ts';
import { asPage } from '#page/html/as-page.ts';
import { WorldView } from '#page/view/world-view.ts';
import { type AnomalyFields, anomalyOf, noon, passMinute, scoresOf } from './made-world.ts';

const day = 86_400;

/** The page of AS64500 `days` after noon, which it has been seen for ten days before. */
function pageOf(
  days: number,
  asked: { fromSecond: number; toSecond: number } | undefined,
  ...changes: AnomalyFields[]
) {
  const view = new WorldView();
  passMinute(view, noon - 10 * day);
  view.addScores(scoresOf(noon));
  for (const change of changes) view.addAnomaly(anomalyOf(change));
  // As of the end of that minute.
  passMinute(view, noon + days * day - 60);
  const text = asPage({ view, names: new Map(), notice: undefined, replayCommand: () => '' }, 64_500, asked);
  const [fromSecond, toSecond] = /data-from="(\d+)" data-to="(\d+)"/.exec(text)!.slice(1).map(Number);
  return { text, from: formatSecond(fromSecond!), to: formatSecond(toSecond!) };
}

const over = (hours: number): AnomalyFields => ({
  transition: 'closed',
  closeReason: 'recovered',
  endSecond: noon + hours * 3600,
});

test('the last eight days where something happened in them, or never', () => {
  for (const { from, to, text } of [
    pageOf(17, undefined),
    pageOf(7, undefined, over(9)),
    pageOf(17, undefined, {}),
  ]) {
    assert.doesNotMatch(text, /this is the last story/);
    assert.equal(Date.parse(to) - Date.parse(from), 8 * day * 1000);
  }
  assert.match(pageOf(17, undefined).to, /^2015-01-08T12:00/);
});

test('else the days before the end of what happened last; it has a link, and what is asked for comes first', () => {
  const { from, to, text } = pageOf(17, undefined, over(9));
  assert.deepEqual([from, to], ['2014-12-15T09:00:00Z', '2014-12-23T09:00:00Z']);
  assert.match(text, /No incident in the last 8 days: this is the last story\./);
  assert.match(text, /<a href="\?from=2014-12-15T09:00:00Z&amp;to=2014-12-23T09:00:00Z">The last story/);
  assert.match(text, /<a href="\?from=2014-12-31T12:00:00Z&amp;to=2015-01-08T12:00:00Z">8 days/);
  const asked = pageOf(17, { fromSecond: noon, toSecond: noon + day }, over(9));
  assert.deepEqual([asked.from, asked.to], ['2014-12-22T12:00:00Z', '2014-12-23T12:00:00Z']);
  assert.doesNotMatch(asked.text, /this is the last story/);
  const long = pageOf(30, undefined, { ...over(12 * 24) });
  assert.deepEqual([long.from.slice(0, 10), long.to.slice(0, 10)], ['2014-12-22', '2015-01-04']);
});

test('phases of others, and what was taken back, are no story', () => {
  for (const closeReason of ['merged', 'retracted'] as const)
    assert.match(pageOf(17, undefined, { ...over(9), closeReason }).to, /^2015-01-08/);
});
