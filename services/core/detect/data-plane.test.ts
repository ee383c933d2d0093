import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import type { AsReach } from '../contract/as-reach.ts';
import type { AsScores } from '../contract/as-scores.ts';
import { StateReader, StateWriter } from '../state.ts';
import { AnomalyDetector } from './anomaly-detector.ts';
import { at, prefixesOf, type Script, scoresOf } from './scripted-scores.ts';

const originAs = 64_500;
const from = at('2020-01-01T00:00');

interface Span {
  /** Minutes from the beginning. */
  readonly from: number;
  readonly until: number;
}

const secondOf = (minute: number): number => from + minute * 60;

function reachAt(minute: number, down: readonly Span[], absent: readonly Span[]): AsReach {
  const isIn = (span: Span): boolean => span.from <= minute && minute < span.until;
  const state = absent.some(isIn) ? 'absent' : down.some(isIn) ? 'down' : 'up';
  const edges = [...down, ...absent]
    .flatMap((span) => [span.from, span.until])
    .filter((edge) => edge <= minute);
  return {
    originAs,
    state,
    sinceSecond: secondOf(Math.max(0, ...edges)),
    logOdds: state === 'down' ? 6 : -6,
    targets: 8,
    replying: state === 'up' ? 8 : 0,
    probers: 2,
    changed: false,
    disconnectedProbes: 0,
    knownProbes: 0,
    disconnectedSecond: 0,
  };
}

/** Routes lost in these spans, and hosts out of reach in those; each minute is told. */
function inputs(lost: readonly Span[], down: readonly Span[], absent: readonly Span[] = []): AsScores[] {
  const prefixes = prefixesOf(4);
  const losses = lost.map((span) => ({ from: secondOf(span.from), until: secondOf(span.until), prefixes }));
  const script: Script = {
    from,
    until: secondOf(600),
    ases: [{ originAs, ipv4: prefixes, losses, score: () => ({}) }],
  };
  return scoresOf(script).map(({ eventMinute, content }) => {
    if (content.case !== 'score') return { eventMinute, content };
    const reach = reachAt(eventMinute - from / 60, down, absent);
    return { eventMinute, content: { ...content, value: { ...content.value, reach } } };
  });
}

function detect(scores: readonly AsScores[], everySaved = Number.POSITIVE_INFINITY): Anomaly[] {
  const anomalies: Anomaly[] = [];
  let detector = new AnomalyDetector();
  for (const [i, one] of scores.entries()) {
    if (i % everySaved === 1) {
      const writer = new StateWriter();
      detector.save(writer);
      detector = new AnomalyDetector();
      detector.load(new StateReader(writer.bytes()));
    }
    detector.apply(one, (anomaly) => anomalies.push(anomaly));
  }
  return anomalies;
}

const told = (anomalies: readonly Anomaly[]): string[] =>
  anomalies.map(({ transition, kind, severity, evidence, closeReason = '' }) =>
    `${transition} ${kind} ${severity} ${evidence.witnesses?.verdict} ${closeReason}`.trim(),
  );

test('routes are there and nothing replies: DATA_PLANE, louder after an hour, and over when hosts reply again', () => {
  const anomalies = detect(inputs([], [{ from: 100, until: 220 }]));
  assert.deepEqual(told(anomalies), [
    'opened dataPlane notice dataPlaneOnly',
    'updated dataPlane warning dataPlaneOnly',
    'closed dataPlane warning dataPlaneOnly recovered',
  ]);
  assert.deepEqual([anomalies[0]!.startSecond, anomalies.at(-1)!.endSecond], [secondOf(100), secondOf(220)]);
  assert.match(
    anomalies[0]!.summary,
    /none of 8 hosts replies to probes since .* by 2 probers, while its routes are there/,
  );
});

test('a few minutes without a reply are no incident', () => {
  assert.deepEqual(detect(inputs([], [{ from: 100, until: 104 }])), []);
});

test('routes and hosts gone: one incident, confirmed', () => {
  const anomalies = detect(inputs([{ from: 100, until: 160 }], [{ from: 101, until: 162 }]));
  assert.ok(anomalies.every(({ kind }) => kind === 'outageFull'));
  assert.ok(anomalies.every(({ evidence }) => evidence.witnesses?.verdict === 'confirmed'));
  assert.match(anomalies[0]!.summary, /confirmed by probes \(0 of 8 hosts reply\)/);
});

test('hosts go first, then the routes: what probes alone said becomes a phase of the outage', () => {
  const anomalies = detect(inputs([{ from: 130, until: 200 }], [{ from: 100, until: 201 }]));
  const merged = anomalies.find(({ closeReason }) => closeReason === 'merged');
  assert.equal(merged?.kind, 'dataPlane');
  const outage = anomalies.find(({ kind, transition }) => kind === 'outageFull' && transition === 'opened')!;
  assert.deepEqual(outage.linkedIncidentIds, [merged.incidentId]);
  assert.deepEqual(merged.linkedIncidentIds, [outage.incidentId]);
});

test('routes are back and hosts are not: out by probes since then', () => {
  const anomalies = detect(inputs([{ from: 100, until: 160 }], [{ from: 101, until: 250 }]));
  const opened = anomalies.find(({ kind, transition }) => kind === 'dataPlane' && transition === 'opened')!;
  assert.equal(opened.startSecond, secondOf(160));
});

test('routes gone and hosts reply: said, and it wakes nobody', () => {
  const anomalies = detect(inputs([{ from: 100, until: 400 }], []));
  assert.ok(anomalies.every(({ severity }) => severity === 'info'));
  assert.ok(anomalies.every(({ evidence }) => evidence.witnesses?.verdict === 'controlPlaneOnly'));
  assert.match(anomalies[0]!.summary, /but probes reach it \(8 of 8 hosts reply\)/);
});

test('routes gone while nobody probes: routes alone say it, as loud as ever', () => {
  const anomalies = detect(inputs([{ from: 100, until: 400 }], [], [{ from: 50, until: 500 }]));
  assert.ok(anomalies.every(({ evidence }) => evidence.witnesses?.verdict === 'probesAbsent'));
  assert.ok(anomalies.some(({ severity }) => severity === 'notice'));
});

test('a detector that is saved and loaded at any moment goes on with the same bytes', () => {
  const scores = inputs(
    [
      { from: 130, until: 200 },
      { from: 300, until: 310 },
    ],
    [
      { from: 100, until: 201 },
      { from: 305, until: 420 },
    ],
    [{ from: 500, until: 600 }],
  );
  const whole = detect(scores);
  assert.ok(whole.length >= 8);
  for (const every of [3, 17, 40]) assert.equal(JSON.stringify(detect(scores, every)), JSON.stringify(whole));
});
