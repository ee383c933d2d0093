import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MrtCursor, MrtVisitor, RefusalReason } from './visitor.ts';
import { MrtWalker } from './walk.ts';

const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];

/** |timestamp 1000|type|subtype|length|message| */
const record = (type: number, subtype: number, ...message: number[]): number[] => [
  ...[...u32(1000), ...u16(type), ...u16(subtype), ...u32(message.length)],
  ...message,
];
const peer = [192, 0, 2, 1];
/** |peer AS 64500|local AS 64999|interface 0|AFI 1|192.0.2.1|192.0.2.254| */
const session = [...u16(64500), ...u16(64999), 0, 0, 0, 1, ...peer, 192, 0, 2, 254];
/** |marker|length|type|body| */
const message = (type: number, ...body: number[]): number[] => [
  ...[...Array(16).fill(255), ...u16(19 + body.length), type],
  ...body,
];
/** ORIGIN IGP, AS_PATH 64500 64501, NEXT_HOP 192.0.2.1 */
const attributes = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 2, 251, 244, 251, 245, 0x40, 3, 4, ...peer];
/** |withdrawn 10/8|attributes|198.51.100/24| */
const update = [...u16(2), 8, 10, ...u16(attributes.length), ...attributes, 24, 198, 51, 100];
const updateRecord = record(16, 1, ...session, ...message(2, ...update));

/** What is told, one word a call: routes as prefix, origin AS and path identifier. */
class Told implements MrtVisitor {
  readonly calls: string[] = [];

  beginUpdate(cursor: MrtCursor): void {
    const { second, microsecond, peerAs, peerAddress0, isRib } = cursor;
    this.calls.push(
      `begin ${second}.${microsecond} ${peerAs} ${peerAddress0.toString(16)}${isRib ? ' rib' : ''}`,
    );
  }
  withdrawIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.calls.push(`withdraw ${address.toString(16)}/${length} ${pathId} safi ${cursor.safi}`);
  }
  announceIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.calls.push(`announce ${address.toString(16)}/${length} ${pathId} from ${cursor.originAs()}`);
  }
  withdrawIpv6(_: MrtCursor, w0: number, w1: number, w2: number, w3: number, length: number): void {
    this.calls.push(`withdraw ${[w0, w1, w2, w3].map((word) => word.toString(16)).join(':')}/${length}`);
  }
  announceIpv6(cursor: MrtCursor, w0: number, w1: number, w2: number, w3: number, length: number): void {
    const words = [w0, w1, w2, w3].map((word) => word.toString(16)).join(':');
    this.calls.push(`announce ${words}/${length} from ${cursor.originAs()}`);
  }
  endUpdate(): void {
    this.calls.push('end');
  }
  stateChange(cursor: MrtCursor, oldState: number, newState: number): void {
    this.calls.push(`state ${cursor.peerAs} ${oldState} ${newState}`);
  }
  refuse(_: MrtCursor, reason: RefusalReason): void {
    this.calls.push(`refuse ${reason}`);
  }
}

function told(...octets: number[]): string[] {
  const visitor = new Told();
  assert.equal(new MrtWalker(visitor).walk(Uint8Array.from(octets)), octets.length);
  return visitor.calls;
}

const ofUpdate = [
  'begin 1000.0 64500 c0000201',
  'withdraw a000000/8 0 safi 1',
  'announce c6336400/24 0 from 64501',
  'end',
];

test('an UPDATE: withdrawn routes, then announced ones', () => {
  assert.deepEqual(told(...updateRecord), ofUpdate);
});

test('BGP4MP_ET has microseconds first', () => {
  const calls = told(...record(17, 1, ...u32(250_000), ...session, ...message(2, ...update)));
  assert.deepEqual(calls, ['begin 1000.250000 64500 c0000201', ...ofUpdate.slice(1)]);
});

test('a record that is not whole is left for the next call', () => {
  const bytes = Uint8Array.from([...updateRecord, ...updateRecord]);
  const visitor = new Told();
  const walker = new MrtWalker(visitor);
  for (const to of [5, updateRecord.length - 1, updateRecord.length]) {
    assert.equal(walker.walk(bytes, 0, to), to === updateRecord.length ? to : 0);
  }
  assert.deepEqual(visitor.calls, ofUpdate);
  assert.equal(walker.walk(bytes, updateRecord.length, bytes.length - 1), updateRecord.length);
  assert.deepEqual(visitor.calls, ofUpdate);
});

test('states of a session', () => {
  assert.deepEqual(told(...record(16, 0, ...session, 0, 6, 0, 1)), ['state 64500 6 1']);
  assert.deepEqual(told(...record(16, 0, ...session, 0, 6, 0, 9)), ['refuse sessionState']);
  assert.deepEqual(told(...record(5, 3, ...u16(64500), ...peer, 0, 6, 0, 1)), ['state 64500 6 1']);
});

test('other messages are not told, and not refused', () => {
  for (const type of [1, 3, 4, 5, 128])
    assert.deepEqual(told(...record(16, 1, ...session, ...message(type))), []);
});

test('every refusal has its reason, and the next record is read', () => {
  const body = (...octets: number[]) => record(16, 1, ...session, ...octets);
  const whole = message(2, ...update);
  const cases: readonly [RefusalReason, number[]][] = [
    ['type', record(11, 1)],
    ['subtype', record(16, 2)],
    ['subtype', record(16, 99)],
    ['recordTooShort', record(16, 1, 0, 0)],
    ['recordTooShort', body(255, 255)],
    ['addressFamily', record(16, 1, ...session.with(7, 3), ...whole)],
    ['marker', body(...whole.with(3, 0))],
    ['messageLength', body(...whole.with(16, 0).with(17, 18))],
    ['messageLength', body(...message(2, 0))],
    ['messageLongerThanRecord', body(...whole.slice(0, -1))],
    ['messageType', body(...message(9))],
    ['withdrawnRoutesLength', body(...message(2, 255, 255, ...update.slice(2)))],
    ['attributesLength', body(...message(2, 0, 0, 255, 255))],
    ['withdrawnRoutes', body(...message(2, ...update.with(2, 9)))],
    ['nlri', body(...message(2, ...update.slice(0, -1)))],
    ['mpUnreachNlri', body(...message(2, 0, 0, 0, 5, 0x80, 15, 2, 0, 2))],
    ['mpReachNlri', body(...message(2, 0, 0, 0, 5, 0x80, 14, 2, 0, 2))],
    ['duplicateMpAttribute', body(...message(2, 0, 0, 0, 12, 0x80, 15, 3, 0, 2, 1, 0x80, 15, 3, 0, 2, 1))],
    ['peerIndexTableMissing', record(13, 2, ...u32(0), 0, 0, 0)],
    ['peerIndexTable', record(13, 1, ...u32(0), 0, 0, 0, 1)],
    ['prefixLength', record(13, 2, ...u32(0), 33, 0, 0)],
  ];
  for (const [reason, octets] of cases) {
    assert.deepEqual(told(...octets, ...updateRecord), [`refuse ${reason}`, ...ofUpdate], reason);
  }
});

test('a malformed attribute makes the announced routes withdrawn (RFC 7606 2)', () => {
  const badOrigin = attributes.with(3, 9);
  const octets = [...u16(0), ...u16(badOrigin.length), ...badOrigin, 24, 198, 51, 100];
  assert.deepEqual(told(...record(16, 1, ...session, ...message(2, ...octets))), [
    'begin 1000.0 64500 c0000201',
    'withdraw c6336400/24 0 safi 1',
    'end',
  ]);
});

test('MP_REACH_NLRI and MP_UNREACH_NLRI of both families, unicast and multicast', () => {
  /** |AFI 2|SAFI 1|next hop|0|2001:db8::/32| and |AFI 1|SAFI 2|10/8| */
  const reach = [0x80, 14, 26, 0, 2, 1, 16, ...Array(16).fill(1), 0, 32, 0x20, 1, 0xd, 0xb8];
  const unreach = [0x80, 15, 5, 0, 1, 2, 8, 10];
  const all = [...attributes.slice(0, 13), ...reach, ...unreach];
  const octets = [0, 0, ...u16(all.length), ...all];
  assert.deepEqual(told(...record(16, 1, ...session, ...message(2, ...octets))), [
    'begin 1000.0 64500 c0000201',
    'withdraw a000000/8 0 safi 2',
    'announce 20010db8:0:0:0/32 from 64501',
    'end',
  ]);
});

test('with ADD-PATH every prefix has its path identifier', () => {
  const octets = [...u16(0), ...u16(attributes.length), ...attributes, ...u32(7), 8, 10, ...u32(8), 8, 11];
  const calls = told(...record(16, 8, ...session, ...message(2, ...octets)));
  assert.deepEqual(calls.slice(1, 3), ['announce a000000/8 7 from 64501', 'announce b000000/8 8 from 64501']);
});

/** Two peers: |0|BGP ID|192.0.2.1|64500| and |3: IPv6, four octets|BGP ID|2001:db8::1|4200000001| */
const peers = [
  ...[0, ...u32(1), ...peer, ...u16(64500)],
  ...[3, ...u32(2), 0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1, ...u32(4_200_000_001)],
];
const peerIndexTable = record(13, 1, ...u32(0), 0, 0, ...u16(2), ...peers);
/** ORIGIN, AS_PATH 4200000001 of four octets */
const ribAttributes = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, ...u32(4_200_000_001)];
const entry = (index: number): number[] => [
  ...u16(index),
  ...u32(0),
  ...u16(ribAttributes.length),
  ...ribAttributes,
];
const rib = (...indexes: number[]): number[] =>
  record(13, 2, ...u32(0), 8, 10, ...u16(indexes.length), ...indexes.flatMap(entry));

test('a RIB record tells each entry as an UPDATE of its own peer', () => {
  assert.deepEqual(told(...peerIndexTable, ...rib(0, 1)), [
    'begin 1000.0 64500 c0000201 rib',
    'announce a000000/8 0 from 4200000001',
    'end',
    'begin 1000.0 4200000001 20010db8 rib',
    'announce a000000/8 0 from 4200000001',
    'end',
  ]);
});

test('a RIB record with one wrong entry is refused whole', () => {
  assert.deepEqual(told(...peerIndexTable, ...rib(0, 2)), ['refuse peerIndex']);
  const cut = record(13, 2, ...u32(0), 8, 10, ...u16(2), ...entry(0), ...entry(1).slice(0, -1));
  assert.deepEqual(told(...peerIndexTable, ...cut), ['refuse ribEntry']);
});

test('after a malformed PEER_INDEX_TABLE the old one is not used', () => {
  const malformed = record(13, 1, ...u32(0), 0, 0, ...u16(3), ...peers);
  assert.deepEqual(told(...peerIndexTable, ...malformed, ...rib(0)), [
    'refuse peerIndexTable',
    'refuse peerIndexTableMissing',
  ]);
});

test('a PEER_INDEX_TABLE outlives the bytes it came in', () => {
  const visitor = new Told();
  const walker = new MrtWalker(visitor);
  const bytes = Uint8Array.from(peerIndexTable);
  walker.walk(bytes);
  bytes.fill(255);
  walker.walk(Uint8Array.from(rib(0)));
  assert.equal(visitor.calls[0], 'begin 1000.0 64500 c0000201 rib');
});

test('TABLE_DUMP: one route of one peer', () => {
  const dumped = [...u16(0), ...u16(1), 10, 0, 0, 0, 8, 1, ...u32(0), ...peer, ...u16(64500)];
  const octets = record(12, 1, ...dumped, ...u16(attributes.length), ...attributes);
  assert.deepEqual(told(...octets), [
    'begin 1000.0 64500 c0000201 rib',
    'announce a000000/8 0 from 64501',
    'end',
  ]);
  assert.deepEqual(told(...octets.with(20, 33)), ['refuse prefixLength']);
});

test('the deprecated type BGP has no message header', () => {
  const octets = record(5, 1, ...u16(64500), ...peer, ...u16(64999), 192, 0, 2, 254, ...update);
  assert.deepEqual(told(...octets), ofUpdate);
});
