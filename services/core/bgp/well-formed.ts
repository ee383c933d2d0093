import { isAggregator } from './aggregator.ts';
import { isAsPath } from './as-path.ts';
import { isAs4Aggregator } from './as4-aggregator.ts';
import { isAs4Path } from './as4-path.ts';
import { isAtomicAggregate } from './atomic-aggregate.ts';
import { attributeType } from './attribute-type.ts';
import { isClusterList } from './cluster-list.ts';
import { isCommunities } from './communities.ts';
import { isExtendedCommunities } from './extended-communities.ts';
import { isLargeCommunities } from './large-communities.ts';
import { isLocalPref } from './local-pref.ts';
import { isMultiExitDisc } from './multi-exit-disc.ts';
import { isNextHop } from './next-hop.ts';
import { isOrigin } from './origin.ts';
import { isOriginatorId } from './originator-id.ts';

/** True where the value in [start, end) is what its type asks for. Not for the two types that carry routes. */
export function isWellFormed(
  bytes: Uint8Array,
  type: number,
  start: number,
  end: number,
  asnBytes: number,
  isExternal: boolean,
): boolean {
  switch (type) {
    case attributeType.origin:
      return isOrigin(bytes, start, end);
    case attributeType.asPath:
      return isAsPath(bytes, start, end, asnBytes);
    case attributeType.nextHop:
      return isNextHop(start, end);
    case attributeType.multiExitDisc:
      return isMultiExitDisc(start, end);
    case attributeType.localPref:
      return isLocalPref(start, end);
    case attributeType.atomicAggregate:
      return isAtomicAggregate(start, end);
    case attributeType.aggregator:
      return isAggregator(start, end, asnBytes);
    case attributeType.communities:
      return isCommunities(start, end);
    case attributeType.originatorId:
      return isOriginatorId(start, end, isExternal);
    case attributeType.clusterList:
      return isClusterList(start, end, isExternal);
    case attributeType.extendedCommunities:
      return isExtendedCommunities(start, end);
    case attributeType.as4Path:
      return isAs4Path(bytes, start, end, asnBytes);
    case attributeType.as4Aggregator:
      return isAs4Aggregator(start, end, asnBytes);
    case attributeType.largeCommunities:
      return isLargeCommunities(start, end);
    default:
      return false;
  }
}
