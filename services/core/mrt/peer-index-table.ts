/**
 * PEER_INDEX_TABLE (RFC 6396 4.3.1): the peers that the RIB records after it refer to.
 *   +------------------+------------------+-----------+----------------+-------+
 *   | collector ID (4) | name length (2)  | view name | peer count (2) | peers |
 *   +------------------+------------------+-----------+----------------+-------+
 * A peer:
 *   +----------+------------+------------------+---------------+
 *   | type (1) | BGP ID (4) | address (4, 16)  | AS (2 or 4)   |
 *   +----------+------------+------------------+---------------+
 * Bit 0 of the type: the address is IPv6. Bit 1: the AS number has four octets.
 */
import { u16 } from '../bgp/octets.ts';

const ipv6Bit = 1;
const as4Bit = 2;

export class PeerIndexTable {
  /** A copy of the record's message: it outlives the buffer it came in. */
  readonly bytes: Uint8Array;
  /** Offset of each peer's type octet. */
  readonly #peerAt: Int32Array;

  private constructor(bytes: Uint8Array, peerAt: Int32Array) {
    this.bytes = bytes;
    this.#peerAt = peerAt;
  }

  /** The table in [start, end), after the MRT header; undefined where it is malformed. */
  static read(bytes: Uint8Array, start: number, end: number): PeerIndexTable | undefined {
    const message = bytes.slice(start, end);
    if (message.length < 8) return undefined;
    const countAt = 6 + u16(message, 4);
    if (countAt + 2 > message.length) return undefined;
    const peerAt = new Int32Array(u16(message, countAt));
    let at = countAt + 2;
    for (let i = 0; i < peerAt.length; i++) {
      if (at >= message.length) return undefined;
      peerAt[i] = at;
      at += 5 + ((message[at]! & ipv6Bit) === 0 ? 4 : 16) + ((message[at]! & as4Bit) === 0 ? 2 : 4);
      if (at > message.length) return undefined;
    }
    return new PeerIndexTable(message, peerAt);
  }

  get count(): number {
    return this.#peerAt.length;
  }

  isIpv6(index: number): boolean {
    return (this.bytes[this.#peerAt[index]!]! & ipv6Bit) !== 0;
  }

  asnBytes(index: number): number {
    return (this.bytes[this.#peerAt[index]!]! & as4Bit) === 0 ? 2 : 4;
  }

  /** Offset of the address in `bytes`. */
  addressAt(index: number): number {
    return this.#peerAt[index]! + 5;
  }

  /** Offset of the AS number in `bytes`. */
  asAt(index: number): number {
    return this.addressAt(index) + (this.isIpv6(index) ? 16 : 4);
  }
}
