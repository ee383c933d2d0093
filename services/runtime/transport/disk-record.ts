import type { StoredRecord } from './storage.ts';

/**
 * Layout of one record in the disk log. Big-endian, so that byte order is offset order.
 *   key:   topic number u16, partition u16, offset u64
 *   value: bytes of all values through this one f64, length of the record's key u16, the key in UTF-8, the value
 */
const keyBytes = 12;
const headBytes = 10;
const twoTo32 = 0x1_0000_0000;

export function recordKey(topic: number, partition: number, offset: number): Buffer {
  const key = Buffer.allocUnsafe(keyBytes);
  key.writeUInt16BE(topic, 0);
  key.writeUInt16BE(partition, 2);
  key.writeUInt32BE(Math.floor(offset / twoTo32), 4);
  key.writeUInt32BE(offset % twoTo32, 8);
  return key;
}

/** Sorts before all record keys of the partition. */
export const partitionPrefix = (topic: number, partition: number): Buffer =>
  recordKey(topic, partition, 0).subarray(0, 4);

export function encodeStored(key: string, value: Uint8Array, bytesThrough: number): Buffer {
  const keyLength = Buffer.byteLength(key);
  const stored = Buffer.allocUnsafeSlow(headBytes + keyLength + value.length);
  stored.writeDoubleBE(bytesThrough, 0);
  stored.writeUInt16BE(keyLength, 8);
  stored.write(key, headBytes);
  stored.set(value, headBytes + keyLength);
  return stored;
}

export function decodeStored(key: Buffer, stored: Buffer): StoredRecord {
  const keyLength = stored.readUInt16BE(8);
  const head = headBytes + keyLength;
  return {
    offset: key.readUInt32BE(4) * twoTo32 + key.readUInt32BE(8),
    key: stored.toString('utf8', headBytes, head),
    // A plain array over the same bytes: a Buffer's slice does not copy, which a step may count on.
    value: new Uint8Array(stored.buffer, stored.byteOffset + head, stored.length - head),
    bytesThrough: stored.readDoubleBE(0),
  };
}
