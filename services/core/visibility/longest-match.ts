import { findHolding } from './holding-prefix.ts';
import { down, expected, known, stateMask, unjudged, up } from './prefix-flags.ts';
import type { PrefixRecords } from './prefix-records.ts';
import { noPrefix } from './prefix-table.ts';

/**
 * Id of the prefix that says whose an address is, noPrefix where none does: the longest visible one that holds it. Whose probes fail in an
 * outage is the AS that lost the prefix, and no other. So where nothing is visible it is the longest that was lost and is still expected;
 * and before that comes a longer one of `originAs`, the AS that the address is said to be of, that this AS has lost: the route that covers
 * it may be another's. (What a stranger announced for an hour, and withdrew, is no such one.)
 */
export function longestMatch(records: PrefixRecords, address: Uint32Array, originAs: number): number {
  const { array } = records;
  let lost = noPrefix;
  const found = findHolding(records, address, 0, 32 * records.table.addressWords, (id) => {
    if (isVisible(records, id)) return true;
    if (!isLost(records, id)) return false;
    if (lost === noPrefix) lost = id;
    return array.owner(id) === originAs;
  });
  return found === noPrefix ? lost : found;
}

export const isLost = ({ array }: PrefixRecords, id: number): boolean =>
  (array.flags(id) & stateMask) === down && array.has(id, expected);

/** As far as it can be judged: where there are too few peers for that, a route is enough. */
function isVisible(records: PrefixRecords, id: number): boolean {
  const flags = records.array.flags(id);
  if ((flags & known) === 0) return false;
  const state = flags & stateMask;
  return state === up || (state === unjudged && records.isHeld(id));
}
