import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RibRecord } from './rib-record.ts';

const header = (subtype: number): number[] => [0, 0, 0, 0, 0, 13, 0, subtype, 0, 0, 0, 0];
/** |peer index|originated|length|attributes| */
const entry = (index: number, attributes: number): number[] => [
  0,
  index,
  0,
  0,
  0,
  0,
  0,
  attributes,
  ...Array(attributes).fill(7),
];

test('a record by its parts: |sequence|length|prefix|entry count|entries|', () => {
  const bytes = Uint8Array.from([
    ...header(2),
    0,
    0,
    0,
    5,
    24,
    198,
    51,
    100,
    0,
    2,
    ...entry(3, 2),
    ...entry(4, 0),
  ]);
  const rib = new RibRecord();
  assert.equal(rib.read(bytes, 0, bytes.length), undefined);
  assert.deepEqual(
    [rib.afi, rib.safi, rib.bits, rib.prefixAt, rib.entriesAt, rib.entryCount],
    [1, 1, 24, 17, 22, 2],
  );
  const second = rib.entryEnd(bytes, rib.entriesAt, bytes.length);
  assert.equal(second, 32);
  assert.equal(rib.entryEnd(bytes, second, bytes.length), bytes.length);
  assert.equal(rib.entryEnd(bytes, second, bytes.length - 1), -1);
});

test('the subtype says the family, and where path identifiers are', () => {
  const familyOf = (subtype: number, ...octets: number[]) => {
    const bytes = Uint8Array.from([...header(subtype), 0, 0, 0, 0, ...octets]);
    const rib = new RibRecord();
    const refusal = rib.read(bytes, 0, bytes.length);
    return refusal ?? [rib.afi, rib.safi, rib.entryHeadBytes, rib.pathId];
  };
  assert.deepEqual(familyOf(3, 0, 0, 0), [1, 2, 8, 0]);
  assert.deepEqual(familyOf(5, 128, ...Array(16).fill(0), 0, 0), [2, 2, 8, 0]);
  assert.deepEqual(familyOf(10, 0, 0, 0), [2, 1, 12, 0]);
  assert.deepEqual(familyOf(6, 0, 1, 2, 0, 0, 0), [1, 2, 8, 0]);
  assert.deepEqual(familyOf(12, 0, 1, 1, 0, 0, 0, 9, 0, 0, 0), [1, 1, 8, 9]);
  assert.equal(familyOf(7), 'subtype');
  assert.equal(familyOf(6, 0, 3, 1, 0, 0, 0), 'addressFamily');
  assert.equal(familyOf(6, 0, 1, 128, 0, 0, 0), 'addressFamily');
  assert.equal(familyOf(12, 0, 1, 1, 0, 0), 'recordTooShort');
  assert.equal(familyOf(2), 'recordTooShort');
  assert.equal(familyOf(2, 8, 10, 0), 'recordTooShort');
  assert.equal(familyOf(4, 129), 'prefixLength');
});
