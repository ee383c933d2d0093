/**
 * MULTI_EXIT_DISC (RFC 4271 4.3 d), type 4: four octets.
 * Malformed if the length is not 4: treat-as-withdraw (RFC 7606 7.4).
 */
import type { Outcome } from './error-handling.ts';

export const checkMultiExitDisc = (start: number, end: number): Outcome =>
  end - start === 4 ? 'accept' : 'treatAsWithdraw';
