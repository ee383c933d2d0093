import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { type FetchedMessage, withoutAborted, zstd } from './mended-kafkajs.ts';

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
