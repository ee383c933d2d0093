import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import { AnomalyDetector } from '../detect/anomaly-detector.ts';
import { at, detect, type Script, type ScriptedAs, scoresOf } from '../detect/scripted-scores.ts';
import { formatSecond } from '../event-time.ts';
import { StateReader, StateWriter } from '../state.ts';
import type { Group, Mute, WatchFile } from './watch-file.ts';

const watchFile = (groups: readonly Group[], mutes: readonly Mute[] = []): WatchFile => ({
  hash: '0123456789abcdef',
  groups,
  mutes,
});

const networks = (second: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.${second}.${i}.0/24`);

/** An AS with prefixes 10.N.x.0/24 of which so many go for a time. */
const losing = (n: number, count: number, lost: number, from: string, until?: string): ScriptedAs => ({
  originAs: 64_500 + n,
  ipv4: networks(n, count),
  upstreamAs: 4837,
  losses: [
    { from: at(from), prefixes: networks(n, lost), ...(until === undefined ? {} : { until: at(until) }) },
  ],
});

const memberAs = (n: number, slash24s: number) => ({ asn: 64_500 + n, slash24s, slash48s: 0 });
const land: Group = { name: 'LL', title: 'Land', ases: [memberAs(1, 4), memberAs(2, 12)], prefixes: [] };

const script = (ases: readonly ScriptedAs[], until = '2024-03-01T14:00Z'): Script => ({
  from: at('2024-03-01T11:55Z'),
  until: at(until),
  ases,
});

/** "12:03 opened outageFull warning". */
const told = (anomalies: readonly Anomaly[], subject: string): string[] =>
  anomalies
    .filter((one) => one.subject === subject)
    .map(
      ({ eventSecond, transition, closeReason, kind, severity }) =>
        `${formatSecond(eventSecond).slice(11, 16)} ${transition} ${closeReason ?? `${kind} ${severity}`}`,
    );

test('all members gone: one incident of the group beside theirs, linked with them, ends with them', () => {
  const said = detect(
    script([
      losing(1, 4, 4, '2024-03-01T12:00:10Z', '2024-03-01T13:00:20Z'),
      losing(2, 12, 12, '2024-03-01T12:00:40Z', '2024-03-01T13:01:30Z'),
    ]),
    watchFile([land]),
  );
  assert.deepEqual(told(said, 'group:LL'), [
    '12:03 opened outageFull warning',
    '12:11 updated outageFull critical',
    '13:06 closed recovered',
  ]);
  const [opened] = said.filter(({ subject }) => subject === 'group:LL');
  const ofGroup = said.filter(({ subject }) => subject === 'group:LL');
  assert.equal(opened!.incidentId, 'groupLL-outage-20240301T1200Z');
  assert.equal(formatSecond(opened!.startSecond), '2024-03-01T12:00:10Z');
  assert.equal(formatSecond(ofGroup.at(-1)!.endSecond!), '2024-03-01T13:01:30Z');
  assert.equal(
    opened!.summary,
    'Land (LL): all 16 networks gone since 2024-03-01 12:00 UTC, 16 of 16 /24, of 2 ASes, behind AS4837',
  );
  assert.deepEqual(opened!.evidence.members, ['as:64502', 'as:64501']);
  assert.equal(opened!.evidence.expectedBasis, 'by watch file 0123456789ab');
  assert.deepEqual(opened!.linkedIncidentIds, [
    'as64502-outage-20240301T1200Z',
    'as64501-outage-20240301T1200Z',
  ]);
  const member = said.filter(({ subject }) => subject === 'as:64501').at(-1)!;
  assert.ok(member.linkedIncidentIds.includes(opened!.incidentId));
});

test('members weigh what they announce', () => {
  // 4 of 16 /24, a quarter: still partial. 3 of 16: nothing.
  const one = detect(script([losing(1, 4, 4, '2024-03-01T12:00Z')]), watchFile([land]));
  assert.deepEqual(told(one, 'group:LL'), ['12:10 opened outagePartial notice']);
  const less = detect(script([losing(2, 12, 3, '2024-03-01T12:00Z')]), watchFile([land]));
  assert.deepEqual(told(less, 'group:LL'), []);
  const half = detect(script([losing(2, 12, 8, '2024-03-01T12:00Z')]), watchFile([land]));
  assert.deepEqual(told(half, 'group:LL'), ['12:10 opened outagePartial warning']);
});

test('a listed prefix is gone when it, what covers it, or all inside it is lost, whoever announces it', () => {
  const group = (...prefixes: string[]): Group => ({ name: 'list', title: '', ases: [], prefixes });
  const lost = script([losing(1, 8, 4, '2024-03-01T12:00Z')]);
  const full = ['12:03 opened outageFull warning', '12:10 updated outageFull critical'];
  assert.deepEqual(told(detect(lost, watchFile([group('10.1.0.0/24', '10.1.2.0/24')])), 'group:list'), full);
  assert.deepEqual(told(detect(lost, watchFile([group('10.1.0.0/22')])), 'group:list'), full);
  assert.deepEqual(told(detect(lost, watchFile([group('10.1.3.128/25')])), 'group:list'), full);
  const half = detect(lost, watchFile([group('10.1.0.0/21')]));
  assert.deepEqual(told(half, 'group:list'), ['12:10 opened outagePartial warning']);
  assert.deepEqual(told(detect(lost, watchFile([group('10.1.4.0/24')])), 'group:list'), []);
});

test('large networks weigh more, IPv6 is judged by itself, and prefixes that no score names count too', () => {
  const as = { ...losing(1, 4, 2, '2024-03-01T12:00Z'), blocks: 64 };
  const sparse: Group = { ...land, ases: [memberAs(1, 64), memberAs(2, 36)] };
  const said = detect(script([as]), watchFile([sparse]));
  assert.deepEqual(told(said, 'group:LL'), ['12:10 opened outagePartial notice']);
  assert.match(
    said.find(({ subject }) => subject === 'group:LL')!.summary,
    /: 2 networks gone .*, 32 of 100 \/24 \(32 %\), of AS64501/,
  );

  const ipv6 = ['2001:db8::/48', '2001:db8:1::/48'];
  const both: ScriptedAs = {
    ...losing(1, 4, 0, '2024-03-01T12:00Z'),
    ipv6,
    losses: [{ from: at('2024-03-01T12:00Z'), prefixes: ipv6 }],
  };
  const ofBoth = detect(
    script([both]),
    watchFile([{ ...land, ases: [{ asn: 64_501, slash24s: 4, slash48s: 2 }] }]),
  );
  const own = ofBoth.filter(({ subject }) => subject === 'group:LL');
  assert.equal(own[0]!.incidentId, 'groupLL-outage-ipv6-20240301T1200Z');
  assert.match(own[0]!.summary, /all 2 IPv6 networks gone .*, 2 of 2 \/48/);

  const many = detect(
    script([losing(1, 200, 200, '2024-03-01T12:00Z')]),
    watchFile([{ ...land, ases: [memberAs(1, 200)] }]),
  );
  assert.match(
    many.find(({ subject }) => subject === 'group:LL')!.summary,
    /all 200 networks gone .*, 200 of 200 \/24/,
  );
});

test('what never comes back is taken off the table with its members, once', () => {
  const said = detect(
    script([losing(1, 4, 4, '2024-03-01T12:00Z')], '2024-03-09T12:00Z'),
    watchFile([{ ...land, ases: [memberAs(1, 4)] }]),
  );
  const own = said.filter(({ subject }) => subject === 'group:LL');
  assert.equal(own.filter(({ transition }) => transition === 'opened').length, 1);
  assert.equal(own.at(-1)!.closeReason, 'expired');
  assert.match(own.at(-1)!.summary, /never came back: taken off the table/);
  assert.equal(formatSecond(own.at(-1)!.eventSecond), '2024-03-08T12:04:00Z');
});

test('a mute marks what happens meanwhile, of a group also its ASes; its end is told', () => {
  const mute: Mute = {
    subject: 'group:LL',
    fromSecond: at('2024-03-01T11:00Z'),
    untilSecond: at('2024-03-01T12:30Z'),
    reason: 'planned works',
  };
  const said = detect(
    script([losing(1, 4, 4, '2024-03-01T12:00Z'), losing(2, 12, 12, '2024-03-01T12:00Z')]),
    watchFile([land], [mute]),
  );
  for (const subject of ['group:LL', 'as:64501', 'as:64502']) {
    const own = said.filter((one) => one.subject === subject);
    assert.equal(own[0]!.transition, 'opened');
    for (const { muted, eventSecond, summary } of own) {
      const isMuted = eventSecond < mute.untilSecond;
      assert.deepEqual(
        muted,
        isMuted ? { subject: 'group:LL', untilSecond: mute.untilSecond, reason: 'planned works' } : undefined,
      );
      assert.equal(summary.includes('muted until 2024-03-01 12:30 UTC: planned works'), isMuted);
    }
    assert.ok(
      own.some(({ eventSecond, transition }) => eventSecond === mute.untilSecond && transition === 'updated'),
      subject,
    );
  }
});

test('with nothing watched nothing is said that was not said before', () => {
  const ases = script([losing(1, 4, 4, '2024-03-01T12:00Z'), losing(2, 12, 12, '2024-03-01T12:00Z')]);
  const plain = detect(ases);
  const said = detect(ases, watchFile([{ ...land, ases: [memberAs(9, 4)] }]));
  assert.deepEqual(said, plain);
});

/** What a detector says whose state goes through bytes after each input from `from` to `to`, there by another file. */
function saidAfterRestarts(
  inputs: ReturnType<typeof scoresOf>,
  every: number,
  files: readonly WatchFile[],
): Anomaly[] {
  const said: Anomaly[] = [];
  let detector = new AnomalyDetector(files[0]);
  for (const [i, input] of inputs.entries()) {
    detector.apply(input, (anomaly) => said.push(anomaly));
    if ((i + 1) % every !== 0) continue;
    const writer = new StateWriter();
    detector.save(writer);
    detector = new AnomalyDetector(files.at(-1));
    detector.load(new StateReader(writer.bytes()));
  }
  return said;
}

test('a restart at any record changes nothing; another file ends what it no longer names', () => {
  const ases = script(
    [
      losing(1, 4, 4, '2024-03-01T12:00:10Z', '2024-03-01T12:20:20Z'),
      losing(2, 12, 12, '2024-03-01T12:00:40Z', '2024-03-01T12:21:30Z'),
    ],
    '2024-03-01T12:40Z',
  );
  const listed: Group = { name: 'list', title: '', ases: [], prefixes: networks(1, 2) };
  const file = watchFile(
    [land, listed],
    [{ subject: 'as:64501', fromSecond: 0, untilSecond: at('2024-03-01T12:10Z'), reason: 'works' }],
  );
  const whole = detect(ases, file);
  assert.ok(told(whole, 'group:list').length >= 3);
  assert.deepEqual(saidAfterRestarts(scoresOf(ases), 1, [file]), whole);
  const inputs = scoresOf(ases);
  const changed = saidAfterRestarts(inputs, Math.floor(inputs.length / 3), [file, watchFile([listed])]);
  assert.deepEqual(told(changed, 'group:LL').at(-1), '12:10 closed retracted');
  assert.deepEqual(told(changed, 'group:list'), told(whole, 'group:list'));
  const ofMember = changed.filter(({ subject }) => subject === 'as:64501');
  assert.ok(ofMember[0]!.muted !== undefined && ofMember.at(-1)!.muted === undefined);
});
