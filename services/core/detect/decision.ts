import type { Anomaly } from '../contract/anomalies.ts';

/**
 * True of the change with which an incident comes to be what it is told as: its measures met its rule. Those of later
 * changes need not, and those of its end are the recovery's.
 */
export const isDecision = (before: Anomaly | undefined, now: Anomaly): boolean =>
  before === undefined || (now.transition !== 'closed' && now.kind !== before.kind);
