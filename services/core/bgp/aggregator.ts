/**
 * AGGREGATOR (RFC 4271 4.3 g, RFC 6793 3), type 7:
 *   +-----------------+--------------+
 *   | AS (2 or 4)     | IPv4 address |
 *   +-----------------+--------------+
 * Malformed if the length is not 6, or 8 where AS numbers have four octets: attribute discard (RFC 7606 7.7).
 */
export const isAggregator = (start: number, end: number, asnBytes: number): boolean =>
  end - start === asnBytes + 4;
