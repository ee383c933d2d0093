/** States of a session that are told apart (RFC 4271 8.2.2). */
export const sessionState = { idle: 1, openConfirm: 5, established: 6 } as const;

/**
 * A state of a session (RFC 6396 4.4.1): 1 Idle to 6 Established (RFC 4271 8.2.2), two octets.
 * Quagga also writes 0 where it knows none, 7 (Clearing) and 8 (Deleted).
 */
export const isSessionState = (state: number): boolean => state <= 8;
