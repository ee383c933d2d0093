import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { durationText, IncidentLines, timeText } from './incident-line.ts';

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

test('an update is told only if kind, severity or trend is another', () => {
  const lines = new IncidentLines((_, text) => text);
  const said = (change: object) => lines.line({ ...beat, ...change } as Anomaly);
  const beat = {
    incidentId: 'a',
    transition: 'opened',
    kind: 'beatWatch',
    severity: 'notice',
    eventSecond: 0,
  };
  const watch = { summary: 'a beat', evidence: { trend: 'steady' } };
  assert.equal(said(watch), '1970-01-01 00:00  opened   BEAT-WATCH      a beat');
  assert.equal(said({ ...watch, transition: 'updated' }), undefined);
  const worse = { ...watch, transition: 'updated', evidence: { trend: 'worsening' } };
  assert.equal(said(worse), '1970-01-01 00:00  updated  BEAT-WATCH      a beat');
  assert.equal(said(worse), undefined);
  assert.ok(said({ ...worse, kind: 'beatConfirmed' }));
  assert.ok(said({ ...worse, kind: 'beatConfirmed', severity: 'critical' }));
  assert.ok(said({ ...worse, transition: 'closed' }));
});
