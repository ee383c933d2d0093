/**
 * Prefixes as UPDATE, MP_REACH_NLRI and MP_UNREACH_NLRI carry them (RFC 4271 4.3, RFC 4760 5):
 *   +--------------------------------+----------------+----------------------------+
 *   | path identifier (4, ADD-PATH)  | length in bits | as many octets as it takes |
 *   +--------------------------------+----------------+----------------------------+
 * The path identifier is there where ADD-PATH was negotiated (RFC 7911 3). Bits after
 * the length mean nothing: they are read as zeros.
 */

/** True where [at, end) is a run of whole prefixes of at most `maxBits` bits (RFC 7606 5.3). */
export function isNlri(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxBits: number,
  hasPathIds: boolean,
): boolean {
  let at = start;
  if (hasPathIds) {
    while (at + 4 < end) {
      const bits = bytes[at + 4]!;
      if (bits > maxBits) return false;
      at += 5 + ((bits + 7) >> 3);
    }
  } else {
    while (at < end) {
      const bits = bytes[at]!;
      if (bits > maxBits) return false;
      at += 1 + ((bits + 7) >> 3);
    }
  }
  return at === end;
}

/** The network bits of an IPv4 prefix. A shift by 32 bits would be none. */
export const ipv4Mask = (bits: number): number => (bits === 0 ? 0 : -1 << (32 - bits));

/**
 * Reads the IPv4 prefixes in [start, end), checked before and without path identifiers, into `addresses` (signed words)
 * and `lengths` from `count` on; returns the count after them. Four octets may be read after `end`.
 */
export function readIpv4Nlri(
  view: DataView,
  start: number,
  end: number,
  addresses: Int32Array,
  lengths: Int32Array,
  count: number,
): number {
  let next = count;
  for (let at = start; at < end; next++) {
    const bits = view.getUint8(at);
    addresses[next] = view.getInt32(at + 1) & ipv4Mask(bits);
    lengths[next] = bits;
    at += 1 + ((bits + 7) >> 3);
  }
  return next;
}

/** Word `index` (0 to 3) of an address of `bits` bits whose octets begin at `at`; unsigned, zero-padded. */
export function prefixWord(bytes: Uint8Array, at: number, bits: number, index: number): number {
  const bitsHere = bits - 32 * index;
  if (bitsHere <= 0) return 0;
  const from = at + 4 * index;
  if (bitsHere >= 32) {
    return (
      ((bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!) >>> 0
    );
  }
  let word = bytes[from]! << 24;
  if (bitsHere > 8) word |= bytes[from + 1]! << 16;
  if (bitsHere > 16) word |= bytes[from + 2]! << 8;
  if (bitsHere > 24) word |= bytes[from + 3]!;
  return (word & (-1 << (32 - bitsHere))) >>> 0;
}
