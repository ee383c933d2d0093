/**
 * UPDATEs (RFC 4271 4.3) made of the fields that RIS Live shows, for messages that come without `raw`. All AS numbers have
 * four octets. What the fields do not show (extended and large communities, unknown attributes) is not there.
 */

import { writeAddress, writePrefix } from '../address-text.ts';
import { attributeType, extendedLength, optionalFlag, transitiveFlag } from '../bgp/attribute-type.ts';
import { messageHeaderBytes } from '../bgp/message.ts';
import { afiIpv4, afiIpv6 } from '../bgp/mp-reach-nlri.ts';
import { writeUpdateHeader } from '../mrt/bgp4mp-writer.ts';
import { elementsOf, isObject, type MessageFields } from './fields.ts';
import { maxUpdateBytes, OctetWriter } from './octet-writer.ts';
import { Refused } from './refused.ts';
import { writeSharedAttributes } from './shared-attributes.ts';

/** Takes an UPDATE: the first `length` of `bytes`, which hold during the call. */
export type UpdateSink = (bytes: Uint8Array, length: number) => void;

export class UpdateOctets {
  readonly #out = new OctetWriter();
  /** Attributes that all announcements of a message share. */
  readonly #shared = new OctetWriter();
  readonly #nextHop = new Uint8Array(16);
  #pathId = -1;

  /**
   * Makes the UPDATEs of a message's announcements and withdrawals: none where it has only End-of-RIB. Throws Refused.
   * `pathId` is put before each prefix (RFC 7911 3), unless it is -1.
   */
  make(fields: MessageFields, sink: UpdateSink, pathId: number = -1): void {
    this.#pathId = pathId;
    this.#withdrawals(elementsOf(fields.withdrawals), sink);
    const announcements = elementsOf(fields.announcements);
    if (announcements.length === 0) return;
    this.#shared.length = 0;
    writeSharedAttributes(fields, this.#shared);
    let before: unknown;
    for (const announcement of announcements) {
      if (!isObject(announcement)) throw new Refused('announcement');
      const prefixes = elementsOf(announcement.prefixes);
      // The same routes again, with the link-local next hop (RFC 2545 3), are no other routes.
      if (before !== undefined && isSame(elementsOf(before), prefixes)) continue;
      before = prefixes;
      this.#announcement(announcement.next_hop, prefixes, sink);
    }
  }

  #withdrawals(prefixes: readonly unknown[], sink: UpdateSink): void {
    const hasIpv4 = hasFamily(prefixes, afiIpv4);
    const hasIpv6 = hasFamily(prefixes, afiIpv6);
    if (!hasIpv4 && !hasIpv6) return;
    const out = this.#begin();
    if (hasIpv4) this.#nlri(prefixes, afiIpv4);
    out.setU16(messageHeaderBytes, out.length - messageHeaderBytes - 2);
    const lengthAt = out.length;
    out.u16(0);
    if (hasIpv6) {
      const valueAt = out.beginAttribute(optionalFlag | extendedLength, attributeType.mpUnreachNlri);
      out.u16(afiIpv6);
      out.u8(1);
      this.#nlri(prefixes, afiIpv6);
      out.endAttribute(valueAt);
    }
    out.setU16(lengthAt, out.length - lengthAt - 2);
    this.#end(sink);
  }

  #announcement(nextHop: unknown, prefixes: readonly unknown[], sink: UpdateSink): void {
    const hasIpv4 = hasFamily(prefixes, afiIpv4);
    const hasIpv6 = hasFamily(prefixes, afiIpv6);
    if (!hasIpv4 && !hasIpv6) return;
    const nextHopBytes = this.#readNextHop(nextHop);
    if (hasIpv4 && nextHopBytes === 4) this.#announceOwn(prefixes, sink);
    // IPv4 routes may have an IPv6 next hop (RFC 8950).
    else if (hasIpv4) this.#announceMp(afiIpv4, nextHopBytes, prefixes, sink);
    if (hasIpv6) this.#announceMp(afiIpv6, nextHopBytes, prefixes, sink);
  }

  /** Routes of the UPDATE's own NLRI. */
  #announceOwn(prefixes: readonly unknown[], sink: UpdateSink): void {
    const out = this.#begin();
    const lengthAt = this.#beginAttributes();
    const valueAt = out.beginAttribute(transitiveFlag | extendedLength, attributeType.nextHop);
    out.copy(this.#nextHop, 4);
    out.endAttribute(valueAt);
    out.setU16(lengthAt, out.length - lengthAt - 2);
    this.#nlri(prefixes, afiIpv4);
    this.#end(sink);
  }

  #announceMp(afi: number, nextHopBytes: number, prefixes: readonly unknown[], sink: UpdateSink): void {
    const out = this.#begin();
    const lengthAt = this.#beginAttributes();
    const valueAt = out.beginAttribute(optionalFlag | extendedLength, attributeType.mpReachNlri);
    out.u16(afi);
    out.u8(1);
    out.u8(16);
    if (nextHopBytes === 4) {
      // An IPv4 next hop of IPv6 routes, as RFC 4291 2.5.5.2 maps it.
      out.zeros(10);
      out.u16(0xffff);
    }
    out.copy(this.#nextHop, nextHopBytes);
    out.u8(0);
    this.#nlri(prefixes, afi);
    out.endAttribute(valueAt);
    out.setU16(lengthAt, out.length - lengthAt - 2);
    this.#end(sink);
  }

  /** Message header and withdrawn routes length, both to be filled in. */
  #begin(): OctetWriter {
    this.#out.length = 0;
    this.#out.zeros(messageHeaderBytes + 2);
    return this.#out;
  }

  #beginAttributes(): number {
    const lengthAt = this.#out.length;
    this.#out.u16(0);
    this.#out.copy(this.#shared.bytes, this.#shared.length);
    return lengthAt;
  }

  #end(sink: UpdateSink): void {
    const { bytes, length } = this.#out;
    if (length > maxUpdateBytes) throw new Refused('updateLength');
    writeUpdateHeader(bytes, 0, length);
    sink(bytes, length);
  }

  #nlri(prefixes: readonly unknown[], afi: number): void {
    const out = this.#out;
    for (const text of prefixes as readonly string[]) {
      if (isEndOfRib(text) || familyOf(text) !== afi) continue;
      if (this.#pathId >= 0) out.u32(this.#pathId);
      out.reserve(17);
      const octets = writePrefix(text, out.bytes, out.length);
      if (octets === 0) throw new Refused('prefix');
      out.length += octets;
    }
  }

  /** Of a pair, global and link-local, the first. */
  #readNextHop(value: unknown): 4 | 16 {
    if (typeof value !== 'string') throw new Refused('nextHop');
    const comma = value.indexOf(',');
    const octets = writeAddress(value, this.#nextHop, 0, 0, comma < 0 ? value.length : comma);
    if (octets === 0) throw new Refused('nextHop');
    return octets;
  }
}

const familyOf = (text: string): number => (text.includes(':') ? afiIpv6 : afiIpv4);
/** End-of-RIB (RFC 4724 2) was shown as a prefix for some time. */
const isEndOfRib = (text: string): boolean => text === 'eor' || text === 'EOR';

/** Throws Refused where an element is no text. */
function hasFamily(prefixes: readonly unknown[], afi: number): boolean {
  let found = false;
  for (const text of prefixes) {
    if (typeof text !== 'string') throw new Refused('prefix');
    found ||= !isEndOfRib(text) && familyOf(text) === afi;
  }
  return found;
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((element, i) => element === b[i]);
