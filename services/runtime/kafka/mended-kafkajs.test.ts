import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { FetchedMessage } from './fetched-batch.ts';
import { withoutAborted, zstd } from './mended-kafkajs.ts';

const require = createRequire(import.meta.url);
const silent = { namespace: () => silent, debug() {}, info() {}, warn() {}, error() {} };

test('a connection with nothing to send sets no timer; one that is throttled does', () => {
  const RequestQueue = require('kafkajs/src/network/requestQueue');
  const queue = new RequestQueue({ logger: silent, clientId: 'test', broker: 'none', requestTimeout: 1000 });
  const hasTimer = () => {
    queue.checkPendingRequests();
    const has = queue.throttleCheckTimeoutId !== null;
    queue.destroy();
    return has;
  };
  assert.equal(hasTimer(), false);
  queue.maybeThrottle(60_000);
  assert.equal(hasTimer(), true);
});

const message = (
  offset: number,
  producerId: string,
  key = 'key',
  isControlRecord = false,
): FetchedMessage => ({
  offset: String(offset),
  key: isControlRecord ? Buffer.alloc(4) : Buffer.from(key),
  value: Buffer.from('value'),
  isControlRecord,
  batchContext: { producerId, inTransaction: true },
});
const aborts = (offset: number, producerId: string) => message(offset, producerId, '', true);
const shown = (messages: readonly FetchedMessage[]) =>
  messages.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => Number(offset));
const kafkajsFilter = (): typeof withoutAborted => require('kafkajs/src/consumer/filterAbortedMessages');

test('of aborted transactions that overlap nothing is shown, in whatever order the broker lists them', () => {
  const messages = [
    message(0, '1'),
    message(1, '2'),
    message(2, '1'),
    aborts(3, '2'),
    message(4, '1'),
    aborts(5, '1'),
  ];
  const abortedTransactions = [
    { producerId: '2', firstOffset: '1' },
    { producerId: '1', firstOffset: '0' },
  ];
  const committed = message(6, '1');
  const fetched = { messages: [...messages, committed], abortedTransactions };
  assert.deepEqual(shown(withoutAborted(fetched)), [6]);
  assert.notDeepEqual(shown(kafkajsFilter()(fetched)), [6], 'kafkajs has mended it: use its own');
});

test('a key of four zero bytes is no marker', () => {
  const messages = [message(0, '1', '\0\0\0\0'), message(1, '1'), aborts(2, '1'), message(3, '1')];
  const fetched = { messages, abortedTransactions: [{ producerId: '1', firstOffset: '0' }] };
  assert.deepEqual(shown(withoutAborted(fetched)), [3]);
  assert.notDeepEqual(shown(kafkajsFilter()(fetched)), [3], 'kafkajs has mended it: use its own');
});

test('zstd, small and large', async () => {
  const { lookupCodec } = require('kafkajs/src/protocol/message/compression');
  for (const length of [10, 1_000_000]) {
    const bytes = Buffer.alloc(length, 'steady');
    const packed = await lookupCodec(zstd).compress({ buffer: bytes });
    assert.ok(packed.length < Math.max(length / 10, 64));
    assert.deepEqual(await lookupCodec(zstd).decompress(packed), bytes);
  }
});

/** Offsets [first, first + count), as a producer sends them; `change` gets the batch. */
async function batchOf(
  first: number,
  count: number,
  change: (bytes: Buffer) => void = () => undefined,
): Promise<Buffer> {
  const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0');
  const Record = require('kafkajs/src/protocol/recordBatch/record/v0');
  const records = Array.from({ length: count }, (_, offsetDelta) =>
    Record({ offsetDelta, key: 'k', value: 'v' }),
  );
  const { buffer } = await RecordBatch({ lastOffsetDelta: count - 1, records });
  const bytes = Buffer.from(buffer);
  bytes.writeBigInt64BE(BigInt(first), 0);
  change(bytes);
  return bytes;
}

/** What an answer with these batches tells: the offset, and of what is no record why. */
async function fetched(batches: readonly Buffer[]): Promise<string[]> {
  const Decoder = require('kafkajs/src/protocol/decoder');
  const decodeMessages = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages');
  const set = Buffer.concat(batches);
  const length = Buffer.alloc(4);
  length.writeInt32BE(set.length);
  const messages: FetchedMessage[] = await decodeMessages(new Decoder(Buffer.concat([length, set])));
  return messages.map(({ offset, isControlRecord, unreadable, value }) =>
    [offset, isControlRecord ? 'marker' : '', unreadable ?? '', unreadable ? value!.length : '']
      .filter((part) => part !== '')
      .join(' '),
  );
}

/** Kafka's number of a codec; the records stay as they are, so that no codec can unpack them. */
const said = (codec: number) => (bytes: Buffer) => bytes.writeInt16BE(codec, 21);

test('a batch that cannot be read is one message that says why; those around it are read', async () => {
  const lz4 = await batchOf(12, 3, said(3));
  const gzip = await batchOf(15, 2, said(1));
  const [first, last] = [await batchOf(10, 2), await batchOf(17, 1)];
  const told = [
    '10',
    '11',
    `14 batch-of-unknown-compression ${lz4.length}`,
    `16 batch-not-decodable ${gzip.length}`,
  ];
  assert.deepEqual(await fetched([first, lz4, gzip, last]), [...told, '17']);
  assert.deepEqual((await fetched([first, lz4, last.subarray(0, -1)])).length, 3, 'the last is cut off');
});

test('a batch whose last records were compacted away ends at its last offset', async () => {
  const isLonger = (by: number) => (bytes: Buffer) => bytes.writeInt32BE(by, 23);
  assert.deepEqual(await fetched([await batchOf(10, 2, isLonger(9))]), ['10', '11', '19 marker']);
  assert.deepEqual(await fetched([await batchOf(10, 0, isLonger(9))]), ['19 marker']);
});
