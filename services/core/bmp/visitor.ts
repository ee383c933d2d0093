import type { Initiation } from './initiation.ts';
import type { PeerDown } from './peer-down.ts';
import type { PeerUp } from './peer-up.ts';
import type { PerPeerHeader } from './per-peer-header.ts';
import type { RouteMirroring } from './route-mirroring.ts';
import type { RouteMonitoring } from './route-monitoring.ts';
import type { Statistic } from './statistics-report.ts';
import type { Termination } from './termination.ts';

/** Why bytes are no BMP message that can be used. The list is closed; each is counted apart. */
export const bmpRefusals = [
  /** Not version 3 or 4; or a length that no message has. The stream has lost its framing. */
  'version',
  'messageLength',
  /** A message type, or a type of peer, that is not known (RFC 7854 10). */
  'messageType',
  'peerType',
  /** The message ends before the fixed fields of its type do, or its TLVs run over its end. */
  'perPeerHeader',
  'initiation',
  'termination',
  'peerUp',
  'peerDown',
  'statisticsReport',
  'routeMirroring',
  /** Route Monitoring without a whole BGP message. */
  'update',
] as const;
export type BmpRefusal = (typeof bmpRefusals)[number];

/**
 * What a walk over BMP bytes tells. `peer` and `routes` are one object each, used again: what they say holds
 * during the call only.
 */
export interface BmpVisitor {
  initiation(initiation: Initiation): void;
  termination(termination: Termination): void;
  /** `routes` has the UPDATE, unread. */
  routeMonitoring(peer: PerPeerHeader, routes: RouteMonitoring): void;
  peerUp(peer: PerPeerHeader, up: PeerUp): void;
  peerDown(peer: PerPeerHeader, down: PeerDown): void;
  statisticsReport(peer: PerPeerHeader, statistics: readonly Statistic[]): void;
  routeMirroring(peer: PerPeerHeader, mirrored: RouteMirroring): void;
  /** The message in [start, end) is not used; of a lost framing, all that was there. */
  refuse(reason: BmpRefusal, bytes: Uint8Array, start: number, end: number): void;
}
