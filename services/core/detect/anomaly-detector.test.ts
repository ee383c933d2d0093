import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Anomaly } from '../contract/anomalies.ts';
import type { AsScores } from '../contract/as-scores.ts';
import { StateReader, StateWriter } from '../state.ts';
import { AnomalyDetector } from './anomaly-detector.ts';
import { at, prefixesOf, type Script, type ScriptedAs, scoresOf } from './scripted-scores.ts';

/** Numbers in [0, 1) from a seed (Lehmer). */
function randomOf(seed: number): () => number {
  let value = seed;
  return () => {
    value = (value * 48_271) % 2_147_483_647;
    return value / 2_147_483_647;
  };
}

/** ASes that flap, lose clusters and go out at random, some of them in a beat, and a leak. */
function busyDay(seed: number): AsScores[] {
  const random = randomOf(seed);
  const from = at('2020-01-01T00:00');
  const ases: ScriptedAs[] = [1, 2, 3, 5, 40, 200].map((count, i) => {
    const prefixes = prefixesOf(count);
    const losses = [];
    for (let second = from; second < from + 86_400; ) {
      second += Math.ceil(random() * 7200);
      const until = second + Math.ceil(random() ** 3 * 7200);
      losses.push({ from: second, until, prefixes: prefixes.slice(0, Math.ceil(random() * 1.3 * count)) });
      second = until;
    }
    const inBeat = (minute: number) => {
      const hour = Math.floor((minute * 60 - from) / 3600);
      if (hour < 6 + i || hour > 12 + i) return undefined;
      const beat = { events: 12, activeHours: 6, spanMinutes: 300, onsetSecond: from + 3600 * (2 + i) };
      return { score: 0.6, surprise: hour > 8 ? 12 : 8, beat };
    };
    return {
      originAs: 64500 + i,
      ipv4: prefixes,
      viaAses: [64999],
      losses,
      ...(i % 2 === 0 ? {} : { score: inBeat }),
    };
  });
  const leak = { transitAs: 64999, prefixes: 99, origins: 60, thresholdOrigins: 50, samplePrefixes: [] };
  const script: Script = {
    from,
    until: from + 86_400,
    ases,
    transits: [{ second: from + 40_000, score: leak }],
    frozen: [{ family: 'ipv4', from: from + 50_000, until: from + 53_000 }],
  };
  return scoresOf(script);
}

function run(inputs: readonly AsScores[], cuts: ReadonlySet<number>): Anomaly[] {
  let detector = new AnomalyDetector();
  const anomalies: Anomaly[] = [];
  for (const [i, input] of inputs.entries()) {
    if (cuts.has(i)) detector = reload(detector);
    detector.apply(input, (anomaly) => anomalies.push(anomaly));
  }
  return anomalies;
}

function bytesOf(detector: AnomalyDetector): Uint8Array {
  const writer = new StateWriter();
  detector.save(writer);
  return writer.bytes();
}

function reload(detector: AnomalyDetector): AnomalyDetector {
  const bytes = bytesOf(detector);
  const loaded = new AnomalyDetector();
  loaded.load(new StateReader(bytes));
  assert.deepEqual(bytesOf(loaded), bytes);
  return loaded;
}

test('a detector that is saved and loaded at any moment goes on with the same bytes', () => {
  for (let seed = 1; seed <= 3; seed++) {
    const inputs = busyDay(seed);
    const random = randomOf(seed + 100);
    const cuts = new Set(Array.from({ length: 25 }, () => Math.floor(random() * inputs.length)));
    // Between the leak and the heartbeat that decides it.
    cuts.add(inputs.findIndex(({ content }) => content.case === 'transit') + 1);
    const whole = run(inputs, new Set());
    assert.ok(whole.length > 50);
    assert.equal(JSON.stringify(run(inputs, cuts)), JSON.stringify(whole));
  }
});

test('each incident is opened once, first, and closed at most once, last; updates change something', () => {
  for (let seed = 10; seed < 14; seed++) {
    const last = new Map<string, Anomaly>();
    let eventSecond = 0;
    for (const anomaly of run(busyDay(seed), new Set())) {
      const before = last.get(anomaly.incidentId);
      assert.equal(anomaly.transition === 'opened', before === undefined, anomaly.incidentId);
      assert.notEqual(before?.transition, 'closed');
      assert.ok(anomaly.eventSecond >= eventSecond);
      assert.ok(anomaly.startSecond <= anomaly.eventSecond);
      assert.ok((anomaly.endSecond ?? anomaly.startSecond) >= anomaly.startSecond);
      assert.equal(anomaly.endSecond !== undefined, anomaly.transition === 'closed');
      if (anomaly.transition === 'updated') {
        const { eventSecond: _, durationSeconds: __, ...now } = anomaly;
        const { eventSecond: ___, durationSeconds: ____, ...then } = before!;
        assert.notDeepEqual(now, then, anomaly.incidentId);
      }
      eventSecond = anomaly.eventSecond;
      last.set(anomaly.incidentId, anomaly);
    }
  }
});

test('minutes that are jumped over leave nothing behind: what was due in them is decided in the next', () => {
  const hourOf = (day: string, ases: readonly ScriptedAs[]) =>
    scoresOf({ from: at(`${day}T00:00`), until: at(`${day}T01:00`), ases });
  const prefixes = prefixesOf(8);
  const out = { originAs: 64500, ipv4: prefixes, losses: [{ from: at('2008-02-20T00:20'), prefixes }] };
  const anomalies = run([...hourOf('2008-02-20', [out]), ...hourOf('2026-11-20', [])], new Set());
  assert.deepEqual(
    anomalies.map(({ transition, eventSecond }) => [transition, eventSecond]),
    [
      ['opened', at('2008-02-20T00:23')],
      ['closed', at('2026-11-20T00:01')],
    ],
  );
});
