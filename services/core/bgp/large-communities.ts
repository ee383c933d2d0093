/**
 * LARGE_COMMUNITY (RFC 8092 3), type 32: three times four octets each.
 * Malformed if the length is 0 or no multiple of 12: treat-as-withdraw (RFC 8092 6).
 */
import type { Outcome } from './error-handling.ts';

export const checkLargeCommunities = (start: number, end: number): Outcome =>
  end > start && (end - start) % 12 === 0 ? 'accept' : 'treatAsWithdraw';
