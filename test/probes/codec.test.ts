import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary, fromJson, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import type { Witnesses } from '#core/contract/anomalies.ts';
import type { AsMinutes, TargetOrigin } from '#core/contract/as-minutes.ts';
import type { AsReach, ProbeMinute } from '#core/contract/as-reach.ts';
import type { ProbeResult, ProbeResults } from '#core/contract/probe-results.ts';
import { AnomalySchema } from '#proto/anomalies_pb.ts';
import { AsMinutesSchema } from '#proto/as_minutes_pb.ts';
import { AsScoresSchema } from '#proto/as_scores_pb.ts';
import { ProbeResultsSchema } from '#proto/probe_results_pb.ts';
import { anomaliesCodec, anomalyToJson } from '#runtime/codec/anomalies.ts';
import { asMinutesCodec } from '#runtime/codec/as-minutes.ts';
import { asScoresCodec } from '#runtime/codec/as-scores.ts';
import type { Codec } from '#runtime/codec/codec.ts';
import { probeResultsCodec } from '#runtime/codec/probe-results.ts';
import { anyAnomaly, anyAsMinutes, anyAsScores } from '../property/arbitrary-values.ts';

const uint = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff }));
const record = <T>(shape: { [K in keyof T]-?: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(shape, { noNullPrototype: true }) as fc.Arbitrary<T>;

const anyResult = record<ProbeResult>({
  kind: fc.constantFrom('ping', 'tcp', 'http', 'dns', 'tracerouteEnd', 'atlasConnection'),
  prober: fc.string(),
  targetAddress: fc.string(),
  originAs: uint,
  eventSecond: uint,
  outcome: fc.constantFrom('reply', 'noReply', 'refused', 'proberError', 'wrongReply'),
  rttMicroseconds: uint,
  controller: fc.string(),
  detail: fc.string(),
});

const anyProbeResults = record<ProbeResults>({
  source: fc.string(),
  eventMinute: uint,
  content: fc.oneof(
    fc.record({ case: fc.constant('batch' as const), results: fc.array(anyResult, { maxLength: 5 }) }),
    fc.record({ case: fc.constant('sourceOpened' as const), live: fc.boolean() }),
    fc.record({ case: fc.constantFrom('tick', 'endOfSource', 'sourceLost') }),
  ) as fc.Arbitrary<ProbeResults['content']>,
});

const anyReach = record<AsReach>({
  originAs: uint,
  state: fc.constantFrom('up', 'down', 'absent'),
  sinceSecond: uint,
  logOdds: fc.double({ noNaN: true, min: -7, max: 7 }).map((value) => value + 0),
  targets: uint,
  replying: uint,
  probers: uint,
  changed: fc.boolean(),
  disconnectedProbes: uint,
  knownProbes: uint,
  disconnectedSecond: uint,
});

const anyProbeMinute = record<ProbeMinute>({
  open: fc.boolean(),
  live: fc.boolean(),
  reaches: fc.array(anyReach, { maxLength: 4 }),
});

const stamp = (eventMinute: number) => ({ producer: 'probe-tracker/3', sequence: 7, eventMinute });

/** Decoding gives the value back, and the generated code reads and writes the same bytes. */
function holds<T extends object>(
  codec: Codec<T>,
  schema: typeof ProbeResultsSchema | typeof AsMinutesSchema | typeof AsScoresSchema,
  value: T,
  eventMinute: number,
): void {
  const [bytes] = codec.encode(stamp(eventMinute), value);
  const { envelope, body } = codec.open(bytes!);
  const decoded = codec.decode(envelope, body);
  assert.deepEqual(JSON.parse(JSON.stringify(decoded)), JSON.parse(JSON.stringify(value)));
  assert.deepEqual(toBinary(schema, fromBinary(schema, bytes!)), bytes);
}

test('probe.results', () => {
  fc.assert(
    fc.property(anyProbeResults, (value) =>
      holds(probeResultsCodec, ProbeResultsSchema, value, value.eventMinute),
    ),
    { numRuns: 200 },
  );
});

test('as.minutes with whose probed addresses are', () => {
  const anyTarget = record<TargetOrigin>({
    address: fc.string(),
    prefix: fc.string(),
    originAs: uint,
    withdrawn: fc.boolean(),
  });
  fc.assert(
    fc.property(anyAsMinutes, fc.array(anyTarget, { minLength: 1, maxLength: 4 }), (minutes, targets) =>
      holds(asMinutesCodec, AsMinutesSchema, { ...minutes, targets }, minutes.eventMinute),
    ),
    { numRuns: 100 },
  );
});

test('as.minutes of the probes, and the reach of an AS in as.scores', () => {
  fc.assert(
    fc.property(anyAsMinutes, anyProbeMinute, (minutes: AsMinutes, probes) =>
      holds(asMinutesCodec, AsMinutesSchema, { ...minutes, probes }, minutes.eventMinute),
    ),
    { numRuns: 100 },
  );
  fc.assert(
    fc.property(anyAsScores, anyReach, ({ eventMinute, content }, reach) => {
      if (content.case !== 'score') return;
      const scores = { eventMinute, content: { ...content, value: { ...content.value, reach } } };
      holds(asScoresCodec, AsScoresSchema, scores, eventMinute);
    }),
    { numRuns: 100 },
  );
});

test('what both witnesses say, in anomalies', () => {
  const anyWitnesses = record<Omit<Witnesses, 'sinceSecond'>>({
    verdict: fc.constantFrom('confirmed', 'dataPlaneOnly', 'controlPlaneOnly', 'probesAbsent'),
    probeLogOdds: fc.double({ noNaN: true, min: -7, max: 7 }).map((value) => value + 0),
    targets: uint,
    replying: uint,
    probers: uint,
  });
  fc.assert(
    fc.property(anyAnomaly, anyWitnesses, uint, fc.boolean(), (anomaly, facts, sinceSecond, isKnown) => {
      const witnesses: Witnesses = { ...facts, ...(isKnown && { sinceSecond }) };
      const witnessed = { ...anomaly, evidence: { ...anomaly.evidence, witnesses } };
      const [bytes] = anomaliesCodec.encode(stamp(0), witnessed);
      const { envelope, body } = anomaliesCodec.open(bytes!);
      assert.deepEqual(anomaliesCodec.decode(envelope, body), witnessed);
      assert.ok(fromJson(AnomalySchema, anomalyToJson(witnessed)));
    }),
    { numRuns: 100 },
  );
});
