/**
 * CLUSTER_LIST (RFC 4456 8), type 10: four octets each.
 * Malformed if the length is 0 or no multiple of 4: treat-as-withdraw from an internal
 * peer. From an external one it is discarded, whatever it holds (RFC 7606 7.10).
 */
export const isClusterList = (start: number, end: number, isExternal: boolean): boolean =>
  !isExternal && end > start && (end - start) % 4 === 0;
