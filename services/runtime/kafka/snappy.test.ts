/// <reference path="./snappyjs.d.ts" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import snappy from 'snappyjs';
import { unpackSnappy } from './snappy.ts';

const text = Buffer.from('steady beat of routing instability '.repeat(3000));

/** As Java packs: a header, then blocks of 32 KiB with their lengths. */
function stream(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1')];
  for (let at = 0; at < bytes.length; at += 32_768) {
    const block = snappy.compress(bytes.subarray(at, at + 32_768));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

test('one block, as librdkafka packs, and blocks behind a header, as Java does', () => {
  // By hand: 5 octets; "ab" as it is, then 3 octets copied from 2 before.
  const block = Buffer.from([5, (2 - 1) << 2, 0x61, 0x62, ((3 - 1) << 2) | 2, 2, 0]);
  assert.equal(unpackSnappy(block).toString(), 'ababa');
  assert.deepEqual(unpackSnappy(snappy.compress(text)), text);
  assert.deepEqual(unpackSnappy(stream(text)), text);
  assert.deepEqual(unpackSnappy(stream(Buffer.alloc(0))), Buffer.alloc(0));
});

test('what is damaged is refused, and what says it is huge is not made', () => {
  const packed = stream(text);
  for (const cut of [17, 19, 21, packed.length - 1])
    assert.throws(() => unpackSnappy(packed.subarray(0, cut)), `cut at ${cut}`);
  assert.throws(() => unpackSnappy(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])), /too big|Invalid/);
  assert.throws(() => unpackSnappy(Buffer.from([0xff, 0xff, 0xff, 0x7f, 0])), /too big/);
  const backwards = Buffer.from(packed);
  backwards.writeInt32BE(-8, 16);
  assert.throws(() => unpackSnappy(backwards), /ends outside/);
});
