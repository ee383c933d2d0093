/**
 * COMMUNITIES (RFC 1997), type 8: four octets each, usually read as AS:value.
 * Malformed if the length is 0 or no multiple of 4: treat-as-withdraw (RFC 7606 7.8).
 */
export const isCommunities = (start: number, end: number): boolean => end > start && (end - start) % 4 === 0;
