import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import { formatSecond } from '../event-time.ts';
import { at, detect, type Loss, prefixesOf, type Script, type ScriptedAs } from './scripted-scores.ts';

const four = prefixesOf(4);

/** One AS from 12:00 to 14:00, unless said otherwise. */
const one = (
  losses: readonly Loss[],
  as: Partial<ScriptedAs> = {},
  script: Partial<Script> = {},
): Anomaly[] =>
  detect({
    from: at('2020-01-01T12:00'),
    until: at('2020-01-01T14:00'),
    ases: [{ originAs: 64500, ipv4: four, losses, ...as }],
    ...script,
  });

const clock = (second: number | undefined): string =>
  second === undefined ? '-' : formatSecond(second).slice(11, 19);

/** "opened outageFull 12:10:30 - at 12:13:00" */
const told = (anomalies: readonly Anomaly[]): string[] =>
  anomalies.map(
    ({ transition, closeReason, kind, startSecond, endSecond, eventSecond }) =>
      `${closeReason ?? transition} ${kind} ${clock(startSecond)} ${clock(endSecond)} at ${clock(eventSecond)}`,
  );

test('all prefixes gone for three minutes is a full outage; its end is when it came back', () => {
  const anomalies = one([
    { from: at('2020-01-01T12:10:30'), until: at('2020-01-01T12:40:20'), prefixes: four },
  ]);
  assert.deepEqual(told(anomalies), [
    'opened outageFull 12:10:30 - at 12:13:00',
    'recovered outageFull 12:10:30 12:40:20 at 12:45:00',
  ]);
  assert.equal(anomalies[0]!.incidentId, 'as64500-outage-20200101T1210Z');
  assert.equal(anomalies[1]!.durationSeconds, 29 * 60 + 50);
});

test('two minutes below are a flap', () => {
  assert.deepEqual(
    one([{ from: at('2020-01-01T12:10:30'), until: at('2020-01-01T12:12:20'), prefixes: four }]),
    [],
  );
});

test('what goes over some minutes starts with its first prefix', () => {
  const losses = four.map((prefix, i) => ({ from: at('2020-01-01T12:10:30') + 70 * i, prefixes: [prefix] }));
  assert.deepEqual(told(one(losses))[0], 'opened outageFull 12:10:30 - at 12:17:00');
});

test('one of at most four prefixes is partial after ten minutes, of five it is not', () => {
  const losses = [{ from: at('2020-01-01T12:10:30'), prefixes: four.slice(0, 1) }];
  assert.deepEqual(told(one(losses)), ['opened outagePartial 12:10:30 - at 12:20:00']);
  assert.deepEqual(told(one(losses, { ipv4: prefixesOf(5) })), []);
});

test('a quarter of the prefixes is partial, and ends at nine tenths', () => {
  const twenty = prefixesOf(20);
  const anomalies = one(
    [
      { from: at('2020-01-01T12:10'), until: at('2020-01-01T13:00'), prefixes: twenty.slice(0, 2) },
      { from: at('2020-01-01T12:10'), until: at('2020-01-01T13:10'), prefixes: twenty.slice(2, 4) },
      { from: at('2020-01-01T12:10'), prefixes: twenty.slice(4, 5) },
    ],
    { ipv4: twenty },
  );
  assert.deepEqual(told(anomalies), [
    'opened outagePartial 12:10:00 - at 12:20:00',
    'recovered outagePartial 12:10:00 13:10:00 at 13:15:00',
  ]);
  assert.match(anomalies[1]!.summary, /5 of 20 networks/);
});

test('ten prefixes of a large AS are partial whatever share they are, nine are not', () => {
  const many = prefixesOf(300);
  const loss = (count: number): Loss => ({
    from: at('2020-01-01T12:10:30'),
    until: at('2020-01-01T13:00:30'),
    prefixes: many.slice(0, count),
  });
  assert.deepEqual(told(one([loss(10)], { ipv4: many })), [
    'opened outagePartial 12:10:30 - at 12:20:00',
    'recovered outagePartial 12:10:30 13:00:30 at 13:05:00',
  ]);
  assert.deepEqual(one([loss(9)], { ipv4: many }), []);
});

test('a cluster is over when four fifths of it are back', () => {
  const many = prefixesOf(300);
  const from = at('2020-01-01T12:10');
  const losses = [
    { from, until: at('2020-01-01T13:00'), prefixes: many.slice(0, 8) },
    { from, prefixes: many.slice(8, 10) },
  ];
  assert.equal(told(one(losses, { ipv4: many }))[1], 'recovered outagePartial 12:10:00 13:00:00 at 13:05:00');
});

test('losses too far apart are no cluster', () => {
  const many = prefixesOf(300);
  const losses = many
    .slice(0, 12)
    .map((prefix, i) => ({ from: at('2020-01-01T12:10') + i * 100, prefixes: [prefix] }));
  assert.deepEqual(one(losses, { ipv4: many }), []);
});

test('a second cluster an hour later is an outage of its own', () => {
  const many = prefixesOf(300);
  const anomalies = one(
    [
      { from: at('2020-01-01T12:10'), prefixes: many.slice(0, 15) },
      { from: at('2020-01-01T13:10'), until: at('2020-01-01T13:40'), prefixes: many.slice(15, 27) },
    ],
    { ipv4: many },
  );
  assert.deepEqual(told(anomalies), [
    'opened outagePartial 12:10:00 - at 12:20:00',
    'opened outagePartial 13:10:00 - at 13:20:00',
    'recovered outagePartial 13:10:00 13:40:00 at 13:45:00',
  ]);
  assert.equal(anomalies[1]!.prefixCount, 12);
});

test('a partial outage that becomes full, and a full one that comes back in part, stay one incident', () => {
  const anomalies = one([
    { from: at('2020-01-01T12:10'), until: at('2020-01-01T13:20'), prefixes: four.slice(0, 1) },
    { from: at('2020-01-01T12:30'), until: at('2020-01-01T13:00'), prefixes: four.slice(1) },
  ]);
  assert.deepEqual(told(anomalies), [
    'opened outagePartial 12:10:00 - at 12:20:00',
    'updated outageFull 12:10:00 - at 12:33:00',
    'updated outagePartial 12:10:00 - at 13:05:00',
    'recovered outagePartial 12:10:00 13:20:00 at 13:25:00',
  ]);
  assert.deepEqual(
    anomalies[3]!.evidence.phases.map(({ kind, startSecond }) => `${kind} ${clock(startSecond)}`),
    ['outagePartial 12:10:00', 'outageFull 12:30:00', 'outagePartial 13:00:00'],
  );
});

test('a prefix gone for a day is no part of the loss of the others', () => {
  const anomalies = one(
    [
      { from: at('2019-12-31T11:00'), prefixes: four.slice(0, 1) },
      { from: at('2020-01-01T12:30'), until: at('2020-01-01T13:00'), prefixes: four.slice(1) },
    ],
    {},
    { from: at('2019-12-31T10:00') },
  );
  assert.deepEqual(told(anomalies), [
    'opened outagePartial 11:00:00 - at 11:10:00',
    'opened outageFull 12:30:00 - at 12:33:00',
    'recovered outageFull 12:30:00 13:00:00 at 13:05:00',
  ]);
  assert.match(anomalies[1]!.summary, /all 3 networks/);
});

test('out again within five minutes, for long: two outages with exact ends; for short: one', () => {
  const first = { from: at('2020-01-01T12:10'), until: at('2020-01-01T12:30'), prefixes: four };
  assert.deepEqual(
    told(one([first, { from: at('2020-01-01T12:33'), until: at('2020-01-01T13:00'), prefixes: four }])),
    [
      'opened outageFull 12:10:00 - at 12:13:00',
      'recovered outageFull 12:10:00 12:30:00 at 12:36:00',
      'opened outageFull 12:33:00 - at 12:36:00',
      'recovered outageFull 12:33:00 13:00:00 at 13:05:00',
    ].sort((a, b) => (a.slice(-8) < b.slice(-8) ? -1 : 1)),
  );
  assert.deepEqual(
    told(one([first, { from: at('2020-01-01T12:33'), until: at('2020-01-01T12:34:30'), prefixes: four }])),
    ['opened outageFull 12:10:00 - at 12:13:00', 'recovered outageFull 12:10:00 12:34:30 at 12:39:00'],
  );
});

test('timers stand still while the family is frozen', () => {
  const frozen = [{ family: 'ipv4' as const, from: at('2020-01-01T12:12'), until: at('2020-01-01T12:30') }];
  const losses = [{ from: at('2020-01-01T12:10:30'), until: at('2020-01-01T13:00'), prefixes: four }];
  assert.deepEqual(told(one(losses, {}, { frozen })), [
    'opened outageFull 12:10:30 - at 12:31:00',
    'recovered outageFull 12:10:30 13:00:00 at 13:05:00',
  ]);
});

test('both families out are two incidents that point at each other', () => {
  const anomalies = one(
    [{ from: at('2020-01-01T12:10'), until: at('2020-01-01T12:40'), prefixes: [...four, '2001:db8::/32'] }],
    { ipv6: ['2001:db8::/32'] },
  );
  const opened = anomalies.filter(({ transition }) => transition === 'opened');
  assert.deepEqual(
    opened.map(({ incidentId, linkedIncidentIds }) => [incidentId, linkedIncidentIds]),
    [
      ['as64500-outage-20200101T1210Z', ['as64500-outage-ipv6-20200101T1210Z']],
      ['as64500-outage-ipv6-20200101T1210Z', ['as64500-outage-20200101T1210Z']],
    ],
  );
  assert.match(opened[1]!.summary, /its only IPv6 network gone/);
});

test('without the whole table it is said of what was seen, and taken back when more is seen', () => {
  const losses = [{ from: at('2020-01-01T12:10'), prefixes: four.slice(0, 1) }];
  const anomalies = one(losses, {
    ipv4: four.slice(0, 1),
    wholeTable: false,
    grows: { at: at('2020-01-01T12:30'), expected: 8 },
  });
  assert.deepEqual(told(anomalies), [
    'opened outageFull 12:10:00 - at 12:13:00',
    'retracted outageFull 12:10:00 12:30:00 at 12:35:00',
  ]);
  assert.match(anomalies[0]!.summary, /its only network seen so far gone/);
  assert.equal(anomalies[0]!.evidence.expectedBasis, 'seen so far');
});

test('an outage of seven days is taken off the table, and not opened again', () => {
  const anomalies = one(
    [{ from: at('2020-01-01T12:10'), prefixes: four }],
    {},
    { until: at('2020-01-12T00:00') },
  );
  const last = anomalies.at(-1)!;
  assert.deepEqual([last.transition, last.closeReason], ['closed', 'expired']);
  assert.equal(formatSecond(last.endSecond!), '2020-01-08T12:10:00Z');
  assert.equal(anomalies.filter(({ transition }) => transition === 'opened').length, 1);
});

test('a covered loss is none, nor is a smaller uncovered one that goes with it, unless ten prefixes are uncovered', () => {
  const forty = prefixesOf(40);
  const loss = (from: number, until: number, covered: boolean): Loss => ({
    from: at('2020-01-01T12:10'),
    until: at('2020-01-01T13:00'),
    prefixes: forty.slice(from, until),
    covered,
  });
  assert.deepEqual(one([loss(0, 40, true)], { ipv4: forty }), []);
  const twelve = { ipv4: forty.slice(0, 12) };
  assert.deepEqual(one([loss(0, 4, false), loss(4, 12, true)], twelve), []);
  assert.equal(one([loss(0, 6, false), loss(6, 12, true)], twelve)[0]!.kind, 'outagePartial');
  assert.equal(one([loss(0, 10, false), loss(10, 40, true)], { ipv4: forty })[0]!.prefixCount, 10);
});

test('prefixes that move to another AS end the outage, and it is said', () => {
  const anomalies = one([
    { from: at('2020-01-01T12:10'), until: at('2020-01-01T12:40'), prefixes: four, movedTo: 64501 },
  ]);
  assert.equal(told(anomalies)[1], 'recovered outageFull 12:10:00 12:40:00 at 12:45:00');
  assert.match(
    anomalies[1]!.summary,
    /^AS64500: all 4 networks were gone for 30 min, .*, now announced by AS64501$/,
  );
});

test('a partial outage ends with its own prefixes, not with those that went after them', () => {
  const anomalies = one([
    { from: at('2020-01-01T12:10'), until: at('2020-01-01T12:30'), prefixes: four.slice(0, 1) },
    { from: at('2020-01-01T12:26'), until: at('2020-01-01T12:50'), prefixes: four.slice(1, 2) },
  ]);
  assert.deepEqual(told(anomalies), [
    'opened outagePartial 12:10:00 - at 12:20:00',
    'recovered outagePartial 12:10:00 12:30:00 at 12:35:00',
    'opened outagePartial 12:26:00 - at 12:36:00',
    'recovered outagePartial 12:26:00 12:50:00 at 12:55:00',
  ]);
});

test('the evidence names the rule, the measures, the peers and the upstream', () => {
  const [opened] = one([{ from: at('2020-01-01T12:10:30'), prefixes: four }], { upstreamAs: 64999 });
  const { evidence, summary, prefixes } = opened!;
  assert.match(evidence.rule, /visible share of the prefixes <= 0.05 for 3 minutes/);
  assert.deepEqual(evidence.measures[0], { name: 'visible share', value: 0, threshold: 0.05 });
  assert.deepEqual(
    [evidence.peersFor, evidence.livePeers, evidence.peerAsesFor, evidence.livePeerAses],
    [38, 40, 34, 36],
  );
  assert.equal(evidence.sampleUpdates[0], '2020-01-01T12:10:30Z down 10.0.0.0/24 38 of 40 peers');
  assert.equal(evidence.upstreamAs, 64999);
  assert.deepEqual(prefixes, four);
  assert.equal(
    summary,
    'AS64500: all 4 networks gone since 2020-01-01 12:10 UTC, behind AS64999, lost by at least 38 of 40 peers',
  );
});
