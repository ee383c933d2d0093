/**
 * ORIGIN (RFC 4271 4.3 a), type 1: one octet, 0 IGP, 1 EGP, 2 INCOMPLETE.
 * Malformed if the length is not 1 or the value undefined: treat-as-withdraw (RFC 7606 7.1).
 */
export const isOrigin = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start === 1 && bytes[start]! <= 2;
