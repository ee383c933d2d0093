import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeEnvelope } from '#runtime/codec/envelope.ts';
import { WireWriter } from '#runtime/codec/wire.ts';
import { SequenceGap } from '#runtime/sequence-rule.ts';
import { asScores } from '#runtime/topics.ts';
import { keptValues } from './kept-values.ts';

/** A heartbeat. */
function beat(producer: string, sequence: number): Uint8Array {
  const content = {
    case: 'heartbeat',
    value: { activeOrigins: 1, unstableOrigins: 0, storm: false, ipv4Frozen: false, ipv6Frozen: false },
  } as const;
  const eventMinute = sequence;
  return asScores.codec.encode({ producer, sequence, eventMinute }, { eventMinute, content })[0]!;
}

/** An envelope, and a body that is no value. */
function unreadable(producer: string, sequence: number, parts = 1): Uint8Array {
  const writer = new WireWriter();
  writeEnvelope(writer, { producer, sequence, eventMinute: 1, part: parts - 1, parts, schemaVersion: 1 });
  return writer.finish();
}

async function kept(values: readonly Uint8Array[]): Promise<number[]> {
  const transport = {
    offsets: async () => ({ low: 0, high: values.length }),
    async *scan() {
      for (const [offset, value] of values.entries()) yield { key: '', value, offset };
    },
  };
  const sequences: number[] = [];
  for await (const { envelope } of keptValues(transport, asScores, 0)) sequences.push(envelope.sequence);
  return sequences;
}

const scorer = 'instability-scorer/0';

test('what was sent twice is dropped, and the beginning may be missing', async () => {
  assert.deepEqual(
    await kept([beat(scorer, 4), beat(scorer, 5), beat(scorer, 4), beat(scorer, 6)]),
    [4, 5, 6],
  );
});

test('what a stranger wrote, and what cannot be read, is no value and no gap', async () => {
  const strange = [
    beat('stranger', 1),
    beat('stranger', 7),
    Uint8Array.of(255),
    unreadable('visibility-tracker/0', 3),
  ];
  assert.deepEqual(
    await kept([
      beat(scorer, 1),
      ...strange,
      unreadable(scorer, 2),
      unreadable(scorer, 3, 2),
      beat(scorer, 4),
    ]),
    [1, 4],
  );
});

test('a missing record is told', async () => {
  await assert.rejects(kept([beat(scorer, 1), beat(scorer, 3)]), SequenceGap);
});
