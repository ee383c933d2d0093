/**
 * ORIGIN (RFC 4271 4.3 a), type 1: one octet, 0 IGP, 1 EGP, 2 INCOMPLETE.
 * Malformed if the length is not 1 or the value undefined: treat-as-withdraw (RFC 7606 7.1).
 */
import type { Outcome } from './error-handling.ts';

export const checkOrigin = (bytes: Uint8Array, start: number, end: number): Outcome =>
  end - start === 1 && bytes[start]! <= 2 ? 'accept' : 'treatAsWithdraw';
