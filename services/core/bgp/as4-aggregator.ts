/**
 * AS4_AGGREGATOR (RFC 6793 3), type 18: a four-octet AS number and an IPv4 address.
 * Malformed if the length is not 8: attribute discard (RFC 6793 6). Between speakers that
 * both use four octets it has no place, and is discarded (RFC 6793 4.1).
 */
export const isAs4Aggregator = (start: number, end: number, asnBytes: number): boolean =>
  end - start === 8 && asnBytes === 2;
