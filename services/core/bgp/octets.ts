/** Big-endian integers of the wire. The caller has checked that the octets are there. */
export const u16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

/** Unsigned. */
export const u32 = (bytes: Uint8Array, at: number): number => i32(bytes, at) >>> 0;

/** The same 32 bits as a signed number, which costs nothing to pass on or mask. */
export const i32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
