/**
 * ATOMIC_AGGREGATE (RFC 4271 4.3 f), type 6: no octets.
 * Malformed if the length is not 0: attribute discard (RFC 7606 7.6).
 */
export const isAtomicAggregate = (start: number, end: number): boolean => end === start;
