/**
 * CLUSTER_LIST (RFC 4456 8), type 10: four octets each.
 * From an external peer it is discarded, whatever it holds; else malformed if the length
 * is 0 or no multiple of 4: treat-as-withdraw (RFC 7606 7.10).
 */
import type { Outcome } from './error-handling.ts';

export function checkClusterList(start: number, end: number, isExternal: boolean): Outcome {
  if (isExternal) return 'attributeDiscard';
  return end > start && (end - start) % 4 === 0 ? 'accept' : 'treatAsWithdraw';
}
