import { attributeType } from './attribute-type.ts';

/**
 * What follows from a malformed path attribute (RFC 7606 2), weakest first:
 *   attributeDiscard  the attribute is left out, the UPDATE is used
 *   treatAsWithdraw   its announced routes count as withdrawn
 *   sessionReset      its routes cannot be found: the whole message is refused
 * "AFI/SAFI disable" is not used: a collector's archive has no session to disable.
 */
export const outcomes = ['accept', 'attributeDiscard', 'treatAsWithdraw', 'sessionReset'] as const;
export type Outcome = (typeof outcomes)[number];

/** The outcome of a malformed attribute that carries no routes; each element's file names the section. */
export function malformedOutcome(type: number, isExternal: boolean): Outcome {
  switch (type) {
    case attributeType.atomicAggregate:
    case attributeType.aggregator:
    case attributeType.as4Path:
    case attributeType.as4Aggregator:
      return 'attributeDiscard';
    case attributeType.localPref:
    case attributeType.originatorId:
    case attributeType.clusterList:
      return isExternal ? 'attributeDiscard' : 'treatAsWithdraw';
    default:
      return 'treatAsWithdraw';
  }
}

/** Why a BGP message is refused whole. */
export const messageRefusals = [
  /** The marker is not all ones (RFC 4271 4.1). */
  'marker',
  /** The message's length is below what its type needs. */
  'messageLength',
  /** The message is longer than the record that holds it: cut by the collector. */
  'messageLongerThanRecord',
  /** A message type that neither RFC 4271 nor RFC 2918 and its drafts know. */
  'messageType',
  /** Withdrawn Routes Length exceeds the message. */
  'withdrawnRoutesLength',
  /** Total Path Attribute Length exceeds the message. */
  'attributesLength',
  /** A prefix that is too long, or runs over the end of its field (RFC 7606 5.3). */
  'withdrawnRoutes',
  'nlri',
  'mpReachNlri',
  'mpUnreachNlri',
  /** MP_REACH_NLRI or MP_UNREACH_NLRI twice (RFC 7606 3 g). */
  'duplicateMpAttribute',
] as const;
export type MessageRefusal = (typeof messageRefusals)[number];
