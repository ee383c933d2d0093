/** What somebody who watches a group is promised of it, and what must not be told of one. */
import assert from 'node:assert/strict';
import type { Anomaly } from '#core/contract/anomalies.ts';
import { severityRank } from '#core/detect/severity.ts';
import { formatSecond } from '#core/event-time.ts';
import { generate } from '#scenario/generate.ts';
import { detect } from '../scenario/detect.ts';
import {
  beatingInTurn,
  landMembers,
  loneAs,
  lostOfHundred,
  madeLand,
  type Span,
  slowestSeconds,
  upstreamAs,
} from './made-land.ts';

/** OUTAGE-FULL: three minutes after all is gone, and five after it is back. */
const fullSeconds = 180;
const endSeconds = 300;
/** A loss inside a beat is one more flap until it has lasted for an hour, at the end of a minute. */
const blackoutSeconds = 3660;
/** BEAT-WATCH of 9 in 10 beats with a mean gap of up to 30 minutes, BEAT-CONFIRMED likewise (detection.md 5). */
const watchSeconds = 7 * 3600;
const confirmedSeconds = 11.5 * 3600;

export interface Told {
  /** Seconds from the first flap to the group's BEAT-WATCH and BEAT-CONFIRMED; from the start of the outage to its incident. */
  readonly watch: number;
  readonly confirmed: number;
  readonly outage: number;
}

export function checkLand(seed: number): Told {
  const { scenario, watched, outage, flaps, blackout } = madeLand(seed);
  const said = detect(generate(scenario, seed), watched);
  const text = said
    .filter(({ subject }) => subject.startsWith('group:'))
    .map(({ eventSecond, transition, severity, summary }) =>
      [formatSecond(eventSecond), transition, severity, summary].join(' '),
    )
    .join('\n');
  const of = (subject: string) => said.filter((one) => one.subject === subject);
  const land = incidentsOf(of('group:land'));
  assert.deepEqual(
    land.map(([opened]) => opened!.kind),
    ['outageFull', 'beatWatch', 'outageFull'],
    text,
  );
  const [first, beat, second] = land as [Anomaly[], Anomaly[], Anomaly[]];
  checkOutage(first, outage, fullSeconds, text);
  checkOutage(second, blackout, blackoutSeconds, text);
  checkBeat(beat, said, { from: flaps[0]!.from, until: blackout.until }, text);
  assert.ok(beat.at(-1)!.linkedIncidentIds.includes(second[0]!.incidentId), text);
  assert.ok(second.at(-1)!.linkedIncidentIds.includes(beat[0]!.incidentId), text);
  checkOthers(said, text);
  const after = (anomalies: readonly Anomaly[], kind: string, from: number) =>
    anomalies.find((one) => one.kind === kind)!.eventSecond - from;
  return {
    watch: after(beat, 'beatWatch', flaps[0]!.from),
    confirmed: after(beat, 'beatConfirmed', flaps[0]!.from),
    outage: after(first, 'outageFull', outage.from),
  };
}

/** In the order in which they opened, each with all that was said of it. */
const incidentsOf = (anomalies: readonly Anomaly[]): Anomaly[][] => [
  ...Map.groupBy(anomalies, ({ incidentId }) => incidentId).values(),
];

/** All of it, whose, behind whom, from when to when; told and ended in time; critical after ten minutes. */
function checkOutage(told: readonly Anomaly[], truth: Span, openSeconds: number, text: string): void {
  const [opened, closed] = [told[0]!, told.at(-1)!];
  assert.deepEqual([closed.transition, closed.closeReason], ['closed', 'recovered'], text);
  const late = opened.eventSecond - truth.from;
  assert.ok(late > 0 && late <= slowestSeconds.withdraw + openSeconds, `opened after ${late} s\n${text}`);
  for (const { startSecond } of told) {
    const off = startSecond - truth.from;
    assert.ok(off >= 0 && off <= slowestSeconds.withdraw, `start off by ${off} s\n${text}`);
  }
  const off = closed.endSecond! - truth.until;
  assert.ok(off >= 0 && off <= slowestSeconds.announce, `end off by ${off} s\n${text}`);
  const end = closed.eventSecond - truth.until;
  assert.ok(end <= slowestSeconds.announce + endSeconds + 60, `closed after ${end} s\n${text}`);
  for (const { evidence, summary } of told) {
    assert.deepEqual(evidence.members.toSorted(), landMembers.toSorted(), text);
    assert.equal(evidence.upstreamAs, upstreamAs, text);
    assert.match(summary, /: all 6 networks gone .*, 16 of 16 \/24, of 4 ASes, behind AS4837$/);
  }
  const loud = told.find(({ severity }) => severity === 'critical')!;
  assert.ok(loud.eventSecond - opened.startSecond <= Math.max(600, openSeconds) + 120, text);
}

/** It opens with the member that makes it most of the group, begins with the first flap and ends with the last; its members are told no louder. */
function checkBeat(told: readonly Anomaly[], said: readonly Anomaly[], truth: Span, text: string): void {
  const [opened, closed] = [told[0]!, told.at(-1)!];
  const confirmed = told.find(({ kind }) => kind === 'beatConfirmed')!;
  assert.deepEqual([closed.transition, closed.closeReason], ['closed', 'recovered'], text);
  const ofMember = said.filter(
    ({ subject, kind }) => landMembers.includes(subject) && kind.startsWith('beat'),
  );
  const firstOf = (kind: string) =>
    landMembers.map(
      (member) => ofMember.find((one) => one.subject === member && one.kind === kind)!.eventSecond,
    );
  // The largest is half of it: any other one makes it more; without it, no others are.
  const isMost = ([largest, ...others]: number[]) => Math.max(largest!, Math.min(...others));
  assert.equal(opened.eventSecond, isMost(firstOf('beatWatch')), text);
  assert.equal(confirmed.eventSecond, isMost(firstOf('beatConfirmed')), text);
  assert.ok(opened.eventSecond - truth.from <= watchSeconds, text);
  assert.ok(confirmed.eventSecond - truth.from <= confirmedSeconds, text);
  for (const { startSecond } of told) {
    const off = startSecond - truth.from;
    assert.ok(off >= 0 && off <= slowestSeconds.withdraw, `start off by ${off} s\n${text}`);
  }
  // What came back from the blackout is its last flap.
  const off = closed.endSecond! - truth.until;
  assert.ok(off >= 0 && off <= slowestSeconds.announce, `end off by ${off} s\n${text}`);
  assert.deepEqual(closed.evidence.members.toSorted(), landMembers.toSorted(), text);
  for (const { evidence } of told) assert.equal(evidence.upstreamAs, upstreamAs, text);
  assert.match(
    confirmed.summary,
    /, 6 networks of 4 ASes came and went, all of the group by address space, /,
  );
  const ids = new Set(ofMember.map(({ incidentId }) => incidentId));
  assert.ok(
    [...ids].every((id) => closed.linkedIncidentIds.includes(id)),
    text,
  );
  const loudness = (anomalies: readonly Anomaly[], eventSecond: number) =>
    severityRank(anomalies.findLast((one) => one.eventSecond <= eventSecond)!.severity);
  for (const { eventSecond, severity } of ofMember)
    if (eventSecond >= opened.eventSecond && eventSecond < closed.eventSecond)
      assert.ok(severityRank(severity) <= loudness(told, eventSecond), text);
}

/** A group of one AS is told as its AS is; of the others nothing, though its members are. */
function checkOthers(said: readonly Anomaly[], text: string): void {
  const of = (subject: string) => said.filter((one) => one.subject === subject);
  const news = (anomalies: readonly Anomaly[]) => [
    ...new Set(
      anomalies.map(({ kind, severity, startSecond, endSecond, evidence }) =>
        [kind, severity, formatSecond(startSecond), endSecond, evidence.upstreamAs].join(' '),
      ),
    ),
  ];
  assert.ok(of(`as:${loneAs}`).some(({ kind }) => kind === 'beatConfirmed'));
  assert.deepEqual(news(of('group:lone')), news(of(`as:${loneAs}`)), text);
  for (const asn of beatingInTurn)
    assert.ok(
      of(`as:${asn}`).some(({ kind }) => kind === 'beatWatch'),
      `AS${asn}`,
    );
  assert.ok(of(`as:${lostOfHundred}`).some(({ kind }) => kind === 'outageFull'));
  for (const name of ['beside-a-giant', 'five', 'in-turn', 'hundred'])
    assert.deepEqual(of(`group:${name}`), [], text);
}
