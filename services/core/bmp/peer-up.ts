/**
 * Peer Up (RFC 7854 4.10, RFC 9069 4.4), after the per-peer header:
 *   +--------------------+----------------+-----------------+-----------+---------------+------+
 *   | local address (16) | local port (2) | remote port (2) | sent OPEN | received OPEN | TLVs |
 *   +--------------------+----------------+-----------------+-----------+---------------+------+
 * Both OPENs are whole messages (RFC 4271 4.1). What was negotiated is what both say.
 */
import { messageHeaderBytes, messageType } from '../bgp/message.ts';
import { u16 } from '../bgp/octets.ts';
import { addPathFamilies, type Open, readOpen, receivesPaths, sendsPaths } from '../bgp/open.ts';
import { familyBit } from '../bgp/update-scan.ts';
import { readTlvs, type Tlv } from './tlv.ts';

const sessionBytes = 20;

export interface PeerUp {
  /** Offset of the local address, 16 octets. */
  readonly localAddressAt: number;
  readonly localPort: number;
  readonly remotePort: number;
  readonly sent: Open;
  readonly received: Open;
  /** Offset after the two OPENs. */
  readonly opensEnd: number;
  readonly tlvs: readonly Tlv[];
}

export function readPeerUp(bytes: Uint8Array, start: number, end: number): PeerUp | undefined {
  const sentAt = start + sessionBytes;
  const sentEnd = openEnd(bytes, sentAt, end);
  const opensEnd = sentEnd < 0 ? -1 : openEnd(bytes, sentEnd, end);
  if (opensEnd < 0) return undefined;
  const sent = readOpen(bytes, sentAt + messageHeaderBytes, sentEnd);
  const received = readOpen(bytes, sentEnd + messageHeaderBytes, opensEnd);
  const tlvs = readTlvs(bytes, opensEnd, end);
  if (sent === undefined || received === undefined || tlvs === undefined) return undefined;
  const [localPort, remotePort] = [u16(bytes, start + 16), u16(bytes, start + 18)];
  return { localAddressAt: start, localPort, remotePort, sent, received, opensEnd, tlvs };
}

/** Where the OPEN message at `at` ends; -1 where there is none. */
function openEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + messageHeaderBytes > end || bytes[at + 18] !== messageType.open) return -1;
  const length = u16(bytes, at + 16);
  return length < messageHeaderBytes || at + length > end ? -1 : at + length;
}

/**
 * Families (familyBit) whose NLRI have path identifiers in what the peer told the router: the peer sends them, and the
 * router receives them (RFC 7911 4). Of a Loc-RIB both OPENs are made up, and say so alike (RFC 9069 4.4).
 */
export function negotiatedAddPath({ sent, received }: PeerUp): number {
  const sends = addPathFamilies(received, sendsPaths);
  const both = addPathFamilies(sent, receivesPaths).filter((family) => sends.includes(family));
  return familyBits(both);
}

/** The bits of families given as AFI * 256 + SAFI. */
export const familyBits = (families: readonly number[]): number =>
  families.reduce((bits, family) => bits | familyBit(family >>> 8, family & 255), 0);
