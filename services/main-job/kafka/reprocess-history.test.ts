import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import { writeEnvelope } from '#runtime/codec/envelope.ts';
import { WireWriter } from '#runtime/codec/wire.ts';
import { readBack } from '#runtime/read-back.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { copyHistory } from './reprocess-history.ts';

const { topic, codec } = bgpUpdates;

async function logOf(values: readonly Uint8Array[]): Promise<EmbeddedLog> {
  const log = new EmbeddedLog({ lagBytesMax: 1 }, new MemoryStorage({ retention: 'everything' }));
  await log.ensureTopics([{ name: topic, partitions: 1, compacted: false }]);
  const producer = await log.openProducer();
  await producer.send(values.map((value) => ({ topic, partition: 0, key: 'a', value })));
  return log;
}

const told = (sequence: number, content: BgpUpdates['content']): Uint8Array =>
  codec.encode(
    { producer: 'a', sequence, eventMinute: sequence },
    { source: 'a', eventMinute: 0, content },
  )[0]!;

/** An envelope and nothing else. */
function strangers(producer: string, sequence: number): Uint8Array {
  const writer = new WireWriter();
  writeEnvelope(writer, { producer, sequence, eventMinute: 1, part: 0, parts: 1, schemaVersion: 1 });
  return writer.finish();
}

async function copied(values: readonly Uint8Array[]): Promise<string[]> {
  const [source, target] = [await logOf(values), await logOf([])];
  const whole = [{ low: 0, high: values.length }];
  const plan = {
    asked: { source: '', from: '', until: '' },
    fromMinute: 0,
    untilMinute: 100,
    ranges: { 'bgp.updates': whole, 'probe.results': [] },
  };
  await copyHistory(bgpUpdates, plan, source, target, () => undefined);
  const seen: string[] = [];
  for await (const { envelope, value } of readBack(target, bgpUpdates, 0))
    seen.push(`${envelope.producer}${envelope.sequence}:${value.content.case}`);
  return seen;
}

const opened = told(1, { case: 'sourceOpened', seed: false });

test('what a stranger wrote ends no copy, and opens no source that never ticks', async () => {
  const values = [strangers('y', 2), strangers('z', 1), opened, told(2, { case: 'tick' })];
  assert.deepEqual(await copied(values), ['a1:sourceOpened', 'a2:tick']);
});

test('a gap of a source ends it, and says what helps', async () => {
  await assert.rejects(
    copied([opened, told(3, { case: 'tick' })]),
    /the history has a gap: a sent 3 after 1 \(bgp\.updates\/0 offset 1\)\. Start over under another prefix/,
  );
});
