import type { EventMinute, EventSecond } from '../event-time.ts';
import type { PrefixEventKind } from './as-minutes.ts';
import type { AsReach } from './as-reach.ts';

/** Topic as.scores: proto/steadybeat/v1/as_scores.proto says what each field means. */
export interface AsScores {
  readonly eventMinute: EventMinute;
  readonly content: ScoresContent;
}

export type ScoresContent =
  | { readonly case: 'score'; readonly value: AsScore }
  | { readonly case: 'transit'; readonly value: TransitScore }
  | { readonly case: 'heartbeat'; readonly value: Heartbeat };

export interface Heartbeat {
  readonly activeOrigins: number;
  readonly unstableOrigins: number;
  readonly storm: boolean;
  readonly ipv4Frozen: boolean;
  readonly ipv6Frozen: boolean;
}

export interface AsScore {
  readonly originAs: number;
  readonly score: number;
  readonly surprise: number;
  readonly beat: Beat;
  readonly burst: Burst;
  readonly ipv4: Visibility;
  readonly ipv6: Visibility;
  readonly events: readonly ScoredEvent[];
  readonly eventCount: number;
  /** Absent where no probe ever asked. */
  readonly reach?: AsReach;
}

export interface Beat {
  readonly events: number;
  readonly activeQuarters: number;
  readonly activeHours: number;
  readonly spanMinutes: number;
  readonly longestGapMinutes: number;
  readonly onsetSecond: EventSecond;
  readonly lastEventSecond: EventSecond;
  readonly evenness: number;
  readonly burstiness: number;
  readonly periodicity: readonly number[];
  readonly rateRatio: number;
  readonly prefixes: readonly string[];
  readonly prefixCount: number;
  readonly upstreamAs: number;
  readonly heardPrefixes: number;
  readonly wide: boolean;
  readonly byProbes: boolean;
}

export interface Burst {
  readonly z: number;
  readonly events: number;
}

export interface Visibility {
  readonly expected: number;
  readonly visible: number;
  readonly lost: number;
  readonly covered: number;
  readonly wholeTable: boolean;
  readonly firstLostSecond: EventSecond;
  readonly lastLostSecond: EventSecond;
  readonly lastReturnedSecond: EventSecond;
  readonly clusterSize: number;
  readonly clusterFirstSecond: EventSecond;
  readonly lostPrefixes: readonly string[];
  readonly lostBlocks: number;
  readonly viaAses: readonly number[];
  readonly upstreamAs: number;
  readonly lostBy: readonly PeerCounts[];
}

export interface PeerCounts {
  readonly peers: number;
  readonly livePeers: number;
  readonly peerAses: number;
  readonly livePeerAses: number;
}

export interface ScoredEvent extends PeerCounts {
  readonly kind: PrefixEventKind;
  readonly prefix: string;
  readonly eventSecond: EventSecond;
  readonly covered: boolean;
  readonly peersFor: readonly string[];
  readonly peersAgainst: readonly string[];
  readonly newOriginAs: number;
}

export interface TransitScore {
  readonly transitAs: number;
  readonly prefixes: number;
  readonly origins: number;
  readonly thresholdOrigins: number;
  readonly samplePrefixes: readonly string[];
}
