import type { EventMinute } from '../event-time.ts';
import type { AdjRibIn } from './adj-rib-in.ts';

/** A table transfer: so large a part of a table of at least so many routes is announced again within the windows. */
const leastRoutes = 100;
const leastShare = 0.5;
/** It is over so long after it was seen. */
const transferMinutes = 30;
/**
 * A transfer that left more of the table than this was none, but much churn in a table of which little is known
 * yet: a transfer holds nearly all of it. Nothing is dropped then.
 */
const largestStaleShare = 0.1;

/**
 * Looks, at the end of a minute, whether a peer is sending its whole table again without having lost its
 * session (Zhang et al. 2005). What it has not sent by the end is stale: returns true when it is time to drop that.
 * A table that only grows (a cold start) is none: what counts are routes that were there already.
 */
export function transferEnds(rib: AdjRibIn, minute: EventMinute): boolean {
  if (rib.transferMinute !== 0) {
    if (minute < rib.transferMinute + transferMinutes) return false;
    rib.transferMinute = 0;
    return true;
  }
  const seen = rib.routes >= leastRoutes && rib.reannounced >= leastShare * rib.routes;
  if (seen && rib.dumpRole === 'none') {
    rib.transferMinute = minute;
    rib.startMarking(true);
  }
  return false;
}

/** Whether routes that were not refreshed, of all that the table has, are few enough to be called stale. */
export const isStale = (missing: number, routes: number): boolean => missing <= largestStaleShare * routes;
