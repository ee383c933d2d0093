import type { EventSecond } from '../event-time.ts';

/** Topic anomalies: proto/steadybeat/v1/anomalies.proto says what each field means. */
export interface Anomaly {
  readonly incidentId: string;
  readonly transition: Transition;
  readonly closeReason?: CloseReason;
  readonly kind: Kind;
  readonly subject: string;
  readonly originAs: number;
  readonly startSecond: EventSecond;
  /** Absent until it is over. */
  readonly endSecond?: EventSecond;
  readonly eventSecond: EventSecond;
  readonly durationSeconds: number;
  readonly severity: Severity;
  readonly summary: string;
  readonly prefixes: readonly string[];
  readonly prefixCount: number;
  readonly linkedIncidentIds: readonly string[];
  readonly evidence: Evidence;
  /** Present while it wakes nobody. */
  readonly muted?: Muted;
  /** Absent before the detector's process has put it there. */
  readonly detector?: Detector;
}

export interface Muted {
  readonly subject: string;
  readonly untilSecond: EventSecond;
  readonly reason: string;
}

export interface Detector {
  readonly version: string;
  readonly configurationHash: string;
}

export const transitions = ['opened', 'updated', 'closed'] as const;
export type Transition = (typeof transitions)[number];
export type CloseReason = 'recovered' | 'expired' | 'merged' | 'retracted';
export const kinds = [
  'beatWatch',
  'beatConfirmed',
  'outageFull',
  'outagePartial',
  'burst',
  'sched',
  'chronic',
  'leakChurn',
  'dataPlane',
] as const;
export type Kind = (typeof kinds)[number];
/** From the least; only critical is meant to wake somebody. */
export const severities = ['info', 'notice', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];
export type Trend = 'steady' | 'worsening' | 'easing';

export interface Evidence {
  readonly rule: string;
  readonly measures: readonly Measure[];
  readonly peersFor: number;
  readonly livePeers: number;
  readonly peerAsesFor: number;
  readonly livePeerAses: number;
  readonly samplePeersFor: readonly string[];
  readonly samplePeersAgainst: readonly string[];
  readonly sampleUpdates: readonly string[];
  readonly upstreamAs: number;
  readonly viaAses: readonly number[];
  readonly members: readonly string[];
  readonly expectedPrefixes: number;
  readonly expectedBasis: string;
  readonly phases: readonly Phase[];
  readonly trend?: Trend;
  /** Absent where the AS was never probed. */
  readonly witnesses?: Witnesses;
}

export interface Witnesses {
  readonly verdict: Verdict;
  readonly probeLogOdds: number;
  readonly targets: number;
  readonly replying: number;
  readonly probers: number;
  /** Absent where probes say nothing. */
  readonly sinceSecond?: EventSecond;
}

export type Verdict = 'confirmed' | 'dataPlaneOnly' | 'controlPlaneOnly' | 'probesAbsent';

export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly threshold: number;
}

export interface Phase {
  readonly kind: Kind;
  readonly startSecond: EventSecond;
  /** Absent while it lasts. */
  readonly endSecond?: EventSecond;
}
