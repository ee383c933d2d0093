/** Types of the path attributes that are read here, and the flags each must have (RFC 4271 4.3, 5). */
export const attributeType = {
  origin: 1,
  asPath: 2,
  nextHop: 3,
  multiExitDisc: 4,
  localPref: 5,
  atomicAggregate: 6,
  aggregator: 7,
  communities: 8,
  originatorId: 9,
  clusterList: 10,
  mpReachNlri: 14,
  mpUnreachNlri: 15,
  extendedCommunities: 16,
  as4Path: 17,
  as4Aggregator: 18,
  largeCommunities: 32,
} as const;
/** Attribute flags (RFC 4271 4.3); of a well-known attribute the Transitive one is set. */
export const optionalFlag = 0x80;
export const transitiveFlag = 0x40;
export const extendedLength = 0x10;

export type AttributeType = (typeof attributeType)[keyof typeof attributeType];

export const carriesRoutes = (type: number): boolean =>
  type === attributeType.mpReachNlri || type === attributeType.mpUnreachNlri;

/** A set of types as bits (type mod 32): the highest type is 32, and there is no type 0. */
const setOf = (...types: readonly AttributeType[]): number =>
  types.reduce((set, type) => set | (1 << type), 0);

const { origin, asPath, nextHop, multiExitDisc, localPref, atomicAggregate, aggregator } = attributeType;
const { communities, originatorId, clusterList, mpReachNlri, mpUnreachNlri } = attributeType;
const { extendedCommunities, as4Path, as4Aggregator, largeCommunities } = attributeType;

const wellKnown = setOf(origin, asPath, nextHop, localPref, atomicAggregate);
const optional = setOf(multiExitDisc, originatorId, clusterList, mpReachNlri, mpUnreachNlri);
const optionalTransitive = setOf(
  aggregator,
  communities,
  extendedCommunities,
  as4Path,
  as4Aggregator,
  largeCommunities,
);
const withOptionalFlag = optional | optionalTransitive;
const withTransitiveFlag = wellKnown | optionalTransitive;

/**
 * By type, what the Optional (0x80) and Transitive (0x40) flags must be (RFC 4271 5, RFC 7606 3 c). No known type
 * has neither: 0 stands for the types that are not read here.
 */
export const flagsOfType: Uint8Array = Uint8Array.from({ length: 256 }, (_, type) =>
  type === 0 || type > largeCommunities
    ? 0
    : (((withOptionalFlag >>> type) & 1) << 7) | (((withTransitiveFlag >>> type) & 1) << 6),
);
