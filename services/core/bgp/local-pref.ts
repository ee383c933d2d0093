/**
 * LOCAL_PREF (RFC 4271 4.3 e), type 5: four octets.
 * Malformed if the length is not 4: treat-as-withdraw from an internal peer; of an external
 * peer the attribute means nothing, and is discarded (RFC 7606 7.5).
 */
export const isLocalPref = (start: number, end: number): boolean => end - start === 4;
