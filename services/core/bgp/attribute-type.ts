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
export type AttributeType = (typeof attributeType)[keyof typeof attributeType];

export const highestType = 32;

export const carriesRoutes = (type: number): boolean =>
  type === attributeType.mpReachNlri || type === attributeType.mpUnreachNlri;

const wellKnown = 0x40;
const optional = 0x80;
const optionalTransitive = 0xc0;

/** By type, what its Optional and Transitive flags must be (RFC 7606 3 c); 0 where the type is not read here. */
export const flagsOfType = new Uint8Array(256);
for (const type of [1, 2, 3, 5, 6]) flagsOfType[type] = wellKnown;
for (const type of [4, 9, 10, 14, 15]) flagsOfType[type] = optional;
for (const type of [7, 8, 16, 17, 18, 32]) flagsOfType[type] = optionalTransitive;
