/**
 * ORIGINATOR_ID (RFC 4456 8), type 9: the BGP identifier of a router of the peer's AS.
 * From an external peer it is discarded, whatever it holds; else malformed if the length
 * is not 4: treat-as-withdraw (RFC 7606 7.9).
 */
import type { Outcome } from './error-handling.ts';

export function checkOriginatorId(start: number, end: number, isExternal: boolean): Outcome {
  if (isExternal) return 'attributeDiscard';
  return end - start === 4 ? 'accept' : 'treatAsWithdraw';
}
