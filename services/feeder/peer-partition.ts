import type { PeerIndexTable } from '#core/mrt/peer-index-table.ts';
import type { PeerLocation } from '#core/mrt/peer-location.ts';

/** FNV-1a, 32 bits (RFC 9923). */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;
const withByte = (hash: number, byte: number): number => Math.imul(hash ^ byte, prime);

/**
 * The partition of a peer: by its source, address and AS number, so that all that it says stays
 * in order. Never changed: other partitions would be another version of the topic.
 */
export class PeerPartition {
  readonly #partitions: number;
  readonly #ofSource: number;
  /** Peers seen, by hash: one in 4 billion pairs counts as one. */
  readonly #seen = new Set<number>();

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
    return this.#of(bytes, location.asAt, location.asnBytes, location.addressAt, location.addressBytes);
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
