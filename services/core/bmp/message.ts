/**
 * The header of a BMP message (RFC 7854 4.1):
 *   +-------------+------------+----------+------------------------------------------------+
 *   | version (1) | length (4) | type (1) | per-peer header (42), of most types; then data |
 *   +-------------+------------+----------+------------------------------------------------+
 * Length is that of the whole message. Version 3 is RFC 7854's; 4 (draft-ietf-grow-bmp-tlv) adds TLVs, and puts the UPDATE of
 * Route Monitoring into one. Nothing marks where a message begins: after a wrong length the stream is lost.
 */
import { u32 } from '../bgp/octets.ts';

export const bmpHeaderBytes = 6;
export const lowestVersion = 3;
export const highestVersion = 4;

/** RFC 7854 10.1. */
export const bmpType = {
  routeMonitoring: 0,
  statisticsReport: 1,
  peerDown: 2,
  peerUp: 3,
  initiation: 4,
  termination: 5,
  routeMirroring: 6,
} as const;

/** An UPDATE has at most 65,535 octets (RFC 8654); with TLVs, or the two OPENs of Peer Up, a message stays below this. */
export const maxMessageBytes = 256 * 1024;

/** Where the message at `at` ends by its header, or why it can be none; -1 where less than a header is there. */
export function messageEnd(bytes: Uint8Array, at: number, to: number): number | 'version' | 'messageLength' {
  if (at === to) return -1;
  const version = bytes[at]!;
  if (version < lowestVersion || version > highestVersion) return 'version';
  if (to - at < bmpHeaderBytes) return -1;
  const length = u32(bytes, at + 1);
  return length < bmpHeaderBytes || length > maxMessageBytes ? 'messageLength' : at + length;
}
