import type { EventMinute } from '../event-time.ts';

/** Topic route.changes: proto/steadybeat/v1/route_changes.proto says what each field means. */
export interface RouteChanges {
  /** The route-tracker task that wrote it, from 0. */
  readonly tracker: number;
  readonly trackerPartitions: number;
  readonly eventMinute: EventMinute;
  readonly sources: readonly SourceChanges[];
}

export interface SourceChanges {
  readonly source: string;
  readonly seed: boolean;
  readonly peers: readonly PeerReport[];
  readonly pathWords: Uint32Array;
  readonly pathEnds: Uint32Array;
  readonly ipv4: ChangeColumns;
  readonly ipv6: ChangeColumns;
}

/** The states of a peer; those of proto, in order. */
export const peerStates = ['established', 'down', 'silent', 'unheard'] as const;
export type PeerState = (typeof peerStates)[number];

export interface PeerReport {
  readonly address: string;
  readonly asn: number;
  readonly state: PeerState;
  readonly stateSinceMinute: EventMinute;
  readonly ipv4: FamilyReport;
  readonly ipv6: FamilyReport;
  readonly announcedNew: number;
  readonly aaDiff: number;
  readonly aaDup: number;
  readonly waDiff: number;
  readonly waDup: number;
  readonly withdrawn: number;
  readonly wwDup: number;
  readonly late: number;
  readonly drift: number;
}

/** The counts of a peer report, in the order of their field numbers. */
export const peerCounts = [
  'announcedNew',
  'aaDiff',
  'aaDup',
  'waDiff',
  'waDup',
  'withdrawn',
  'wwDup',
  'late',
  'drift',
] as const;

export interface FamilyReport {
  readonly routes: number;
  readonly refreshed: number;
  readonly complete: boolean;
  readonly named: number;
}

/** Values of `before` and `after`; anything from firstPath on is a path, counted from there. */
export const routeUnknown = 0;
export const routeAbsent = 1;
export const firstPath = 2;

export interface ChangeColumns {
  readonly count: number;
  readonly second: Uint8Array;
  readonly peer: Uint16Array;
  /** `count` words (IPv4) or 4 times as many (IPv6). */
  readonly address: Uint32Array;
  readonly length: Uint8Array;
  readonly before: Uint32Array;
  readonly after: Uint32Array;
}
