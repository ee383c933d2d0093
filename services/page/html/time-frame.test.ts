import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSecond } from '#core/event-time.ts';
import { cellCount, percentOf, timeFrame, timeMarks } from './time-frame.ts';

test('a frame is of whole cells, and of at least ten minutes', () => {
  for (const span of [0, 1, 601, 86_400, 8 * 86_400, 366 * 86_400]) {
    const frame = timeFrame(1_419_000_017, 1_419_000_017 + span);
    assert.ok(frame.fromSecond <= 1_419_000_017 && frame.toSecond >= 1_419_000_017 + span);
    assert.ok(
      Number.isInteger(cellCount(frame)) && cellCount(frame) <= 482,
      `${cellCount(frame)} of ${span}`,
    );
    assert.ok(frame.toSecond - frame.fromSecond >= 600);
  }
});

test('percent of the width, never outside', () => {
  const frame = { fromSecond: 1000, toSecond: 2000, cellSeconds: 10 };
  assert.deepEqual(
    [0, 1000, 1500, 2000, 9999].map((second) => percentOf(frame, second)),
    [0, 0, 50, 100, 100],
  );
});

test('days are marked where days begin, and the hours between give way', () => {
  const marks = timeMarks(timeFrame(parseSecond('2014-12-21T09:00Z')!, parseSecond('2014-12-23T21:00Z')!));
  assert.deepEqual(
    marks.map(({ text, isMinor }) => `${text}${isMinor ? '-' : ''}`),
    ['12:00-', '22 Dec', '12:00-', '23 Dec', '12:00-'],
  );
});
