/**
 * MULTI_EXIT_DISC (RFC 4271 4.3 d), type 4: four octets.
 * Malformed if the length is not 4: treat-as-withdraw (RFC 7606 7.4).
 */
export const isMultiExitDisc = (start: number, end: number): boolean => end - start === 4;
