/**
 * EXTENDED_COMMUNITIES (RFC 4360 2), type 16: eight octets each.
 * Malformed if the length is 0 or no multiple of 8: treat-as-withdraw (RFC 7606 7.14).
 */
import type { Outcome } from './error-handling.ts';

export const checkExtendedCommunities = (start: number, end: number): Outcome =>
  end > start && (end - start) % 8 === 0 ? 'accept' : 'treatAsWithdraw';
