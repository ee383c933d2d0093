import { fromJson, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  type Anomaly,
  type CloseReason,
  type Detector,
  type Evidence,
  kinds,
  type Measure,
  type Muted,
  type Phase,
  severities,
  type Trend,
  transitions,
  type Verdict,
  type Witnesses,
} from '#core/contract/anomalies.ts';
import { type EventSecond, formatSecond } from '#core/event-time.ts';
import * as proto from '#proto/anomalies_pb.ts';
import { type Codec, checkVersion } from './codec.ts';
import { checkEnvelope, type Envelope } from './envelope.ts';
import { EnumNames } from './fields.ts';

const schemaVersion = 1;

const transitionNames = new EnumNames(transitions);
const closeReasons = new EnumNames<CloseReason>(['recovered', 'expired', 'merged', 'retracted']);
const kindNames = new EnumNames(kinds);
const severityNames = new EnumNames(severities);
const trends = new EnumNames<Trend>(['steady', 'worsening', 'easing']);
const verdicts = new EnumNames<Verdict>(['confirmed', 'dataPlaneOnly', 'controlPlaneOnly', 'probesAbsent']);

/**
 * Topic anomalies, which people's programs read: a record is the ProtoJSON of the message,
 * on one line, the envelope first. It is never split into parts.
 */
export const anomaliesCodec: Codec<Anomaly> = {
  encode(stamp, anomaly) {
    const envelope = {
      producer: stamp.producer,
      sequence: String(stamp.sequence),
      eventMinute: stamp.eventMinute,
      part: 0,
      parts: 1,
      schemaVersion,
    };
    return [encoder.encode(JSON.stringify({ envelope, ...anomalyToJson(anomaly) }))];
  },
  open(record) {
    const message = fromJson(proto.AnomalySchema, parse(record));
    const { envelope } = message;
    if (envelope === undefined) throw new RangeError('a record of anomalies has no envelope');
    const { $typeName: _, ...fields } = envelope;
    const opened: Envelope = { ...fields, sequence: Number(envelope.sequence) };
    checkEnvelope(opened);
    lastOpened = { record, message };
    return { envelope: opened, body: record };
  },
  decode(envelope, body) {
    checkVersion(envelope, schemaVersion);
    const isOpened = lastOpened?.record === body;
    const message = isOpened ? lastOpened!.message : fromJson(proto.AnomalySchema, parse(body));
    lastOpened = undefined;
    return fromMessage(message);
  },
};

/** A record is read whole to be opened, and is mostly decoded right after. */
let lastOpened: { readonly record: Uint8Array; readonly message: proto.Anomaly } | undefined;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const parse = (record: Uint8Array): JsonValue => JSON.parse(decoder.decode(record)) as JsonValue;

/** The ProtoJSON of one transition; numbers and lists are there also when they are 0 or empty. */
export function anomalyToJson(anomaly: Anomaly): JsonObject {
  return {
    incidentId: anomaly.incidentId,
    transition: enumJson('TRANSITION', anomaly.transition),
    ...(anomaly.closeReason && { closeReason: enumJson('CLOSE_REASON', anomaly.closeReason) }),
    kind: enumJson('KIND', anomaly.kind),
    subject: anomaly.subject,
    originAs: anomaly.originAs,
    startTime: formatSecond(anomaly.startSecond),
    ...(anomaly.endSecond !== undefined && { endTime: formatSecond(anomaly.endSecond) }),
    eventTime: formatSecond(anomaly.eventSecond),
    severity: enumJson('SEVERITY', anomaly.severity),
    summary: anomaly.summary,
    prefixes: [...anomaly.prefixes],
    prefixCount: anomaly.prefixCount,
    linkedIncidentIds: [...anomaly.linkedIncidentIds],
    evidence: evidenceToJson(anomaly.evidence),
    durationSeconds: anomaly.durationSeconds,
    ...(anomaly.muted && { muted: mutedToJson(anomaly.muted) }),
    ...(anomaly.detector && { detector: { ...anomaly.detector } }),
  };
}

const mutedToJson = ({ subject, untilSecond, reason }: Muted): JsonObject => ({
  subject,
  untilTime: formatSecond(untilSecond),
  reason,
});

function evidenceToJson(evidence: Evidence): JsonObject {
  return {
    rule: evidence.rule,
    measures: evidence.measures.map(measureToJson),
    peersFor: evidence.peersFor,
    livePeers: evidence.livePeers,
    peerAsesFor: evidence.peerAsesFor,
    livePeerAses: evidence.livePeerAses,
    samplePeersFor: [...evidence.samplePeersFor],
    samplePeersAgainst: [...evidence.samplePeersAgainst],
    sampleUpdates: [...evidence.sampleUpdates],
    upstreamAs: evidence.upstreamAs,
    viaAses: [...evidence.viaAses],
    members: [...evidence.members],
    expectedPrefixes: evidence.expectedPrefixes,
    expectedBasis: evidence.expectedBasis,
    phases: evidence.phases.map((phase) => ({
      kind: enumJson('KIND', phase.kind),
      startTime: formatSecond(phase.startSecond),
      ...(phase.endSecond !== undefined && { endTime: formatSecond(phase.endSecond) }),
    })),
    ...(evidence.trend && { trend: enumJson('TREND', evidence.trend) }),
    ...(evidence.witnesses && { witnesses: witnessesToJson(evidence.witnesses) }),
  };
}

const witnessesToJson = ({ verdict, sinceSecond, ...counts }: Witnesses): JsonObject => ({
  verdict: enumJson('VERDICT', verdict),
  ...counts,
  ...(sinceSecond !== undefined && { sinceTime: formatSecond(sinceSecond) }),
});

/** "KIND_BEAT_WATCH" of "beatWatch"; the names are few. */
function enumJson(prefix: string, name: string): string {
  let upperCase = upperCaseNames.get(name);
  if (upperCase === undefined) {
    upperCase = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    upperCaseNames.set(name, upperCase);
  }
  return `${prefix}_${upperCase}`;
}

const upperCaseNames = new Map<string, string>();

export const measureToJson = ({ name, value, threshold }: Measure): JsonObject => ({
  name,
  value: numberJson(value),
  threshold: numberJson(threshold),
});

/** ProtoJSON writes what JSON has no number for as a string. */
const numberJson = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

function fromMessage(message: proto.Anomaly): Anomaly {
  return {
    incidentId: message.incidentId,
    transition: transitionNames.name(message.transition),
    ...(message.closeReason !== 0 && { closeReason: closeReasons.name(message.closeReason) }),
    kind: kindNames.name(message.kind),
    subject: message.subject,
    originAs: message.originAs,
    startSecond: requiredSecond(message.startTime),
    ...(message.endTime && { endSecond: requiredSecond(message.endTime) }),
    eventSecond: requiredSecond(message.eventTime),
    durationSeconds: message.durationSeconds,
    severity: severityNames.name(message.severity),
    summary: message.summary,
    prefixes: message.prefixes,
    prefixCount: message.prefixCount,
    linkedIncidentIds: message.linkedIncidentIds,
    evidence: fromEvidence(message.evidence),
    ...(message.muted && { muted: fromMuted(message.muted) }),
    ...(message.detector && { detector: fromDetector(message.detector) }),
  };
}

const fromMuted = ({ subject, untilTime, reason }: proto.Muted): Muted => ({
  subject,
  untilSecond: requiredSecond(untilTime),
  reason,
});

const fromDetector = ({ version, configurationHash }: proto.Detector): Detector => ({
  version,
  configurationHash,
});

function fromEvidence(message: proto.Evidence | undefined): Evidence {
  if (message === undefined) throw new RangeError('an anomaly has no evidence');
  const { $typeName: _, measures, phases, trend, witnesses, ...rest } = message;
  return {
    ...rest,
    measures: measures.map(({ name, value, threshold }) => ({ name, value, threshold })),
    phases: phases.map(fromPhase),
    ...(trend !== 0 && { trend: trends.name(trend) }),
    ...(witnesses && { witnesses: fromWitnesses(witnesses) }),
  };
}

function fromWitnesses({ $typeName: _, verdict, sinceTime, ...counts }: proto.Witnesses): Witnesses {
  return {
    verdict: verdicts.name(verdict),
    ...counts,
    ...(sinceTime && { sinceSecond: requiredSecond(sinceTime) }),
  };
}

function fromPhase(phase: proto.Phase): Phase {
  return {
    kind: kindNames.name(phase.kind),
    startSecond: requiredSecond(phase.startTime),
    ...(phase.endTime && { endSecond: requiredSecond(phase.endTime) }),
  };
}

function requiredSecond(time: Timestamp | undefined): EventSecond {
  if (time === undefined) throw new RangeError('an anomaly lacks a time');
  return Number(time.seconds);
}
