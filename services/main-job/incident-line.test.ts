import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText, timeText } from './incident-line.ts';

test('durations as people say them', () => {
  const texts: Record<number, string> = {
    0: '0 s',
    59: '59 s',
    60: '1 min',
    1860: '31 min',
    3600: '1 h',
    34260: '9 h 31 min',
    126360: '35 h 6 min',
    172800: '2 days',
    180000: '2 days 2 h',
  };
  for (const [seconds, text] of Object.entries(texts)) assert.equal(durationText(Number(seconds)), text);
});

test('times in UTC', () => assert.equal(timeText(1_419_264_903), '2014-12-22 16:15'));
