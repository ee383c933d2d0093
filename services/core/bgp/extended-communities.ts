/**
 * EXTENDED_COMMUNITIES (RFC 4360 2), type 16: eight octets each.
 * Malformed if the length is 0 or no multiple of 8: treat-as-withdraw (RFC 7606 7.14).
 */
export const isExtendedCommunities = (start: number, end: number): boolean =>
  end > start && (end - start) % 8 === 0;
