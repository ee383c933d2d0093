/**
 * The per-peer header (RFC 7854 4.2, RFC 8671 4, RFC 9069 4.1), after the message's own:
 *   +----------+-----------+---------------+--------------+--------+------------+-------------+------------------+
 *   | type (1) | flags (1) | distinguisher | address (16) | AS (4) | BGP ID (4) | seconds (4) | microseconds (4) |
 *   |          |           | (8)           |              |        |            |             |                  |
 *   +----------+-----------+---------------+--------------+--------+------------+-------------+------------------+
 * An IPv4 address is the last 4 octets of the 16. The time is when the routes were received by the router, 0 if unknown.
 */
import { u32 } from '../bgp/octets.ts';
import { bmpHeaderBytes } from './message.ts';

export const perPeerHeaderBytes = 42;
export const peerType = { global: 0, rdInstance: 1, localInstance: 2, locRib: 3 } as const;
export const highestPeerType = 3;

/** Flags: of a Loc-RIB, 0x80 says that it is filtered; of the other types these. */
export const peerFlag = {
  /** V: the address is IPv6. */
  ipv6: 0x80,
  /** L: after the inbound (or, with O, outbound) policy. */
  postPolicy: 0x40,
  /** A: AS_PATH has AS numbers of two octets. */
  asPathOf2Octets: 0x20,
  /** O: the Adj-RIB-Out, what the router tells the peer. */
  adjRibOut: 0x10,
} as const;

/** Reads the header of a message in place. One object, pointed at one message after another. */
export class PerPeerHeader {
  bytes: Uint8Array = new Uint8Array(0);
  /** Offset of the header. */
  at = 0;

  /** Points at the header of the message that begins at `messageStart`. */
  set(bytes: Uint8Array, messageStart: number): void {
    this.bytes = bytes;
    this.at = messageStart + bmpHeaderBytes;
  }

  get type(): number {
    return this.bytes[this.at]!;
  }

  get flags(): number {
    return this.bytes[this.at + 1]!;
  }

  get isLocRib(): boolean {
    return this.type === peerType.locRib;
  }

  get isIpv6(): boolean {
    return !this.isLocRib && (this.flags & peerFlag.ipv6) !== 0;
  }

  get isPostPolicy(): boolean {
    return !this.isLocRib && (this.flags & peerFlag.postPolicy) !== 0;
  }

  get isAdjRibOut(): boolean {
    return !this.isLocRib && (this.flags & peerFlag.adjRibOut) !== 0;
  }

  /** Octets of an AS number in AS_PATH, as the router says. */
  get asnBytes(): 2 | 4 {
    return !this.isLocRib && (this.flags & peerFlag.asPathOf2Octets) !== 0 ? 2 : 4;
  }

  get distinguisherAt(): number {
    return this.at + 2;
  }

  get hasDistinguisher(): boolean {
    return u32(this.bytes, this.at + 2) !== 0 || u32(this.bytes, this.at + 6) !== 0;
  }

  /** Offset and octets of the address: 0.0.0.0 of a Loc-RIB. */
  get addressAt(): number {
    return this.isIpv6 ? this.at + 10 : this.at + 22;
  }

  get addressBytes(): 4 | 16 {
    return this.isIpv6 ? 16 : 4;
  }

  get asn(): number {
    return u32(this.bytes, this.at + 26);
  }

  get identifier(): number {
    return u32(this.bytes, this.at + 30);
  }

  get second(): number {
    return u32(this.bytes, this.at + 34);
  }

  /** 0 where it is not below a million. */
  get microsecond(): number {
    const microsecond = u32(this.bytes, this.at + 38);
    return microsecond < 1_000_000 ? microsecond : 0;
  }
}
