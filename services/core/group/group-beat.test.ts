import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import { AnomalyDetector } from '../detect/anomaly-detector.ts';
import {
  at,
  detect,
  type Script,
  type ScriptedAs,
  type ScriptedScore,
  scoresOf,
} from '../detect/scripted-scores.ts';
import { formatSecond, minuteOf } from '../event-time.ts';
import { StateReader, StateWriter } from '../state.ts';
import type { Group, Mute, WatchFile } from './watch-file.ts';

const watchFile = (groups: readonly Group[], mutes: readonly Mute[] = []): WatchFile => ({
  hash: '0123456789abcdef',
  groups,
  mutes,
});

const networks = (n: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.${n}.${i}.0/24`);
const day = '2024-03-01T';

/** Times of the day: its first flap, when its beat is watched, confirmed (or never), and over; the last flap is an hour before that. */
interface Life {
  readonly onset: string;
  readonly watched: string;
  readonly confirmed?: string;
  readonly over: string;
  readonly upstreamAs?: number;
}

/** An AS with prefixes 10.N.x.0/24 all of which flap. */
function beating(n: number, count: number, life: Life): ScriptedAs {
  const [onset, watched, over] = [life.onset, life.watched, life.over].map((time) => at(day + time));
  const confirmed = life.confirmed === undefined ? undefined : at(day + life.confirmed);
  const prefixes = networks(n, count);
  const upstreamAs = life.upstreamAs ?? 4837;
  const score = (minute: number): ScriptedScore | undefined => {
    if (minute < minuteOf(watched!) || minute >= minuteOf(over!)) return undefined;
    const isConfirmed = confirmed !== undefined && minute >= minuteOf(confirmed);
    const lastEventSecond = Math.min(minute * 60, over! - 3600);
    const beat = { onsetSecond: onset!, lastEventSecond, prefixes, prefixCount: count, upstreamAs };
    return isConfirmed
      ? { score: 0.8, surprise: 9, beat: { ...beat, events: 10, activeHours: 5, spanMinutes: 240 } }
      : { score: 0.5, surprise: 7, beat: { ...beat, events: 6, activeHours: 3, spanMinutes: 120 } };
  };
  return { originAs: 64_500 + n, ipv4: prefixes, upstreamAs, losses: [], score };
}

const memberAs = (n: number, slash24s: number) => ({ asn: 64_500 + n, slash24s, slash48s: 0 });
const land = (...weights: readonly number[]): Group => ({
  name: 'LL',
  title: 'Land',
  ases: weights.map((weight, i) => memberAs(i + 1, weight)),
  prefixes: [],
});

const script = (ases: readonly ScriptedAs[]): Script => ({
  from: at(`${day}00:00`),
  until: at(`${day}23:00`),
  ases,
});
const ofSubject = (anomalies: readonly Anomaly[], subject: string): Anomaly[] =>
  anomalies.filter((one) => one.subject === subject);

/** "12:03 opened beatWatch notice". */
const told = (anomalies: readonly Anomaly[], subject = 'group:LL'): string[] =>
  ofSubject(anomalies, subject).map(
    ({ eventSecond, transition, closeReason, kind, severity }) =>
      `${formatSecond(eventSecond).slice(11, 16)} ${closeReason ?? transition} ${kind} ${severity}`,
  );

const early: Life = { onset: '02:00', watched: '05:00', confirmed: '07:00', over: '14:00' };
const later: Life = { onset: '02:10', watched: '06:00', confirmed: '08:00', over: '15:00' };

test('members that beat together: one incident of the group, as loud as theirs, linked with them', () => {
  const said = detect(
    script([beating(1, 4, early), beating(2, 4, later), beating(3, 1, later)]),
    watchFile([land(4, 4, 1)]),
  );
  assert.deepEqual(told(said), [
    // The second one's beat is more than half of it; with the first one confirmed, it is not told more quietly than that.
    '06:01 opened beatWatch notice',
    '07:01 updated beatWatch warning',
    '08:01 updated beatConfirmed warning',
    // One of 4 and one of 1 are more than a quarter.
    '15:01 recovered beatConfirmed warning',
  ]);
  const [opened, , confirmed, closed] = ofSubject(said, 'group:LL');
  assert.equal(opened!.incidentId, 'groupLL-beat-20240301T0210Z');
  assert.equal(formatSecond(opened!.startSecond), '2024-03-01T02:10:00Z');
  assert.equal(formatSecond(closed!.endSecond!), '2024-03-01T14:00:00Z');
  assert.equal(
    confirmed!.summary,
    'Land (LL): steady beat of instability since 2024-03-01 02:10 UTC, 9 networks of 3 ASes came and went, all of the group by address space, behind AS4837',
  );
  assert.equal(
    closed!.summary,
    'Land (LL): steady beat of instability over after 11 h 50 min, from 2024-03-01 02:10 UTC to 2024-03-01 14:00 UTC, 9 networks of 3 ASes came and went, all of the group by address space, behind AS4837',
  );
  assert.equal(closed!.originAs, 0);
  assert.equal(closed!.evidence.upstreamAs, 4837);
  assert.equal(closed!.evidence.expectedBasis, 'by watch file 0123456789ab');
  assert.deepEqual(closed!.evidence.members, ['as:64501', 'as:64502', 'as:64503']);
  assert.deepEqual(
    closed!.evidence.phases.map(({ kind }) => kind),
    ['beatWatch', 'beatConfirmed'],
  );
  for (const n of [1, 2, 3]) {
    const member = ofSubject(said, `as:${64_500 + n}`).at(-1)!;
    assert.ok(closed!.linkedIncidentIds.includes(member.incidentId));
    assert.ok(member.linkedIncidentIds.includes(closed!.incidentId));
  }
});

test('members with different upstreams have none in common', () => {
  const said = detect(
    script([beating(1, 4, early), beating(2, 4, { ...later, upstreamAs: 3356 })]),
    watchFile([land(4, 4)]),
  );
  assert.equal(ofSubject(said, 'group:LL')[0]!.evidence.upstreamAs, 0);
});

test('a group of one AS beats exactly when it does, however small', () => {
  for (const weight of [1, 100_000]) {
    const said = detect(script([beating(1, 4, early)]), watchFile([land(weight)]));
    assert.deepEqual(told(said), told(said, 'as:64501'));
    const [group, as] = ['group:LL', 'as:64501'].map((subject) => ofSubject(said, subject).at(-1)!);
    assert.deepEqual([group!.startSecond, group!.endSecond], [as!.startSecond, as!.endSecond]);
  }
});

test('a tiny AS beside a giant never is the group, the giant is; half of the group is not most of it', () => {
  const giant = land(1, 1000);
  assert.deepEqual(told(detect(script([beating(1, 1, early)]), watchFile([giant]))), []);
  const most = detect(script([beating(2, 4, early)]), watchFile([giant]));
  assert.equal(told(most).length, 3);
  assert.match(
    ofSubject(most, 'group:LL')[0]!.summary,
    /, 4 networks of AS64502 came and went, 99 % of the group /,
  );
  assert.deepEqual(told(detect(script([beating(1, 4, early)]), watchFile([land(4, 4)]))), []);
  // 4,096 /48 of IPv6 weigh as one /24.
  const ipv6: Group = {
    ...land(4),
    ases: [memberAs(1, 4), { asn: 64_502, slash24s: 0, slash48s: 4 * 4096 }],
  };
  assert.deepEqual(told(detect(script([beating(1, 4, early)]), watchFile([ipv6]))), []);
  const lighter: Group = {
    ...ipv6,
    ases: [memberAs(1, 4), { asn: 64_502, slash24s: 0, slash48s: 4095 * 4 }],
  };
  assert.equal(told(detect(script([beating(1, 4, early)]), watchFile([lighter]))).length, 3);
});

test('members that beat at different times are no beat of the group', () => {
  const evening: Life = { onset: '15:00', watched: '18:00', over: '22:00' };
  const said = detect(script([beating(1, 4, early), beating(2, 4, evening)]), watchFile([land(4, 4)]));
  assert.deepEqual(told(said), []);
  assert.equal(told(said, 'as:64501').length + told(said, 'as:64502').length, 5);
});

test('it is over when a quarter of it or less still beats, at the last flap of more', () => {
  const long: Life = { ...early, over: '22:00' };
  const said = detect(
    script([beating(1, 4, long), beating(2, 4, later), beating(3, 8, early)]),
    watchFile([land(4, 4, 8)]),
  );
  assert.equal(told(said).at(-1), '15:01 recovered beatConfirmed warning');
  assert.equal(formatSecond(ofSubject(said, 'group:LL').at(-1)!.endSecond!), '2024-03-01T14:00:00Z');
});

test('listed prefixes count while they flap, once, whoever announces them', () => {
  const list = (...prefixes: string[]): Group => ({ name: 'LL', title: '', ases: [], prefixes });
  const two = script([beating(1, 4, early), { ...beating(1, 2, early), originAs: 64_502 }]);
  const said = detect(two, watchFile([list('10.1.0.0/24', '10.1.1.0/24', '10.9.0.0/24')]));
  const [opened] = ofSubject(said, 'group:LL');
  assert.deepEqual(opened!.prefixes, ['10.1.0.0/24', '10.1.1.0/24']);
  assert.equal(opened!.prefixCount, 2);
  assert.deepEqual(opened!.evidence.measures[0], {
    name: 'share of the address space whose ASes beat',
    value: 2 / 3,
    threshold: 0.5,
  });
  assert.equal(opened!.evidence.measures.at(-1)!.value, 2 / 3);
  const other = list('10.1.0.0/24', '10.1.1.0/24', '10.9.0.0/23');
  assert.deepEqual(told(detect(two, watchFile([other]))), []);
});

test('what the group loses while it beats is linked with its beat', () => {
  const as = beating(1, 4, early);
  const loss = { from: at(`${day}09:00`), until: at(`${day}12:00`), prefixes: networks(1, 4) };
  const said = detect(script([{ ...as, losses: [loss] }]), watchFile([land(4)]));
  const own = ofSubject(said, 'group:LL');
  const outage = own.find(({ kind }) => kind === 'outageFull')!;
  const beat = own.findLast(({ kind }) => kind === 'beatConfirmed')!;
  assert.ok(beat.linkedIncidentIds.includes(outage.incidentId));
  assert.ok(outage.linkedIncidentIds.includes(beat.incidentId));
});

test('the members of a blackout count from the same minute on, and one that is away for less long does not', () => {
  const dark = (n: number, count: number, from: string): ScriptedAs => ({
    ...beating(n, count, early),
    losses: [{ from: at(day + from), until: at(`${day}13:00`), prefixes: networks(n, count) }],
  });
  const together = [dark(1, 4, '09:00:50'), dark(2, 4, '09:01:20')];
  const outage = (ases: readonly ScriptedAs[], ...weights: readonly number[]) =>
    ofSubject(detect(script(ases), watchFile([land(...weights)])), 'group:LL').find(({ kind }) =>
      kind.startsWith('outage'),
    )!;
  const all = outage(together, 4, 4);
  assert.deepEqual([all.kind, formatSecond(all.eventSecond).slice(11, 16)], ['outageFull', '10:01']);
  const half = outage([...together, dark(3, 8, '09:30')], 4, 4, 8);
  assert.deepEqual([half.kind, half.evidence.members], ['outagePartial', ['as:64501', 'as:64502']]);
});

test('on the third day within a week it is chronic, as its members are: told quietly, and it goes on and off without a word', () => {
  const life = beating(1, 4, early);
  const daily: ScriptedAs = {
    ...life,
    score: (minute) => life.score!(minuteOf(at(`${day}00:00`)) + (minute % 1440)),
  };
  const days = { from: at(`${day}00:00`), until: at('2024-03-05T23:00'), ases: [daily] };
  const said = told(detect(days, watchFile([land(4)])));
  assert.equal(said.length, 3 + 3 + 1, said.join('\n'));
  assert.equal(said.at(-1), '05:01 opened chronic info');
});

test('a mute marks it; its ASes too', () => {
  const mute = { subject: 'group:LL', fromSecond: 0, untilSecond: at('2025-01-01T00:00'), reason: 'known' };
  const said = detect(script([beating(1, 4, early)]), watchFile([land(4)], [mute]));
  assert.equal(said.length, 6);
  for (const { muted, summary } of said) {
    assert.equal(muted?.subject, 'group:LL');
    assert.match(summary, /muted until 2025-01-01 00:00 UTC: known$/);
  }
});

/** What a detector says whose state goes through bytes after every so many inputs, there by another file. */
function saidAfterRestarts(ases: Script, every: number, files: readonly WatchFile[]): Anomaly[] {
  const said: Anomaly[] = [];
  let detector = new AnomalyDetector(files[0]);
  for (const [i, input] of scoresOf(ases).entries()) {
    detector.apply(input, (anomaly) => said.push(anomaly));
    if ((i + 1) % every !== 0) continue;
    const writer = new StateWriter();
    detector.save(writer);
    detector = new AnomalyDetector(files.at(-1));
    detector.load(new StateReader(writer.bytes()));
  }
  return said;
}

test('a restart at any record changes nothing; a group that is no longer named is retracted', () => {
  const ases = script([beating(1, 4, early), beating(2, 4, later)]);
  const file = watchFile([land(4, 4)]);
  const whole = detect(ases, file);
  assert.ok(told(whole).length >= 3);
  assert.deepEqual(saidAfterRestarts(ases, 7, [file]), whole);
  const changed = saidAfterRestarts(ases, 1000, [file, watchFile([])]);
  assert.match(told(changed).at(-1)!, /retracted beatConfirmed warning$/);
  assert.match(ofSubject(changed, 'group:LL').at(-1)!.summary, /no longer watched: retracted$/);
});
