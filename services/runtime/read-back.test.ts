import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastSequences, readBack } from './read-back.ts';
import { SequenceGap } from './sequence-rule.ts';
import { bgpUpdates } from './topics.ts';
import { EmbeddedLog } from './transport/embedded-log.ts';
import { MemoryStorage } from './transport/memory-storage.ts';

async function logOf(records: readonly (readonly [producer: string, sequence: number])[]) {
  const log = new EmbeddedLog({ lagBytesMax: 1 }, new MemoryStorage({ retention: 'everything' }));
  await log.ensureTopics([{ name: bgpUpdates.topic, partitions: 1, compacted: false }]);
  const producer = await log.openProducer();
  for (const [source, sequence] of records) {
    const stamp = { producer: source, sequence, eventMinute: sequence };
    const tick = { source, eventMinute: sequence, content: { case: 'tick' } } as const;
    for (const value of bgpUpdates.codec.encode(stamp, tick))
      await producer.send([{ topic: bgpUpdates.topic, partition: 0, key: source, value }]);
  }
  return log;
}

test('a topic read back has each value once', async () => {
  const log = await logOf([
    ['a', 1],
    ['b', 1],
    ['a', 2],
    ['a', 1],
    ['b', 1],
    ['a', 2],
    ['a', 3],
  ]);
  const seen: string[] = [];
  for await (const { envelope } of readBack(log, bgpUpdates, 0))
    seen.push(`${envelope.producer}${envelope.sequence}`);
  assert.deepEqual(seen, ['a1', 'b1', 'a2', 'a3']);
});

test('a topic that lacks a value is not read past the gap', async () => {
  const log = await logOf([
    ['a', 1],
    ['a', 3],
  ]);
  const reading = (async () => {
    for await (const { envelope } of readBack(log, bgpUpdates, 0)) assert.equal(envelope.sequence, 1);
  })();
  await assert.rejects(reading, SequenceGap);
});

test('the last sequences are found from the end, however far back', async () => {
  const long = Array.from({ length: 700 }, (_, i) => ['a', i + 1] as const);
  const log = await logOf([['early', 1], ['early', 2], ...long, ['a', 650]]);
  assert.deepEqual(
    await lastSequences(log, bgpUpdates.topic, 0, ['a', 'early', 'never']),
    new Map([
      ['a', 700],
      ['early', 2],
      ['never', 0],
    ]),
  );
});

test("a stranger's records are passed over", async () => {
  const log = await logOf([['a', 1]]);
  const stranger = await log.openProducer();
  await stranger.send([{ topic: bgpUpdates.topic, partition: 0, key: '', value: Buffer.from('garbage') }]);
  assert.deepEqual(await lastSequences(log, bgpUpdates.topic, 0, ['a']), new Map([['a', 1]]));
});
