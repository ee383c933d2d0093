/**
 * MP_REACH_NLRI (RFC 4760 3), type 14:
 *   +---------+----------+-----------------+----------+--------------+------+
 *   | AFI (2) | SAFI (1) | next hop length | next hop | reserved (1) | NLRI |
 *   +---------+----------+-----------------+----------+--------------+------+
 * Malformed if too short, or if the next hop's length does not suit the family: the
 * routes cannot be trusted, session reset (RFC 7606 7.11). Families other than IPv4 and IPv6, unicast and
 * multicast, are passed over. Table dumps have a short form (RFC 6396 4.3.4):
 *   +-----------------+----------+
 *   | next hop length | next hop |
 *   +-----------------+----------+
 */
import { isNlri } from './nlri.ts';
import { u16 } from './octets.ts';

export const afiIpv4 = 1;
export const afiIpv6 = 2;
export const safiUnicast = 1;
export const safiMulticast = 2;

export const isKnownFamily = (afi: number, safi: number): boolean =>
  (afi === afiIpv4 || afi === afiIpv6) && (safi === safiUnicast || safi === safiMulticast);

/** IPv4 routes may have IPv6 next hops (RFC 8950 3); an IPv6 one may carry its link-local address (RFC 2545 3). */
const isNextHopLength = (afi: number, length: number): boolean =>
  length === 16 || length === 32 || (afi === afiIpv4 && length === 4);

/** Where the NLRI begin. */
export const mpReachNlriStart = (bytes: Uint8Array, start: number): number => start + 5 + bytes[start + 3]!;

export function isMpReachNlri(bytes: Uint8Array, start: number, end: number, hasPathIds: boolean): boolean {
  if (end - start < 5) return false;
  const afi = u16(bytes, start);
  const nlriStart = mpReachNlriStart(bytes, start);
  if (nlriStart > end) return false;
  if (!isKnownFamily(afi, bytes[start + 2]!)) return true;
  return (
    isNextHopLength(afi, bytes[start + 3]!) &&
    isNlri(bytes, nlriStart, end, afi === afiIpv4 ? 32 : 128, hasPathIds)
  );
}

/** In a table dump: the short form, or the whole attribute, which old collectors wrote; told apart by the first octet. */
export function isTableDumpMpReachNlri(bytes: Uint8Array, start: number, end: number): boolean {
  if (isShortMpReachNlri(bytes, start, end)) return end - start === 1 + bytes[start]!;
  return end - start >= 5 && mpReachNlriStart(bytes, start) <= end;
}

export const isShortMpReachNlri = (bytes: Uint8Array, start: number, end: number): boolean =>
  end > start && bytes[start] !== 0;
