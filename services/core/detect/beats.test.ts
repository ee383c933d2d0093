import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import type { EventMinute, EventSecond } from '../event-time.ts';
import { formatSecond, minuteOf } from '../event-time.ts';
import { at, detect, type Loss, prefixesOf, type Script, type ScriptedScore } from './scripted-scores.ts';

const four = prefixesOf(4);
const minutesOf = (from: EventSecond, until: EventSecond) => (minute: EventMinute) =>
  minuteOf(from) <= minute && minute < minuteOf(until);

const one = (
  until: EventSecond,
  score: (minute: EventMinute) => ScriptedScore | undefined,
  losses: readonly Loss[] = [],
  script: Partial<Script> = {},
): Anomaly[] =>
  detect({
    from: at('2020-01-01T00:00'),
    until,
    ases: [{ originAs: 64500, ipv4: four, upstreamAs: 64999, losses, score }],
    ...script,
  });

const told = (anomalies: readonly Anomaly[]): string[] =>
  anomalies.map(
    ({ transition, closeReason, kind, severity, eventSecond }) =>
      `${closeReason ?? transition} ${kind} ${severity} at ${formatSecond(eventSecond).slice(8, 16)}`,
  );

const onset = at('2020-01-01T02:00');
const train = {
  activeQuarters: 12,
  onsetSecond: onset,
  burstiness: -0.2,
  rateRatio: 1,
  prefixes: four,
  prefixCount: 4,
  upstreamAs: 64999,
};
/** Just enough to be watched, and to be confirmed. */
const watched: ScriptedScore = {
  score: 0.5,
  surprise: 7,
  beat: { ...train, events: 6, activeHours: 3, spanMinutes: 120, lastEventSecond: at('2020-01-01T05:00') },
};
const confirmed: ScriptedScore = {
  score: 0.5,
  surprise: 9,
  beat: { ...train, events: 10, activeHours: 5, spanMinutes: 240, lastEventSecond: at('2020-01-01T08:00') },
};
const fading: ScriptedScore = { ...confirmed, score: 0.3 };

/** Watched from 05:00, confirmed from 07:00, fading from 12:00, gone at 14:00. */
const life = (minute: EventMinute): ScriptedScore | undefined => {
  const hour = (minute - minuteOf(at('2020-01-01T00:00'))) / 60;
  if (hour < 5 || hour >= 14) return undefined;
  if (hour < 7) return watched;
  return hour < 12 ? confirmed : fading;
};

test('watched, confirmed and over are one incident, from its first flap to its last', () => {
  const anomalies = one(at('2020-01-01T20:00'), life);
  assert.deepEqual(told(anomalies), [
    'opened beatWatch notice at 01T05:01',
    'updated beatConfirmed warning at 01T07:01',
    'recovered beatConfirmed warning at 01T14:01',
  ]);
  assert.deepEqual(
    new Set(anomalies.map(({ incidentId }) => incidentId)),
    new Set(['as64500-beat-20200101T0200Z']),
  );
  const closed = anomalies.at(-1)!;
  assert.equal(closed.startSecond, onset);
  assert.equal(closed.endSecond, at('2020-01-01T08:00'));
  assert.deepEqual(closed.evidence.phases, [
    { kind: 'beatWatch', startSecond: onset, endSecond: at('2020-01-01T07:01') },
    { kind: 'beatConfirmed', startSecond: at('2020-01-01T07:01'), endSecond: at('2020-01-01T08:00') },
  ]);
  assert.equal(
    anomalies[1]!.summary,
    'AS64500: steady beat of instability since 2020-01-01 02:00 UTC, 4 networks came and went, 10 events in the last 6 hours, behind AS64999',
  );
});

for (const [name, less] of Object.entries({
  score: { ...watched, score: 0.499 },
  surprise: { ...watched, surprise: 6.9 },
  events: { ...watched, beat: { ...watched.beat, events: 5 } },
  hours: { ...watched, beat: { ...watched.beat, activeHours: 2 } },
  span: { ...watched, beat: { ...watched.beat, spanMinutes: 119 } },
})) {
  test(`too little ${name} is not watched`, () => {
    assert.deepEqual(
      one(at('2020-01-01T06:00'), () => less),
      [],
    );
  });
}

test('a beat with even gaps is called metronomic, one that speeds up worsening', () => {
  const faster: ScriptedScore = { ...watched, beat: { ...watched.beat, burstiness: -0.6, rateRatio: 2 } };
  const anomalies = one(at('2020-01-01T06:00'), () => faster);
  assert.match(anomalies[0]!.summary, /metronomic possible beat/);
  assert.deepEqual(told(anomalies), [
    'opened beatWatch notice at 01T00:01',
    'updated beatWatch notice at 01T00:32',
  ]);
  assert.equal(anomalies[1]!.evidence.trend, 'worsening');
});

test('a burst closes after an hour of quiet', () => {
  const events = { z: 6, events: 3 };
  const score = (minute: EventMinute): ScriptedScore | undefined =>
    minute === minuteOf(onset)
      ? { score: 0.1, burst: events, beat: { ...train, events: 3, lastEventSecond: onset + 5 } }
      : undefined;
  const anomalies = one(at('2020-01-01T06:00'), score);
  assert.deepEqual(told(anomalies), ['opened burst info at 01T02:01', 'recovered burst info at 01T03:01']);
  assert.equal(anomalies[0]!.incidentId, 'as64500-burst-20200101T0200Z');
  assert.deepEqual(
    one(at('2020-01-01T06:00'), (minute) => ({ ...score(minute), burst: { z: 5.9, events: 9 } })),
    [],
  );
});

test('a burst starts with the first of the events that led to it', () => {
  const events = [0, 10, 20].map((minute) => minuteOf(onset) + minute);
  const score = (minute: EventMinute): ScriptedScore | undefined =>
    events.includes(minute)
      ? {
          burst: { z: minute === events[2] ? 8 : 5, events: 3 },
          beat: { ...train, lastEventSecond: minute * 60 + 7 },
        }
      : undefined;
  const [opened] = one(at('2020-01-01T06:00'), score);
  assert.equal(opened!.startSecond, onset + 7);
});

test('a burst that persists becomes the beat: one incident', () => {
  const score = (minute: EventMinute): ScriptedScore | undefined =>
    minute === minuteOf(at('2020-01-01T04:30'))
      ? {
          score: 0.4,
          burst: { z: 7, events: 4 },
          beat: { ...train, lastEventSecond: at('2020-01-01T04:30') },
        }
      : life(minute);
  const anomalies = one(at('2020-01-01T06:00'), score);
  assert.deepEqual(told(anomalies), [
    'opened burst info at 01T04:31',
    'updated beatWatch notice at 01T05:01',
  ]);
  assert.equal(anomalies[0]!.incidentId, anomalies[1]!.incidentId);
  assert.equal(anomalies[1]!.startSecond, onset);
});

test('a loss inside a beat is told quietly, and merged when it was a flap', () => {
  const flap = { from: at('2020-01-01T08:10'), until: at('2020-01-01T08:55'), prefixes: four };
  const anomalies = one(at('2020-01-01T10:00'), life, [flap]);
  assert.deepEqual(told(anomalies).slice(2), [
    'opened outageFull info at 01T08:13',
    'updated beatConfirmed warning at 01T09:00',
    'merged outageFull info at 01T09:00',
  ]);
  const [opened, beat] = anomalies.slice(2);
  assert.deepEqual(opened!.linkedIncidentIds, ['as64500-beat-20200101T0200Z']);
  assert.deepEqual(beat!.linkedIncidentIds, [opened!.incidentId]);
  assert.deepEqual(beat!.evidence.phases.at(-1), {
    kind: 'outageFull',
    startSecond: flap.from,
    endSecond: flap.until,
  });
});

test('a loss of more than an hour inside a confirmed beat is the blackout, linked both ways', () => {
  const blackout = { from: at('2020-01-01T08:15'), until: at('2020-01-01T11:45'), prefixes: four };
  const anomalies = one(at('2020-01-01T12:00'), life, [blackout]);
  assert.deepEqual(told(anomalies).slice(2), [
    'opened outageFull info at 01T08:18',
    'updated beatConfirmed warning at 01T09:15',
    'updated outageFull critical at 01T09:15',
    'updated beatConfirmed warning at 01T11:50',
    'recovered outageFull critical at 01T11:50',
  ]);
  const [, beat, outage, , closed] = anomalies.slice(2);
  assert.deepEqual(beat!.linkedIncidentIds, [outage!.incidentId]);
  assert.deepEqual(outage!.linkedIncidentIds, [beat!.incidentId]);
  assert.match(outage!.summary, /6 h 15 min after a steady beat began/);
  assert.match(
    closed!.summary,
    /all 4 networks were gone for 3 h 30 min, from 2020-01-01 08:15 UTC to 2020-01-01 11:45 UTC/,
  );
  assert.equal(closed!.durationSeconds, 3.5 * 3600);
});

test('a return of one network of four interrupts the hour that makes a blackout', () => {
  const anomalies = one(at('2020-01-01T12:00'), life, [
    { from: at('2020-01-01T08:15'), until: at('2020-01-01T11:00'), prefixes: four.slice(1) },
    { from: at('2020-01-01T08:15'), until: at('2020-01-01T08:50'), prefixes: four.slice(0, 1) },
    { from: at('2020-01-01T08:52'), until: at('2020-01-01T11:00'), prefixes: four.slice(0, 1) },
  ]);
  const critical = anomalies.find(({ severity }) => severity === 'critical')!;
  assert.equal(formatSecond(critical.eventSecond), '2020-01-01T09:52:00Z');
});

test('flaps with returns of a minute never add up to a blackout', () => {
  const losses = Array.from({ length: 12 }, (_, i) => ({
    from: at('2020-01-01T07:30') + i * 20 * 60,
    until: at('2020-01-01T07:48') + i * 20 * 60,
    prefixes: four,
  }));
  const anomalies = one(at('2020-01-01T12:00'), life, losses);
  assert.deepEqual(
    new Set(anomalies.map(({ severity }) => severity)),
    new Set(['info', 'notice', 'warning']),
  );
  assert.equal(anomalies.filter(({ closeReason }) => closeReason === 'merged').length, 12);
});

test('what was lost between the onset and the recognition belongs to the beat', () => {
  const early = { from: at('2020-01-01T03:00'), until: at('2020-01-01T03:10'), prefixes: four };
  const before = { from: at('2020-01-01T01:00'), until: at('2020-01-01T01:10'), prefixes: four };
  const anomalies = one(at('2020-01-01T06:00'), life, [before, early]);
  const beat = anomalies.find(({ kind }) => kind === 'beatWatch')!;
  assert.deepEqual(beat.linkedIncidentIds, ['as64500-outage-20200101T0300Z']);
  assert.equal(beat.evidence.phases[1]!.startSecond, early.from);
});

test('an outage within a day after a beat is its aftermath, a later one is not', () => {
  const after = { from: at('2020-01-02T10:00'), until: at('2020-01-02T10:30'), prefixes: four };
  const late = { from: at('2020-01-02T15:00'), until: at('2020-01-02T15:30'), prefixes: four };
  const anomalies = one(at('2020-01-03T00:00'), life, [after, late]);
  const opened = anomalies.filter(({ transition, kind }) => transition === 'opened' && kind === 'outageFull');
  assert.deepEqual(
    opened.map(({ linkedIncidentIds, severity }) => [linkedIncidentIds, severity]),
    [
      [['as64500-beat-20200101T0200Z'], 'notice'],
      [[], 'info'],
    ],
  );
});

test('on the third day within a week it is chronic, and says no more', () => {
  const daily = (minute: EventMinute): ScriptedScore | undefined =>
    life(minuteOf(at('2020-01-01T00:00')) + (minute % 1440));
  const anomalies = one(at('2020-01-06T00:00'), daily);
  assert.deepEqual(told(anomalies).slice(6), ['opened chronic info at 03T05:01']);
  assert.equal(anomalies[6]!.incidentId.startsWith('as64500-beat-'), true);
});

test('a beat that is on for a week is chronic', () => {
  const anomalies = one(at('2020-01-10T00:00'), minutesInForce);
  assert.deepEqual(told(anomalies), [
    'opened beatWatch notice at 01T05:01',
    'updated chronic info at 08T02:00',
  ]);
});
const inForce = minutesOf(at('2020-01-01T05:00'), at('2020-01-10T00:00'));
const minutesInForce = (minute: EventMinute) => (inForce(minute) ? watched : undefined);
