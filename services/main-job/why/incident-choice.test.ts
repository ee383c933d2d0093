import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { chooseIncident } from './incident-choice.ts';

const told = [
  'as131279-beat-20141221T1416Z',
  'as131279-outage-20141222T1619Z',
  'as131279-outage-20141223T1542Z',
  'as131279-outage-20141222T1619Z',
  'as13127-outage-20141222T1619Z-2',
  'as13127-outage-20141222T1619Z',
].map((incidentId, eventSecond) => ({ incidentId, eventSecond }) as Anomaly);

test('an id is one incident with all its changes in order', () => {
  const choice = chooseIncident(told, 'as131279-outage-20141222T1619Z');
  assert.deepEqual(choice.case === 'one' && choice.transitions.map(({ eventSecond }) => eventSecond), [1, 3]);
});

test('the beginning of an id is enough where it is the only one, whatever its case', () => {
  for (const prefix of ['as131279-b', 'AS131279-Beat', 'as131279-outage-20141223'])
    assert.equal(chooseIncident(told, prefix).case, 'one', prefix);
});

test('an id that begins another one is meant itself', () => {
  const choice = chooseIncident(told, 'as13127-outage-20141222T1619Z');
  assert.equal(choice.case === 'one' && choice.incidentId, 'as13127-outage-20141222T1619Z');
});

test('of several all are named', () => {
  assert.deepEqual(chooseIncident(told, 'as131279-outage'), {
    case: 'several',
    incidentIds: ['as131279-outage-20141222T1619Z', 'as131279-outage-20141223T1542Z'],
  });
});

test('of none the nearest are named, those of the same AS and time first', () => {
  const choice = chooseIncident(told, 'as131279-outage-20141222T1615Z');
  assert.equal(choice.case === 'none' && choice.nearest[0], 'as131279-outage-20141222T1619Z');
  assert.deepEqual(chooseIncident([], 'x'), { case: 'none', nearest: [] });
});
