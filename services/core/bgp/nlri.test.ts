import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNlri, prefixWord } from './nlri.ts';

/** |24|198.51.100|0|9|10.128| : 198.51.100.0/24, 0.0.0.0/0, 10.128.0.0/9 */
const three = Uint8Array.from([24, 198, 51, 100, 0, 9, 10, 128]);
/** |path identifier 7|8|10| */
const withId = Uint8Array.from([0, 0, 0, 7, 8, 10]);

test('prefixes must fill their field and be no longer than an address', () => {
  assert.ok(isNlri(three, 0, three.length, 32, false));
  assert.ok(isNlri(three, 0, 0, 32, false));
  assert.ok(!isNlri(three, 0, three.length - 1, 32, false), 'the last one is cut');
  assert.ok(!isNlri(Uint8Array.from([33, 1, 2, 3, 4, 5]), 0, 6, 32, false), '33 bits');
  assert.ok(isNlri(Uint8Array.from([33, 1, 2, 3, 4, 5]), 0, 6, 128, false));
});

test('with ADD-PATH each has four octets before it', () => {
  assert.ok(isNlri(withId, 0, withId.length, 32, true));
  assert.ok(!isNlri(withId, 0, 5, 32, true));
  assert.ok(!isNlri(withId, 0, 4, 32, true), 'an identifier without a prefix');
  assert.ok(!isNlri(withId, 0, 3, 32, true));
  assert.ok(!isNlri(Uint8Array.from([0, 0, 0, 7, 33, 1, 2, 3, 4, 5]), 0, 10, 32, true), '33 bits');
});

test('bits behind the length are read as zeros, and octets behind it not at all', () => {
  const octets = Uint8Array.from([255, 255, 255, 255, 255]);
  assert.equal(prefixWord(octets, 0, 9, 0), 0xff80_0000);
  assert.equal(prefixWord(octets, 0, 32, 0), 0xffff_ffff);
  assert.equal(prefixWord(octets, 0, 0, 0), 0);
  assert.equal(prefixWord(octets, 0, 33, 1), 0x8000_0000);
  assert.equal(prefixWord(octets, 0, 33, 2), 0);
  assert.equal(prefixWord(octets.subarray(0, 1), 0, 7, 0), 0xfe00_0000);
});
