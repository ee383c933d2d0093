/**
 * What has to be known of an UPDATE (RFC 4271 4.3) before it is put into a record of a type that says it: the
 * octets of its AS numbers, and which families it has routes of. Only as much is read as that takes; whether
 * the UPDATE is well-formed is found by who reads the record.
 */

import { isAsPath } from './as-path.ts';
import { attributeType, extendedLength } from './attribute-type.ts';
import { messageHeaderBytes } from './message.ts';
import { afiIpv4, afiIpv6, isKnownFamily, mpReachNlriStart } from './mp-reach-nlri.ts';
import { isNlri } from './nlri.ts';
import { u16 } from './octets.ts';

/** A bit for each family whose NLRI are read: IPv4 and IPv6, unicast and multicast. 0 for every other. */
export const familyBit = (afi: number, safi: number): number =>
  isKnownFamily(afi, safi) ? 1 << (2 * (afi - afiIpv4) + safi - 1) : 0;
const ipv4Unicast = familyBit(afiIpv4, 1);

export class UpdateScan {
  /** Families of which the UPDATE has routes, as familyBits. */
  families = 0;
  /** AS_PATH: the attribute's first octet, its value, and the octet after it. `pathStart` is -1 where there is none. */
  attributeStart = 0;
  pathStart = -1;
  pathEnd = 0;
  /** Where the length of all attributes stands. */
  attributesLengthAt = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #withdrawnStart = 0;
  #nlriStart = 0;
  #end = 0;
  /** NLRI of MP_REACH_NLRI and MP_UNREACH_NLRI, with their AFI; empty where there are none. */
  #reachStart = 0;
  #reachEnd = 0;
  #reachAfi = 0;
  #unreachStart = 0;
  #unreachEnd = 0;
  #unreachAfi = 0;

  /** Scans the UPDATE whose message header begins at `start`; false where its lengths do not fit [start, end). */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.families = 0;
    this.pathStart = -1;
    this.#reachEnd = this.#reachStart = this.#unreachEnd = this.#unreachStart = 0;
    const withdrawnStart = start + messageHeaderBytes + 2;
    if (withdrawnStart + 2 > end) return false;
    const withdrawnEnd = withdrawnStart + u16(bytes, withdrawnStart - 2);
    if (withdrawnEnd + 2 > end) return false;
    const nlriStart = withdrawnEnd + 2 + u16(bytes, withdrawnEnd);
    if (nlriStart > end) return false;
    this.#bytes = bytes;
    this.#withdrawnStart = withdrawnStart;
    this.attributesLengthAt = withdrawnEnd;
    this.#nlriStart = nlriStart;
    this.#end = end;
    if (withdrawnEnd > withdrawnStart || nlriStart < end) this.families = ipv4Unicast;
    return this.#scanAttributes(withdrawnEnd + 2, nlriStart);
  }

  /** Octets of an AS number in AS_PATH: `told`, unless the path can only be read with the other. */
  asnBytes(told: 2 | 4): 2 | 4 {
    const { pathStart, pathEnd } = this;
    if (pathStart < 0 || isAsPath(this.#bytes, pathStart, pathEnd, told)) return told;
    const other = told === 2 ? 4 : 2;
    return isAsPath(this.#bytes, pathStart, pathEnd, other) ? other : told;
  }

  /**
   * True where the routes can only, or more sensibly, be read with path identifiers (RFC 7911). For who did not see the
   * capabilities: an identifier's leading zeros would otherwise be several default routes.
   */
  looksLikeAddPath(): boolean {
    return (
      this.#looksLikeAddPath(this.#withdrawnStart, this.attributesLengthAt, afiIpv4) ||
      this.#looksLikeAddPath(this.#nlriStart, this.#end, afiIpv4) ||
      this.#looksLikeAddPath(this.#reachStart, this.#reachEnd, this.#reachAfi) ||
      this.#looksLikeAddPath(this.#unreachStart, this.#unreachEnd, this.#unreachAfi)
    );
  }

  #looksLikeAddPath(start: number, end: number, afi: number): boolean {
    if (start >= end || (afi !== afiIpv4 && afi !== afiIpv6)) return false;
    const bytes = this.#bytes;
    const maxBits = afi === afiIpv4 ? 32 : 128;
    const repeatsDefault = bytes[start] === 0 && bytes[start + 1] === 0;
    if (!repeatsDefault && isNlri(bytes, start, end, maxBits, false)) return false;
    return isNlri(bytes, start, end, maxBits, true);
  }

  #scanAttributes(start: number, end: number): boolean {
    const bytes = this.#bytes;
    let at = start;
    while (at + 3 <= end) {
      const isExtended = (bytes[at]! & extendedLength) !== 0;
      const valueStart = at + (isExtended ? 4 : 3);
      if (valueStart > end) return false;
      const valueEnd = valueStart + (isExtended ? u16(bytes, at + 2) : bytes[at + 2]!);
      if (valueEnd > end) return false;
      const type = bytes[at + 1]!;
      if (type === attributeType.asPath && this.pathStart < 0) {
        this.attributeStart = at;
        this.pathStart = valueStart;
        this.pathEnd = valueEnd;
      } else if (type === attributeType.mpReachNlri && valueEnd - valueStart >= 5) {
        const nlriStart = mpReachNlriStart(bytes, valueStart);
        if (nlriStart < valueEnd) {
          this.families |= familyBit(u16(bytes, valueStart), bytes[valueStart + 2]!);
          this.#reachAfi = knownAfi(bytes, valueStart);
          this.#reachStart = nlriStart;
          this.#reachEnd = valueEnd;
        }
      } else if (type === attributeType.mpUnreachNlri && valueEnd - valueStart > 3) {
        this.families |= familyBit(u16(bytes, valueStart), bytes[valueStart + 2]!);
        this.#unreachAfi = knownAfi(bytes, valueStart);
        this.#unreachStart = valueStart + 3;
        this.#unreachEnd = valueEnd;
      }
      at = valueEnd;
    }
    return at === end;
  }
}

/** The AFI at `at`; 0 where the NLRI of that family are not read. */
const knownAfi = (bytes: Uint8Array, at: number): number => {
  const afi = u16(bytes, at);
  return isKnownFamily(afi, bytes[at + 2]!) ? afi : 0;
};
