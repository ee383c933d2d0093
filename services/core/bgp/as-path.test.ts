import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAsPath, originOfPath, pathHops, writePathWords } from './as-path.ts';

/** AS_SEQUENCE 64500 64501, AS_SET {64502, 64503}: |2|2|64500|64501|1|2|64502|64503|, AS numbers of two octets. */
const withSet = Uint8Array.from([2, 2, 251, 244, 251, 245, 1, 2, 251, 246, 251, 247]);
/** AS_SEQUENCE 4200000001 of four octets: |2|1|4200000001| */
const fourOctets = Uint8Array.from([2, 1, 250, 86, 234, 1]);
/** AS_CONFED_SEQUENCE (65001), AS_SEQUENCE 64500: |3|1|65001|2|1|64500| */
const withConfederation = Uint8Array.from([3, 1, 253, 233, 2, 1, 251, 244]);

const words = (bytes: Uint8Array, asnBytes: number): number[] => {
  const into = new Uint32Array(16);
  return [...into.subarray(0, writePathWords(bytes, 0, bytes.length, asnBytes, into))];
};

test('a path is read as words: type * 256 + count, then AS numbers', () => {
  assert.deepEqual(words(withSet, 2), [0x202, 64500, 64501, 0x102, 64502, 64503]);
  assert.deepEqual(words(fourOctets, 4), [0x201, 4_200_000_001]);
  assert.deepEqual(words(withConfederation, 2), [0x301, 65001, 0x201, 64500]);
  assert.throws(() => writePathWords(withSet, 0, withSet.length, 2, new Uint32Array(5)), RangeError);
});

test('segments must fill the attribute, be of a known type and not be empty', () => {
  const isPath = (...octets: number[]) => isAsPath(Uint8Array.from(octets), 0, octets.length, 2);
  assert.ok(isPath());
  assert.ok(isPath(...withSet));
  assert.ok(!isPath(2), 'one octet is left');
  assert.ok(!isPath(2, 2, 251, 244), 'overrun');
  assert.ok(!isPath(2, 1, 251, 244, 0), 'underrun');
  assert.ok(!isPath(2, 0), 'no AS number');
  assert.ok(!isPath(0, 1, 251, 244), 'type 0');
  assert.ok(!isPath(5, 1, 251, 244), 'type 5');
  assert.ok(!isAsPath(fourOctets, 0, fourOctets.length, 2), 'read with two octets, four do not fit');
});

test('the origin is the last AS of a final AS_SEQUENCE', () => {
  const originOf = (bytes: Uint8Array, asnBytes: number) => originOfPath(bytes, 0, bytes.length, asnBytes);
  assert.equal(originOf(fourOctets, 4), 4_200_000_001);
  assert.equal(originOf(withConfederation, 2), 64500);
  assert.equal(originOf(withSet, 2), 0, 'AS_SET');
  assert.equal(originOf(withConfederation.subarray(0, 4), 2), 0, 'AS_CONFED_SEQUENCE');
  assert.equal(originOf(new Uint8Array(0), 2), 0, 'empty');
  assert.equal(originOfPath(withSet, 0, 6, 2), 64501, 'what lies behind it is not read');
});

test('an AS_SET counts one hop, a confederation none', () => {
  assert.equal(pathHops(withSet, 0, withSet.length, 2), 3);
  assert.equal(pathHops(withConfederation, 0, withConfederation.length, 2), 1);
});
