import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScoreSeries } from './score-series.ts';

const point = (minute: number, score = 0.5) => ({ minute, score, surprise: score * 10, lost: 1 });

test('what lies in a stretch of time', () => {
  const series = new ScoreSeries();
  for (const minute of [10, 12, 20]) series.add(point(minute));
  series.add(point(20, 0.9));
  assert.deepEqual(
    series.between(11, 20).map(({ minute }) => minute),
    [12],
  );
  assert.deepEqual(
    series.between(0, 99).map(({ score }) => score),
    [0.5, 0.5, 0.5],
  );
});

test('a long history gets coarser, never longer, and keeps its peaks and its last minute', () => {
  const series = new ScoreSeries();
  const last = 100_000;
  for (let minute = 1; minute <= last; minute++)
    series.add(point(minute, minute === last - 20_000 ? 1 : 0.5));
  assert.ok(series.length <= 2880, `${series.length}`);
  const kept = series.between(0, last + 1);
  assert.equal(kept.at(-1)!.minute, last);
  assert.equal(Math.max(...kept.map(({ score }) => score)), 1);
  assert.ok(kept[0]!.minute >= last - 50_400 - 2880);
});
