import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeEnvelope } from '#runtime/codec/envelope.ts';
import { WireWriter } from '#runtime/codec/wire.ts';
import { letterLine } from './dead-letters-command.ts';

const told = {
  producer: 'instability-scorer/0',
  sequence: 1,
  eventMinute: 0,
  part: 0,
  parts: 1,
  schemaVersion: 1,
};

test('a dead letter says who wrote the record and of which schema version it is, where that can be read', () => {
  const writer = new WireWriter();
  writeEnvelope(writer, { ...told, producer: 'y\n', sequence: 2, schemaVersion: 9 });
  const head = writer.finish();
  const letter = { origin: 'as.minutes/0', position: 7, head, length: head.length };
  assert.equal(
    letterLine(told, { ...letter, reason: 'schema-version-unknown' }),
    `-  schema-version-unknown  as.minutes/0  offset 7  ${head.length} bytes  written by "y\\n", number 2, schema version 9  told by instability-scorer/0`,
  );
  assert.equal(
    letterLine(told, { ...letter, reason: 'record-without-envelope', head: Uint8Array.of(9, 9), length: 2 }),
    '-  record-without-envelope  as.minutes/0  offset 7  2 bytes  told by instability-scorer/0',
  );
});

test('a dead letter of records that could not be unpacked says which they are', () => {
  const head = Buffer.alloc(70);
  head.writeBigInt64BE(12n, 0);
  head.writeInt16BE(3, 21);
  head.writeInt32BE(2, 23);
  const letter = {
    reason: 'batch-of-unknown-compression',
    origin: 'as.scores/0',
    position: 14,
    head,
    length: 70,
  };
  assert.equal(
    letterLine(told, letter),
    '-  batch-of-unknown-compression  as.scores/0  offset 14  70 bytes  offsets 12 to 14 together, compression lz4  told by instability-scorer/0',
  );
});
