/**
 * LARGE_COMMUNITY (RFC 8092 3), type 32: three times four octets each.
 * Malformed if the length is 0 or no multiple of 12: treat-as-withdraw (RFC 8092 6).
 */
export const isLargeCommunities = (start: number, end: number): boolean =>
  end > start && (end - start) % 12 === 0;
