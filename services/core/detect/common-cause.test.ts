import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, detect, prefixesOf, type ScriptedAs } from './scripted-scores.ts';

const as = (originAs: number, from: string, viaAses: readonly number[]): ScriptedAs => ({
  originAs,
  ipv4: prefixesOf(6).map((prefix) => prefix.replace('10.0', `10.${originAs - 64500}`)),
  blocks: 64,
  viaAses,
  losses: [
    {
      from: at(from),
      until: at('2020-01-01T12:40'),
      prefixes: prefixesOf(6).map((prefix) => prefix.replace('10.0', `10.${originAs - 64500}`)),
    },
  ],
});

const run = (ases: readonly ScriptedAs[]) =>
  detect({ from: at('2020-01-01T12:00'), until: at('2020-01-01T13:00'), ases });

test('three ASes that go within two minutes behind one AS are one cause: the first leads, the others are quiet', () => {
  const anomalies = run([
    as(64501, '2020-01-01T12:11:30', [174, 3356]),
    as(64502, '2020-01-01T12:10:10', [3356]),
    as(64503, '2020-01-01T12:10:40', [3356, 701]),
    as(64504, '2020-01-01T12:10:20', [701]),
  ]);
  const closed = new Map(
    anomalies
      .filter(({ transition }) => transition === 'closed')
      .map((anomaly) => [anomaly.originAs, anomaly]),
  );
  assert.deepEqual(closed.get(64502)!.evidence.members, ['as:64502', 'as:64503', 'as:64501']);
  assert.equal(closed.get(64501)!.evidence.viaAses[0], 3356);
  assert.deepEqual(closed.get(64503)!.linkedIncidentIds, [closed.get(64502)!.incidentId]);
  assert.deepEqual(
    [64501, 64502, 64503, 64504].map((origin) => closed.get(origin)!.severity),
    ['info', 'notice', 'info', 'notice'],
  );
});

test('the first weighs what all of them lost', () => {
  const large = { ...as(64502, '2020-01-01T12:10:10', [3356]), blocks: 400 };
  const anomalies = run([
    as(64501, '2020-01-01T12:10', [3356]),
    large,
    as(64503, '2020-01-01T12:10:40', [3356]),
  ]);
  const severities = anomalies
    .filter(({ transition }) => transition === 'closed')
    .map(({ severity }) => severity);
  assert.deepEqual(severities, ['warning', 'info', 'info']);
});

test('two are not, and three that go over five minutes are not', () => {
  const isLinked = (ases: readonly ScriptedAs[]) => run(ases).some((one) => one.linkedIncidentIds.length > 0);
  assert.ok(!isLinked([as(64501, '2020-01-01T12:10', [3356]), as(64502, '2020-01-01T12:10', [3356])]));
  const apart = ['2020-01-01T12:10', '2020-01-01T12:12:30', '2020-01-01T12:15'];
  assert.ok(!isLinked(apart.map((from, i) => as(64501 + i, from, [3356]))));
});
