/** Valid MRT records of every kind that is read, small enough to read here. */

export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];

/** An MRT record (RFC 6396 2). */
export const record = (type: number, subtype: number, message: readonly number[], second = 1_400_000_000) =>
  Uint8Array.from([...u32(second), ...u16(type), ...u16(subtype), ...u32(message.length), ...message]);

const peerIpv4 = [192, 0, 2, 1];
const localIpv4 = [192, 0, 2, 254];
const peerIpv6 = [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1];
const localIpv6 = [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 254];

/** BGP4MP up to the addresses; 2 or 4 octets an AS number. */
const session = (asnBytes: 2 | 4, isIpv6 = false): number[] => [
  ...(asnBytes === 2 ? [...u16(64500), ...u16(64999)] : [...u32(4_200_000_001), ...u32(64999)]),
  ...u16(0),
  ...(isIpv6 ? [...u16(2), ...peerIpv6, ...localIpv6] : [...u16(1), ...peerIpv4, ...localIpv4]),
];

/** A BGP message (RFC 4271 4.1). */
export const message = (type: number, body: readonly number[]): number[] => [
  ...Array(16).fill(255),
  ...u16(19 + body.length),
  type,
  ...body,
];

export const update = (
  withdrawn: readonly number[],
  attributes: readonly number[],
  nlri: readonly number[],
): number[] => [...u16(withdrawn.length), ...withdrawn, ...u16(attributes.length), ...attributes, ...nlri];

export const attribute = (flags: number, type: number, value: readonly number[]): number[] =>
  (flags & 0x10) === 0
    ? [flags, type, value.length, ...value]
    : [flags, type, ...u16(value.length), ...value];

export const origin = attribute(0x40, 1, [0]);
export const nextHop = attribute(0x40, 3, peerIpv4);
/** 64500 64501, and the set {64502, 64503}. */
export const asPath2 = attribute(0x40, 2, [
  2,
  2,
  ...u16(64500),
  ...u16(64501),
  1,
  2,
  ...u16(64502),
  ...u16(64503),
]);
export const asPath4 = attribute(0x50, 2, [2, 2, ...u32(4_200_000_001), ...u32(64501)]);
const asPathWithTrans = attribute(0x40, 2, [2, 3, ...u16(64500), ...u16(23456), ...u16(23456)]);
const as4Path = attribute(0xc0, 17, [2, 2, ...u32(4_200_000_002), ...u32(4_200_000_003)]);
const others = [
  ...attribute(0x80, 4, u32(10)),
  ...attribute(0x40, 5, u32(100)),
  ...attribute(0x40, 6, []),
  ...attribute(0xc0, 8, [...u32(0xffffff01), ...u16(64500), ...u16(7)]),
  ...attribute(0xc0, 16, [0, 2, ...u16(64500), ...u32(1)]),
  ...attribute(0xc0, 32, [...u32(64500), ...u32(1), ...u32(2)]),
];
const aggregator2 = attribute(0xc0, 7, [...u16(23456), ...peerIpv4]);
const as4Aggregator = attribute(0xc0, 18, [...u32(4_200_000_003), ...peerIpv4]);

/** 198.51.100.0/24, 203.0.113.128/25 and 0.0.0.0/0. */
export const nlri4 = [24, 198, 51, 100, 25, 203, 0, 113, 128, 0];
const nlri4WithIds = [...u32(7), 24, 198, 51, 100, ...u32(8), 0];
/** 2001:db8::/32 and 2001:db8:0:1::/64. */
const nlri6 = [32, 0x20, 1, 0xd, 0xb8, 64, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 1];
const nlri6WithIds = [...u32(9), 32, 0x20, 1, 0xd, 0xb8];

export const mpReach = (
  afi: number,
  safi: number,
  hop: readonly number[],
  nlri: readonly number[],
): number[] => attribute(0x90, 14, [...u16(afi), safi, hop.length, ...hop, 0, ...nlri]);
export const mpUnreach = (afi: number, safi: number, nlri: readonly number[]): number[] =>
  attribute(0x90, 15, [...u16(afi), safi, ...nlri]);

const update2 = update(nlri4, [...origin, ...asPath2, ...nextHop, ...others], nlri4);
const updateMerged = update(
  [],
  [...origin, ...asPathWithTrans, ...nextHop, ...aggregator2, ...as4Path, ...as4Aggregator],
  nlri4,
);
const update4 = update([], [...origin, ...asPath4, ...nextHop, ...others], nlri4);
const update6 = update(
  [],
  [...mpUnreach(2, 1, nlri6), ...mpReach(2, 1, [...peerIpv6, ...localIpv6], nlri6), ...origin, ...asPath4],
  [],
);
const updateMulticast = update([], [...mpReach(1, 2, peerIpv4, nlri4), ...origin, ...asPath4], []);
const updateWithIds = update(
  nlri4WithIds,
  [...origin, ...asPath4, ...nextHop, ...mpReach(2, 1, peerIpv6, nlri6WithIds)],
  nlri4WithIds,
);

/** Two peers: 192.0.2.1 AS64500 and 2001:db8::1 AS4200000001. */
export const peerIndexTable = record(13, 1, [
  ...[1, 1, 1, 1, ...u16(4), 116, 101, 115, 116, ...u16(2)],
  ...[0, 1, 1, 1, 1, ...peerIpv4, ...u16(64500)],
  ...[3, 2, 2, 2, 2, ...peerIpv6, ...u32(4_200_000_001)],
]);

const ribEntry = (peer: number, attributes: readonly number[], pathId: readonly number[] = []): number[] => [
  ...u16(peer),
  ...u32(1_399_999_999),
  ...pathId,
  ...u16(attributes.length),
  ...attributes,
];
const ribAttributes = [...origin, ...asPath4, ...nextHop, ...others];
/** The short form of MP_REACH_NLRI (RFC 6396 4.3.4). */
const ribAttributes6 = [...origin, ...asPath4, ...attribute(0x80, 14, [16, ...peerIpv6])];
const entries = (...all: readonly (readonly number[])[]): number[] => [...u16(all.length), ...all.flat()];
const rib4 = [
  ...u32(0),
  24,
  198,
  51,
  100,
  ...entries(ribEntry(0, ribAttributes), ribEntry(1, ribAttributes)),
];
const rib6 = [...u32(1), 32, 0x20, 1, 0xd, 0xb8, ...entries(ribEntry(1, ribAttributes6))];
const ribGeneric = [...u32(2), ...u16(2), 1, 32, 0x20, 1, 0xd, 0xb8, ...entries(ribEntry(0, ribAttributes6))];

const tableDump = (isIpv6: boolean): number[] => [
  ...[
    ...u16(0),
    ...u16(1),
    ...(isIpv6 ? [0x20, 1, 0xd, 0xb8, ...Array(12).fill(0), 32] : [198, 51, 100, 0, 24]),
    1,
  ],
  ...[...u32(1_399_999_999), ...(isIpv6 ? peerIpv6 : peerIpv4), ...u16(64500)],
  ...u16(origin.length + asPath2.length + nextHop.length),
  ...[...origin, ...asPath2, ...nextHop],
];

/** In an order in which they may stand in one file: RIB records after their peers. */
export const sampleRecords: readonly Uint8Array[] = [
  record(16, 1, [...session(2), ...message(2, update2)]),
  record(16, 1, [...session(2), ...message(2, updateMerged)]),
  record(16, 4, [...session(4), ...message(2, update4)]),
  record(16, 4, [...session(4, true), ...message(2, update6)]),
  record(16, 4, [...session(4), ...message(2, updateMulticast)]),
  record(16, 4, [...session(4), ...message(4, [])]),
  record(17, 4, [...u32(123_456), ...session(4), ...message(2, update4)]),
  record(17, 7, [...u32(7), ...session(4), ...message(2, update4)]),
  record(16, 9, [...session(4), ...message(2, updateWithIds)]),
  record(16, 0, [...session(2), ...u16(6), ...u16(1)]),
  record(16, 5, [...session(4, true), ...u16(5), ...u16(6)]),
  record(12, 1, tableDump(false)),
  record(12, 2, tableDump(true)),
  record(5, 1, [...u16(64500), ...peerIpv4, ...u16(64999), ...localIpv4, ...update2]),
  record(5, 3, [...u16(64500), ...peerIpv4, ...u16(6), ...u16(1)]),
  peerIndexTable,
  record(13, 2, rib4),
  record(13, 4, rib6),
  record(13, 6, ribGeneric),
  record(13, 8, [...u32(3), 24, 198, 51, 100, ...entries(ribEntry(0, ribAttributes, u32(5)))]),
];
