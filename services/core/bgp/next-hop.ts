/**
 * NEXT_HOP (RFC 4271 4.3 c), type 3: an IPv4 address.
 * Malformed if the length is not 4: treat-as-withdraw (RFC 7606 7.3).
 */
export const isNextHop = (start: number, end: number): boolean => end - start === 4;
