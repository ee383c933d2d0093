import assert from 'node:assert/strict';
import test from 'node:test';
import type { Heartbeat } from '#core/contract/as-scores.ts';
import { asScores } from '#runtime/topics.ts';
import type { LogRecord } from '#runtime/transport/transport.ts';
import { JudgedFamilies } from './judged-families.ts';

test('what the last whole minute could not judge is said, until one can', async () => {
  const records: LogRecord[] = [];
  const log = {
    offsets: async () => ({ low: 0, high: records.length }),
    async *scan(_topic: string, _partition: number, from: number, to: number) {
      yield* records.slice(from, to);
    },
  };
  const write = (content: Parameters<typeof asScores.codec.encode>[1]['content']) => {
    const stamp = { producer: 'instability-scorer/0', sequence: records.length + 1, eventMinute: 7 };
    for (const value of asScores.codec.encode(stamp, { eventMinute: 7, content }))
      records.push({ offset: records.length, key: '', value });
  };
  const beat = (ipv4Frozen: boolean, ipv6Frozen: boolean) => {
    const value: Heartbeat = { activeOrigins: 0, unstableOrigins: 0, storm: false, ipv4Frozen, ipv6Frozen };
    write({ case: 'heartbeat', value });
  };
  const judged = new JudgedFamilies(log);
  await judged.look();
  assert.deepEqual(judged.frozen, []);
  beat(true, true);
  await judged.look();
  assert.deepEqual(judged.frozen, ['IPv4', 'IPv6']);
  write({
    case: 'transit',
    value: { transitAs: 64_500, prefixes: 70, origins: 60, thresholdOrigins: 50, samplePrefixes: [] },
  });
  await judged.look();
  assert.deepEqual(judged.frozen, ['IPv4', 'IPv6']);
  beat(false, true);
  await judged.look();
  assert.deepEqual(judged.frozen, ['IPv6']);
});
