import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { compareVerdicts } from './verdict.ts';

const evidence = { peersFor: 39, livePeers: 40 };
const opened = {
  incidentId: 'as1-outage-20141222T1619Z',
  transition: 'opened',
  kind: 'outageFull',
  subject: 'as:1',
  severity: 'critical',
  startSecond: 1000,
  eventSecond: 1200,
  evidence,
} as Anomaly;
const closed: Anomaly = {
  ...opened,
  transition: 'closed',
  closeReason: 'recovered',
  endSecond: 2000,
  eventSecond: 2300,
};
const stored = [opened, closed];

test('all changes with all their evidence are the same verdict', () => {
  const later = { ...opened, incidentId: 'another' };
  assert.deepEqual(compareVerdicts(stored, [later, ...stored]), { case: 'identical', transitions: 2 });
});

test('what comes after the last that was told is no difference', () => {
  const reopened = { ...closed, eventSecond: 9000, severity: 'info' } as const;
  assert.equal(compareVerdicts(stored, [...stored, reopened]).case, 'identical');
});

test('other evidence or another way to it is the same verdict, and said', () => {
  const counted = { ...closed, evidence: { ...closed.evidence, peersFor: 38 } };
  assert.deepEqual(compareVerdicts(stored, [{ ...opened, eventSecond: 1260 }, counted]), {
    case: 'same',
    differences: [
      'first told: 1970-01-01 00:20 was told, 1970-01-01 00:21 comes out',
      'peers: 39 of 40 was told, 38 of 40 comes out',
    ],
  });
});

test('another kind, onset, end or way of closing is another verdict', () => {
  const changes: Partial<Anomaly>[] = [
    { kind: 'outagePartial' },
    { startSecond: 1001 },
    { endSecond: 2001 },
    { closeReason: 'expired' },
  ];
  for (const change of changes) {
    const verdict = compareVerdicts(stored, [opened, { ...closed, ...change }]);
    assert.equal(verdict.case, 'different');
    assert.equal(verdict.case === 'different' && verdict.differences.length, 1, JSON.stringify(change));
  }
  const { closeReason: _, endSecond: __, ...open } = closed;
  const verdict = compareVerdicts(stored, [opened, { ...open, transition: 'updated' }]);
  assert.deepEqual(verdict, {
    case: 'different',
    differences: [
      'end: 1970-01-01T00:33:20Z was told, none comes out',
      'closed as: recovered was told, open comes out',
    ],
  });
});

test('an incident that does not come out again: others of its subject at its time are named', () => {
  const other = { ...closed, incidentId: 'as1-outage-20141222T1630Z', startSecond: 1500 };
  const earlier = { ...closed, incidentId: 'as1-outage-earlier', startSecond: 100, endSecond: 900 };
  const ofOthers = { ...closed, incidentId: 'as2-outage', subject: 'as:2' };
  assert.deepEqual(compareVerdicts(stored, [earlier, { ...other, transition: 'opened' }, other, ofOthers]), {
    case: 'absent',
    instead: [other],
  });
});
