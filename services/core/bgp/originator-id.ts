/**
 * ORIGINATOR_ID (RFC 4456 8), type 9: the BGP identifier of a router of the peer's AS.
 * Malformed if the length is not 4: treat-as-withdraw from an internal peer. From an
 * external one it is discarded, whatever it holds (RFC 7606 7.9).
 */
export const isOriginatorId = (start: number, end: number, isExternal: boolean): boolean =>
  !isExternal && end - start === 4;
