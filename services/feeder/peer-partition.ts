import { u16, u32 } from '#core/bgp/octets.ts';
import type { PeerIndexTable } from '#core/mrt/peer-index-table.ts';
import type { PeerLocation } from '#core/mrt/peer-location.ts';

/** FNV-1a, 32 bits (RFC 9923). */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;
const withByte = (hash: number, byte: number): number => Math.imul(hash ^ byte, prime);

/** 2^32 over the golden ratio: its product spreads numbers that lie close together over its high bits (Knuth). */
const golden = 0x9e3779b1 | 0;
const latelyPlaces = 1024;
const placeShift = 22;

/**
 * The partition of a peer: by its source, address and AS number, so that all that it says stays
 * in order. Never changed: other partitions would be another version of the topic.
 */
export class PeerPartition {
  readonly #partitions: number;
  readonly #ofSource: number;
  /** Peers seen, by hash: one in 4 billion pairs counts as one. */
  readonly #seen = new Set<number>();
  /** Peers of IPv4 addresses met lately, each in the place that its numbers give: AS number, address, partition. */
  readonly #lately = new Int32Array(latelyPlaces * 3).fill(-1);

  constructor(source: string, partitions: number) {
    this.#partitions = partitions;
    let hash = offsetBasis;
    for (let i = 0; i < source.length; i++) {
      hash = withByte(withByte(hash, source.charCodeAt(i) & 255), source.charCodeAt(i) >>> 8);
    }
    this.#ofSource = hash;
  }

  get peersSeen(): number {
    return this.#seen.size;
  }

  of(bytes: Uint8Array, location: PeerLocation): number {
    const { asAt, asnBytes, addressAt, addressBytes } = location;
    if (addressBytes !== 4) return this.#of(bytes, asAt, asnBytes, addressAt, addressBytes);
    const lately = this.#lately;
    const asn = (asnBytes === 2 ? u16(bytes, asAt) : u32(bytes, asAt)) | 0;
    const address = u32(bytes, addressAt) | 0;
    const mixed = Math.imul(asn ^ address, golden);
    const place = (mixed >>> placeShift) * 3;
    if (lately[place] === asn && lately[place + 1] === address && lately[place + 2]! >= 0)
      return lately[place + 2]!;
    const partition = this.#of(bytes, asAt, asnBytes, addressAt, addressBytes);
    lately[place] = asn;
    lately[place + 1] = address;
    lately[place + 2] = partition;
    return partition;
  }

  /** The partition of each peer of a table dump. */
  ofIndexTable(table: PeerIndexTable): Uint16Array {
    return Uint16Array.from({ length: table.count }, (_, index) =>
      this.#of(
        table.bytes,
        table.asAt(index),
        table.asnBytes(index),
        table.addressAt(index),
        table.isIpv6(index) ? 16 : 4,
      ),
    );
  }

  #of(bytes: Uint8Array, asAt: number, asnBytes: number, addressAt: number, addressBytes: number): number {
    let hash = this.#ofSource;
    // An AS number of two octets is the same peer as with four.
    if (asnBytes === 2) hash = withByte(withByte(hash, 0), 0);
    for (let i = 0; i < asnBytes; i++) hash = withByte(hash, bytes[asAt + i]!);
    for (let i = 0; i < addressBytes; i++) hash = withByte(hash, bytes[addressAt + i]!);
    // The low bits of FNV mix least.
    hash ^= hash >>> 15;
    this.#seen.add(hash);
    return (hash >>> 0) % this.#partitions;
  }
}
