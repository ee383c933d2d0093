import type { EventMinute, EventSecond } from '../event-time.ts';
import type { ProbeMinute } from './as-reach.ts';

/** Topic as.minutes: proto/steadybeat/v1/as_minutes.proto says what each field means. */
export interface AsMinutes {
  /** The visibility-tracker task that wrote it, from 0. */
  readonly block: number;
  readonly blockPartitions: number;
  readonly eventMinute: EventMinute;
  readonly events: readonly PrefixEvent[];
  readonly expected: readonly ExpectedDelta[];
  readonly ipv4: Denominator;
  readonly ipv6: Denominator;
  /** Of the probe-tracker, whose records are of no block. */
  readonly probes?: ProbeMinute;
  /** Left out where there is none. */
  readonly targets?: readonly TargetOrigin[];
}

export interface TargetOrigin {
  readonly address: string;
  readonly prefix: string;
  readonly originAs: number;
  readonly withdrawn: boolean;
}

export type PrefixEventKind = 'down' | 'up' | 'path' | 'origin' | 'uncovered' | 'covered' | 'recount';

export interface PrefixEvent {
  readonly kind: PrefixEventKind;
  readonly originAs: number;
  readonly prefix: string;
  readonly eventSecond: EventSecond;
  readonly covered: boolean;
  readonly expected: boolean;
  readonly peers: number;
  readonly livePeers: number;
  readonly peerAses: number;
  readonly livePeerAses: number;
  readonly viaAses: readonly number[];
  readonly newOriginAs: number;
  readonly upstreamAs: number;
  readonly peersFor: readonly string[];
  readonly peersAgainst: readonly string[];
}

export interface ExpectedDelta {
  readonly originAs: number;
  readonly ipv4: number;
  readonly ipv6: number;
  readonly heardIpv4: number;
  readonly heardIpv6: number;
}

export interface Denominator {
  readonly livePeers: number;
  readonly livePeerAses: number;
  readonly collectors: number;
  readonly maskedPeers: number;
  readonly frozen: boolean;
  readonly wholeTable: boolean;
}

export const noDenominator: Denominator = {
  livePeers: 0,
  livePeerAses: 0,
  collectors: 0,
  maskedPeers: 0,
  frozen: false,
  wholeTable: false,
};
