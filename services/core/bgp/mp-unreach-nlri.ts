/**
 * MP_UNREACH_NLRI (RFC 4760 4), type 15:
 *   +---------+----------+------------------+
 *   | AFI (2) | SAFI (1) | withdrawn routes |
 *   +---------+----------+------------------+
 * Malformed if too short or if a prefix does not fit: session reset (RFC 7606 7.12, 5.3).
 * Without any route it is an End-of-RIB marker (RFC 4724 2).
 */
import { afiIpv4, isKnownFamily } from './mp-reach-nlri.ts';
import { isNlri } from './nlri.ts';
import { u16 } from './octets.ts';

export function isMpUnreachNlri(bytes: Uint8Array, start: number, end: number, hasPathIds: boolean): boolean {
  if (end - start < 3) return false;
  const afi = u16(bytes, start);
  if (!isKnownFamily(afi, bytes[start + 2]!)) return true;
  return isNlri(bytes, start + 3, end, afi === afiIpv4 ? 32 : 128, hasPathIds);
}
