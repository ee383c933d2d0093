import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import { type EventMinute, formatSecond, minuteOf } from '../event-time.ts';
import { at, detect, type ScriptedScore } from './scripted-scores.ts';

const prefixes = ['192.0.2.0/24'];
const day = minuteOf(at('2020-01-01T00:00'));

/** A beat of these prefixes: watched and confirmed from these hours on, over at the last one. */
const beatOf =
  (watchedHour: number, confirmedHour: number, overHour: number, names: readonly string[], wide = true) =>
  (minute: EventMinute): ScriptedScore | undefined => {
    const hour = (minute - day) / 60;
    if (hour < watchedHour || hour >= overHour) return undefined;
    const isConfirmed = hour >= confirmedHour;
    return {
      score: 0.6,
      surprise: isConfirmed ? 9 : 7,
      beat: {
        events: isConfirmed ? 10 : 6,
        activeHours: 5,
        spanMinutes: 240,
        onsetSecond: at('2020-01-01T00:10'),
        lastEventSecond: minute * 60,
        prefixes: names,
        prefixCount: names.length,
        heardPrefixes: wide ? 1 : 15,
        wide,
      },
    };
  };

function told(ases: Record<number, (minute: EventMinute) => ScriptedScore | undefined>): string[] {
  const anomalies = detect({
    from: at('2020-01-01T00:00'),
    until: at('2020-01-01T16:00'),
    ases: Object.entries(ases).map(([originAs, score]) => ({
      originAs: Number(originAs),
      ipv4: prefixes,
      losses: [],
      score,
    })),
  });
  return anomalies.map(line);
}

const line = ({ originAs, transition, kind, severity, eventSecond, linkedIncidentIds, summary }: Anomaly) =>
  `${formatSecond(eventSecond).slice(11, 16)} AS${originAs} ${transition} ${kind} ${severity} ${linkedIncidentIds.join()}${
    summary.includes('the same as of') ? ' same' : ''
  }`;

test('a prefix that two ASes announce by turns is one beat, told of both: the second is quieter and says of which it is the same', () => {
  const [first, second] = ['as64502-beat-20200101T0010Z', 'as64501-beat-20200101T0010Z'];
  assert.deepEqual(
    told({ 64501: beatOf(6, 7, 12, prefixes), 64502: beatOf(5, 9, 12, [...prefixes, '198.51.100.0/24']) }),
    [
      '05:01 AS64502 opened beatWatch notice ',
      `06:01 AS64501 opened beatWatch info ${first} same`,
      `06:01 AS64502 updated beatWatch notice ${second}`,
      `07:01 AS64501 updated beatConfirmed notice ${first} same`,
      `09:01 AS64502 updated beatConfirmed warning ${second}`,
      `12:01 AS64501 closed beatConfirmed notice ${first} same`,
      `12:01 AS64502 closed beatConfirmed warning ${second}`,
    ],
  );
});

test('beats of other prefixes, and one that begins when the first is over, are no twins', () => {
  for (const others of [beatOf(5, 7, 12, ['198.51.100.0/24']), beatOf(1, 20, 3, prefixes)]) {
    const lines = told({ 64501: beatOf(6, 7, 12, prefixes), 64502: others });
    assert.ok(lines.includes('07:01 AS64501 updated beatConfirmed warning '), lines.join('\n'));
  }
});

test('a beat that is a small share of what is known of the AS by then is not confirmed', () => {
  const wide = beatOf(5, 20, 6, prefixes);
  const narrow = beatOf(6, 7, 12, prefixes, false);
  const score = (minute: EventMinute) => wide(minute) ?? narrow(minute);
  assert.deepEqual(told({ 64501: score }), [
    '05:01 AS64501 opened beatWatch notice ',
    '12:01 AS64501 closed beatWatch notice ',
  ]);
  assert.deepEqual(told({ 64501: narrow }), []);
});
