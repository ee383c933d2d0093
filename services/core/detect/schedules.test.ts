import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import { formatSecond } from '../event-time.ts';
import { rayleigh } from './schedules.ts';
import { at, detect, type Loss, prefixesOf } from './scripted-scores.ts';

const twenty = prefixesOf(20);
const midnight = at('2020-06-01T00:00');
const day = 86_400;

/** A large AS (a /13), so that an outage outside a schedule would be loud. */
const run = (losses: readonly Loss[], days: number): Anomaly[] =>
  detect({
    from: midnight,
    until: midnight + days * day,
    ases: [{ originAs: 64500, ipv4: twenty, blocks: 2048, losses }],
  });

const cut = (dayNumber: number, fromMinute: number, untilMinute: number): Loss => ({
  from: midnight + dayNumber * day + fromMinute * 60,
  until: midnight + dayNumber * day + untilMinute * 60,
  prefixes: twenty,
});

const told = (anomalies: readonly Anomaly[]): string[] =>
  anomalies.map(
    ({ transition, closeReason, kind, severity, eventSecond }) =>
      `${closeReason ?? transition} ${kind} ${severity} at ${formatSecond(eventSecond).slice(8, 16)}`,
  );

test('the third outage at the same time of day is scheduled, and quiet; the next one is foreseen', () => {
  const anomalies = run([cut(0, 60, 300), cut(1, 63, 300), cut(2, 58, 300), cut(3, 61, 305)], 4);
  assert.deepEqual(told(anomalies).slice(6), [
    'opened outageFull info at 03T01:01',
    'opened sched info at 03T01:01',
    'recovered outageFull info at 03T05:05',
    'opened outageFull info at 04T01:04',
    'updated sched info at 04T01:04',
    'recovered outageFull info at 04T05:10',
  ]);
  const sched = anomalies[7]!;
  assert.equal(sched.incidentId, 'as64500-sched-20200601T0100Z');
  assert.equal(sched.linkedIncidentIds.length, 3);
  assert.match(sched.summary, /outages on 3 days, each from about 01:00 UTC for about 3 h 57 min/);
  assert.match(sched.summary, /next expected from 2020-06-04 01:00 UTC to 2020-06-04 04:57 UTC/);
  assert.equal(anomalies[1]!.severity, 'critical', 'the first one is loud');
});

test('a schedule counts the networks of both families, and each day once', () => {
  const ipv6 = ['2001:db8::/48', '2001:db8:1::/48'];
  const losses = [0, 1, 2, 3].flatMap((dayNumber) => [
    cut(dayNumber, 60, 300),
    { ...cut(dayNumber, 61, 301), prefixes: ipv6 },
  ]);
  const anomalies = detect({
    from: midnight,
    until: midnight + 4 * day,
    ases: [{ originAs: 64500, ipv4: twenty, ipv6, blocks: 2048, losses }],
  });
  const sched = anomalies.findLast(({ kind }) => kind === 'sched')!;
  assert.match(sched.summary, /outages on 4 days/);
  assert.deepEqual([sched.prefixCount, sched.prefixes.length, sched.evidence.expectedPrefixes], [22, 22, 22]);
});

test('days may be left out; outages at other times of day are no schedule', () => {
  const kinds = (anomalies: readonly Anomaly[]) => new Set(anomalies.map(({ kind }) => kind));
  assert.ok(kinds(run([cut(0, 60, 300), cut(2, 60, 300), cut(5, 60, 300)], 7)).has('sched'));
  assert.ok(!kinds(run([cut(0, 60, 300), cut(1, 80, 300), cut(2, 100, 300)], 4)).has('sched'));
  assert.ok(!kinds(run([cut(0, 60, 90), cut(0, 65, 100), cut(1, 60, 300)], 4)).has('sched'));
});

test('an AS that goes out at all hours has no schedule', () => {
  const scattered = [0, 1, 2].flatMap((day) => [cut(day, 60, 90), cut(day, 500, 520), cut(day, 950, 970)]);
  assert.ok(run(scattered, 4).every(({ kind }) => kind !== 'sched'));
});

test('a missed end is told as loudly as the outage is', () => {
  const anomalies = run([cut(0, 60, 300), cut(1, 60, 300), cut(2, 60, 300), cut(3, 60, 900)], 4);
  const last = told(anomalies).slice(11);
  assert.deepEqual(last, [
    'updated outageFull critical at 04T07:00',
    'updated sched warning at 04T07:00',
    'recovered outageFull critical at 04T15:05',
    'updated sched info at 04T15:05',
  ]);
});

test('a schedule is over after four days without an outage', () => {
  const anomalies = run([cut(0, 60, 300), cut(1, 60, 300), cut(2, 60, 300)], 9);
  const last = anomalies.at(-1)!;
  assert.deepEqual([last.kind, last.closeReason], ['sched', 'recovered']);
  assert.equal(formatSecond(last.endSecond!), '2020-06-03T05:00:00Z');
  assert.equal(formatSecond(last.eventSecond), '2020-06-07T05:00:00Z');
});

test('Rayleigh R is 1 at one time of day, also around midnight, and 0 at opposite ones', () => {
  assert.ok(rayleigh([0, day - 60, 2 * day + 60]) > 0.9999);
  assert.ok(rayleigh([0, day + day / 2]) < 1e-9);
});
