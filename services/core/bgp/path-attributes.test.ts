import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attributeType } from './attribute-type.ts';
import { PathAttributes } from './path-attributes.ts';

/** |flags|type|length|value| */
const origin = [0x40, 1, 1, 0];
/** AS_SEQUENCE 64500 64501 */
const asPath = [0x40, 2, 6, 2, 2, 251, 244, 251, 245];
const nextHop = [0x40, 3, 4, 192, 0, 2, 1];
const reach = [0x80, 14, 11, 0, 1, 1, 4, 192, 0, 2, 1, 0, 8, 10];
const unreach = [0x80, 15, 3, 0, 2, 1];

function read(list: readonly number[], asnBytes = 2): PathAttributes {
  const attributes = new PathAttributes();
  attributes.beginBytes(Uint8Array.from([9, 9, ...list, 9, 9]));
  attributes.asnBytes = asnBytes;
  attributes.read(2, 2 + list.length);
  return attributes;
}

test('well-formed attributes are found where they lie', () => {
  const attributes = read([...origin, ...asPath, ...nextHop]);
  attributes.requireMandatory(true);
  assert.equal(attributes.outcome, 'accept');
  assert.equal(attributes.start(attributeType.origin), 5);
  assert.equal(attributes.end(attributeType.origin), 6);
  assert.equal(attributes.start(attributeType.asPath), 9);
  assert.equal(attributes.end(attributeType.asPath), 15);
  assert.equal(attributes.start(attributeType.communities), -1);
  assert.equal(attributes.end(attributeType.communities), -1);
  assert.equal(attributes.originAs(), 64501);
});

test('the length has two octets where flag 0x10 is set', () => {
  const attributes = read([0x50, 2, 0, 6, ...asPath.slice(3), ...origin]);
  assert.equal(attributes.start(attributeType.asPath), 6);
  assert.ok(attributes.has(attributeType.origin));
});

test('each malformed list has its outcome (RFC 7606 3, 4)', () => {
  const cases: readonly [string, readonly number[], string, number][] = [
    ['the value is cut', [...origin, ...asPath.slice(0, -1)], 'treatAsWithdraw', 0],
    ['the header is cut', [...origin, 0x40, 2], 'treatAsWithdraw', 0],
    ['the long header is cut', [...origin, 0x50, 2, 0], 'treatAsWithdraw', 0],
    ['flags of an optional attribute', [0xc0, 1, 1, 0], 'treatAsWithdraw', 1],
    ['flags of a well-known attribute', [0x40, 4, 4, 0, 0, 0, 0], 'treatAsWithdraw', 4],
    ['an undefined ORIGIN', [0x40, 1, 1, 9], 'treatAsWithdraw', 1],
    ['a malformed AGGREGATOR', [0xc0, 7, 1, 0], 'attributeDiscard', 7],
    ['an AGGREGATOR whose flags are wrong too', [0x40, 7, 1, 0], 'treatAsWithdraw', 7],
    ['a second ORIGIN', [...origin, ...origin], 'attributeDiscard', 1],
    ['a second MP_REACH_NLRI', [...reach, ...reach], 'sessionReset', 14],
    ['a second MP_UNREACH_NLRI', [...unreach, ...unreach], 'sessionReset', 15],
    ['a malformed MP_REACH_NLRI', reach.with(2, 10).slice(0, -1), 'sessionReset', 14],
    ['wrong flags of MP_REACH_NLRI', reach.with(0, 0xc0), 'treatAsWithdraw', 14],
    ['the strongest counts', [0xc0, 7, 1, 0, 0x40, 1, 1, 9], 'treatAsWithdraw', 1],
    ['an unknown attribute', [0xc0, 99, 2, 1, 2, 0x40, 0, 0], 'accept', 0],
  ];
  for (const [name, list, outcome, type] of cases) {
    const attributes = read(list);
    assert.equal(attributes.outcome, outcome, name);
    assert.equal(attributes.malformedType, type, name);
  }
});

test('of a second attribute the first one is used', () => {
  const attributes = read([0x40, 1, 1, 2, ...origin]);
  assert.equal(attributes.bytes[attributes.start(attributeType.origin)], 2);
  // A first one that is malformed does not make room for the second.
  assert.ok(!read([0x40, 1, 1, 9, ...origin]).has(attributeType.origin));
});

test('routes of an MP attribute with wrong flags stay known', () => {
  assert.ok(read(reach.with(0, 0xc0)).has(attributeType.mpReachNlri));
});

test('mandatory attributes that are missing make a withdrawal (RFC 7606 3 d)', () => {
  for (const [list, missing] of [
    [[...asPath, ...nextHop], attributeType.origin],
    [[...origin, ...nextHop], attributeType.asPath],
    [[...origin, ...asPath], attributeType.nextHop],
  ] as const) {
    const attributes = read(list);
    attributes.requireMandatory(true);
    assert.equal(attributes.outcome, 'treatAsWithdraw');
    assert.equal(attributes.malformedType, missing);
  }
  const attributes = read([...origin, ...asPath]);
  attributes.requireMandatory(false);
  assert.equal(attributes.outcome, 'accept');
});

test('in a table dump nothing is lost: the prefix stands outside', () => {
  const attributes = new PathAttributes();
  attributes.isTableDump = true;
  attributes.beginBytes(Uint8Array.from([...reach, ...reach, ...unreach]));
  attributes.read(0, attributes.bytes.length);
  assert.equal(attributes.outcome, 'treatAsWithdraw');
  assert.ok(!attributes.has(attributeType.mpUnreachNlri));
});

test('an AS4_PATH is merged, unless AGGREGATOR shows that it is stale (RFC 6793 4.2.3)', () => {
  /** AS_SEQUENCE 4200000001 of four octets */
  const as4Path = [0xc0, 17, 6, 2, 1, 250, 86, 234, 1];
  const transPath = [0x40, 2, 6, 2, 2, 251, 244, 91, 160];
  const as4Aggregator = [0xc0, 18, 8, 250, 86, 234, 1, 192, 0, 2, 1];
  const byTrans = [0xc0, 7, 6, 91, 160, 192, 0, 2, 1];
  const byOther = [0xc0, 7, 6, 251, 244, 192, 0, 2, 1];
  const pathOf = (list: readonly number[]) => {
    const into = new Uint32Array(8);
    return [...into.subarray(0, read(list).readPath(into))];
  };
  const merged = [0x202, 64500, 4_200_000_001];
  assert.deepEqual(pathOf([...transPath, ...as4Path]), merged);
  assert.deepEqual(pathOf([...transPath, ...as4Path, ...byTrans, ...as4Aggregator]), merged);
  assert.deepEqual(pathOf([...transPath, ...as4Path, ...byOther]), merged);
  assert.deepEqual(pathOf([...transPath, ...as4Path, ...byOther, ...as4Aggregator]), [0x202, 64500, 23456]);
});
