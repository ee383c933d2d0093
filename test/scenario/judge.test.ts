import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly, Evidence } from '#core/contract/anomalies.ts';
import { type EventSecond, parseSecond } from '#core/event-time.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014, northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import { judge } from './judge.ts';

const generated = generate(nk2014(), 1);
const at = (text: string): EventSecond => parseSecond(`2014-12-${text}Z`)!;

const evidence: Evidence = {
  rule: '',
  measures: [],
  peersFor: 0,
  livePeers: 0,
  peerAsesFor: 0,
  livePeerAses: 0,
  samplePeersFor: [],
  samplePeersAgainst: [],
  sampleUpdates: [],
  upstreamAs: 0,
  viaAses: [],
  members: [],
  expectedPrefixes: 4,
  expectedBasis: '',
  phases: [],
};

/** A transition of an incident of AS131279, opened unless it says otherwise. */
const said = (of: Partial<Anomaly> & Pick<Anomaly, 'incidentId' | 'kind' | 'startSecond'>): Anomaly => ({
  transition: 'opened',
  subject: `as:${northKoreaAs}`,
  originAs: northKoreaAs,
  eventSecond: of.startSecond + 240,
  durationSeconds: 0,
  severity: 'info',
  summary: '',
  prefixes: [],
  prefixCount: 0,
  linkedIncidentIds: [],
  evidence,
  ...of,
});

function outage(incidentId: string, from: string, until: string, more: Partial<Anomaly> = {}): Anomaly[] {
  const startSecond = at(from);
  const open = said({ incidentId, kind: 'outageFull', startSecond, ...more });
  return [open, { ...open, transition: 'closed', endSecond: at(until), closeReason: 'recovered' }];
}

const beatStart = at('21T14:40');
const watched = said({
  incidentId: 'beat',
  kind: 'beatWatch',
  startSecond: beatStart,
  eventSecond: at('21T19:00'),
});
const confirmed = {
  ...watched,
  kind: 'beatConfirmed',
  transition: 'updated',
  eventSecond: at('21T21:00'),
} as const;
const beatEnd = {
  ...confirmed,
  transition: 'closed',
  eventSecond: at('23T06:00'),
  endSecond: at('23T01:46'),
} as const;
const blackout = outage('blackout', '22T16:16', '23T01:46:30', {
  severity: 'critical',
  linkedIncidentIds: ['beat'],
});
const shorts = [
  ...outage('first', '23T07:51', '23T08:00:40'),
  ...outage('second', '23T15:42', '23T16:12:40'),
];
const last = outage('last', '27T10:31', '27T15:30:40');
const right = [watched, confirmed, beatEnd, ...blackout, ...shorts, ...last];

const failuresOf = (anomalies: readonly Anomaly[]): string => judge(generated, anomalies).failures.join('\n');
const without = (...ids: string[]): Anomaly[] => right.filter(({ incidentId }) => !ids.includes(incidentId));
const changed = (id: string, change: Partial<Anomaly>): Anomaly[] =>
  right.map((anomaly) => (anomaly.incidentId === id ? { ...anomaly, ...change } : anomaly));

test('what must be said, and nothing else, passes', () => {
  assert.equal(failuresOf(right), '');
  assert.equal(judge(generated, right).figures.openDelaySeconds, 300);
});

const wrong: readonly [string, readonly Anomaly[], RegExp][] = [
  ['no beat', without('beat'), /no BEAT_WATCH before/],
  ['a watch alone', right.filter(({ kind }) => kind !== 'beatConfirmed'), /no BEAT_CONFIRMED before/],
  [
    'a confirmation after the blackout',
    right.map((one) => (one === confirmed ? { ...one, eventSecond: at('22T16:20') } : one)),
    /no BEAT_CONFIRMED before/,
  ],
  ['no blackout', without('blackout'), /no OUTAGE_FULL that starts/],
  ['a late blackout', changed('blackout', { eventSecond: at('22T16:28') }), /opened 780 s after/],
  ['a blackout without its beat', changed('blackout', { linkedIncidentIds: [] }), /not linked to the beat/],
  ['a blackout that wakes nobody', changed('blackout', { severity: 'notice' }), /pages nobody/],
  [
    'a blackout that starts too early',
    changed('blackout', { startSecond: at('22T16:04') }),
    /no OUTAGE_FULL that starts/,
  ],
  ['a blackout without an end', right.filter((one) => one !== blackout[1]), /ends NaN s after/],
  ['one short outage', without('second'), /never said: outageFull of the outage of the 23rd/],
  ['no last outage', without('last'), /no outage on the 27th/],
  [
    'a last outage with a beat',
    changed('last', { linkedIncidentIds: ['beat'] }),
    /27th is linked to the beat/,
  ],
  [
    'a second beat',
    [...right, said({ incidentId: 'beat2', kind: 'beatWatch', startSecond: at('27T09:00') })],
    /a second beat/,
  ],
  [
    'a beat of somebody else',
    [
      ...right,
      said({ incidentId: 'x', kind: 'beatConfirmed', startSecond: at('21T10:00'), subject: 'as:4200000001' }),
    ],
    /a beat: as:4200000001/,
  ],
  [
    'an outage of somebody else',
    [
      ...right,
      said({ incidentId: 'x', kind: 'outageFull', startSecond: at('21T10:00'), subject: 'as:4200000001' }),
    ],
    /not expected: as:4200000001/,
  ],
  ['an outage of nothing', [...right, ...outage('x', '26T10:00', '26T10:20')], /nothing was lost/],
  [
    'a flap that pages',
    [...right, ...flap({ severity: 'critical', linkedIncidentIds: ['beat'] })],
    /a flap pages/,
  ],
  ['a flap that is no phase of the beat', [...right, ...flap({})], /not a phase of the beat/],
];

for (const [name, anomalies, reason] of wrong) {
  test(`${name} fails`, () => assert.match(failuresOf(anomalies), reason));
}

test('a flap that is a phase of the beat passes', () => {
  assert.equal(failuresOf([...right, ...flap({ linkedIncidentIds: ['beat'] })]), '');
});

function flap(more: Partial<Anomaly>): Anomaly[] {
  const drawn = generated.losses.find(
    ({ cause, startSecond }) => cause === 'beat' && startSecond > beatStart,
  )!;
  const open = said({ incidentId: 'flap', kind: 'outageFull', startSecond: drawn.startSecond + 70, ...more });
  return [open, { ...open, transition: 'closed', endSecond: drawn.endSecond + 40, closeReason: 'merged' }];
}
