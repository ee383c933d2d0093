import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAs4Path, writeMergedPath } from './as4-path.ts';

const u16 = (value: number): number[] => [value >>> 8, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
type Segment = readonly [type: number, ...asns: number[]];
const octets = (segments: readonly Segment[], asn: (value: number) => number[]): number[] =>
  segments.flatMap(([type, ...asns]) => [type, asns.length, ...asns.flatMap(asn)]);

/** The merged path of an AS_PATH of two octets and an AS4_PATH that lies behind it. */
function merged(path: readonly Segment[], path4: readonly Segment[]): number[] {
  const front = octets(path, u16);
  const back = octets(path4, u32);
  const into = new Uint32Array(600);
  const bytes = Uint8Array.from([...front, ...back]);
  const count = writeMergedPath(bytes, 0, front.length, front.length, bytes.length, into);
  return [...into.subarray(0, count)];
}
const trans = 23456;
const big = 4_200_000_001;

test('the front of AS_PATH, then AS4_PATH, as one segment (RFC 6793 4.2.3)', () => {
  assert.deepEqual(merged([[2, 64500, 64501, trans]], [[2, 64501, big]]), [0x203, 64500, 64501, big]);
  assert.deepEqual(merged([[2, 64500, trans]], [[2, 64500, big]]), [0x202, 64500, big]);
});

test('an AS4_PATH longer than AS_PATH is ignored', () => {
  assert.deepEqual(merged([[2, trans]], [[2, 64500, big]]), []);
});

test('an AS_SET counts as one AS, and keeps its own segment', () => {
  // 64500 {64501, 64502} 23456, and 64510 of it in AS4_PATH
  assert.deepEqual(
    merged(
      [
        [2, 64500],
        [1, 64501, 64502],
        [2, trans],
      ],
      [[2, big]],
    ),
    [...[0x201, 64500, 0x102, 64501, 64502], ...[0x201, big]],
  );
  assert.deepEqual(
    merged(
      [
        [2, 64500, 64501],
        [1, trans],
      ],
      [[1, big, 7]],
    ),
    [0x202, 64500, 64501, 0x102, big, 7],
  );
});

test('a leading confederation segment is kept, one in AS4_PATH is not', () => {
  assert.deepEqual(
    merged(
      [
        [3, 65001],
        [2, 64500, trans],
      ],
      [[2, 64500, big]],
    ),
    [0x301, 65001, 0x202, 64500, big],
  );
  assert.deepEqual(
    merged(
      [[2, 64500, trans]],
      [
        [3, 65001],
        [2, big],
      ],
    ),
    [0x202, 64500, big],
  );
});

test('a segment holds 255 AS numbers: longer ones are not joined', () => {
  const many = Array.from({ length: 254 }, (_, index) => index + 1);
  const words = merged(
    [
      [2, 64500, 7],
      [2, ...many],
    ],
    [[2, 7, ...many]],
  );
  assert.deepEqual(words.slice(0, 4), [0x201, 64500, 0x2ff, 7]);
  assert.equal(words.length, 2 + 1 + 255);
});

test('it has no place between speakers of four octets, and is discarded where malformed', () => {
  const good = Uint8Array.from(octets([[2, big]], u32));
  assert.ok(isAs4Path(good, 0, good.length, 2));
  assert.ok(!isAs4Path(good, 0, good.length, 4));
  assert.ok(!isAs4Path(good, 0, good.length - 1, 2));
  assert.ok(!isAs4Path(good, 0, 0, 2));
});
