import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterLink } from './cluster-link.ts';
import type { FetchedMessage } from './fetched-batch.ts';
import { KafkaProblem } from './kafka-problem.ts';
import { scanPartition } from './partition-reads.ts';

/** Offsets [first, end), and those of them that still have a record. */
interface StoredBatch {
  readonly first: number;
  readonly end: number;
  readonly records: readonly number[];
}

interface Partition {
  /** As a broker keeps them, by segment: an answer is of one segment. */
  readonly segments: readonly (readonly StoredBatch[])[];
  /** Of each answer, where what the broker shows ends; the last one goes on. */
  readonly shownBefore: readonly number[];
}

const message = (offset: number) =>
  ({
    offset: String(offset),
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    batchContext: {},
  }) as unknown as FetchedMessage;

/** One partition that ends before 100, on one broker. */
function linkTo({ segments, shownBefore }: Partition): ClusterLink {
  let answers = 0;
  const broker = {
    listOffsets: async ({
      topics,
    }: {
      topics: { partitions: { partition: number; timestamp: number }[] }[];
    }) => {
      const [partition] = topics[0]!.partitions;
      return { responses: [{ partitions: [{ offset: partition!.timestamp === -2 ? '0' : '100' }] }] };
    },
    fetch: async ({ topics }: { topics: { partitions: { fetchOffset: string }[] }[] }) => {
      const from = Number(topics[0]!.partitions[0]!.fetchOffset);
      const shown = shownBefore[Math.min(answers++, shownBefore.length - 1)]!;
      const batches = segments
        .map((segment) => segment.filter(({ end }) => end > from && end <= shown))
        .find((left) => left.length > 0);
      const messages = (batches ?? []).flatMap(({ records }) => records.map(message));
      const partition = { partition: 0, messages, abortedTransactions: [], lastStableOffset: String(shown) };
      return { responses: [{ topicName: 't', partitions: [partition] }] };
    },
  };
  const cluster = {
    refreshMetadataIfNecessary: async () => undefined,
    findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }],
    findBroker: async () => broker,
  };
  const use = (_: unknown, action: (with_: typeof cluster) => Promise<unknown>) => action(cluster);
  return { use } as unknown as ClusterLink;
}

async function scanned(partition: Partition): Promise<number[]> {
  const offsets: number[] = [];
  const from = { topic: 't', partition: 0, offset: 0 };
  for await (const { offset } of scanPartition(linkTo(partition), from, 100)) offsets.push(offset);
  return offsets;
}

test('what was compacted away hides nothing behind it, and is no end', async () => {
  const first = { first: 0, end: 40, records: [0, 7] };
  const second = { first: 40, end: 80, records: [40, 79] };
  const empty = { first: 80, end: 100, records: [] };
  assert.deepEqual(
    await scanned({ segments: [[first], [second, empty]], shownBefore: [100] }),
    [0, 7, 40, 79],
  );
});

test('a new leader may take its time to show what it has', async () => {
  const batches = [0, 50].map((offset) => ({ first: offset, end: offset + 50, records: [offset] }));
  const slowly = [...new Array<number>(20).fill(0), ...new Array<number>(20).fill(50), 100];
  assert.deepEqual(await scanned({ segments: [batches], shownBefore: slowly }), [0, 50]);
});

test('a leader that does not show what was there is no end of the partition', async () => {
  const batches = [0, 50].map((offset) => ({ first: offset, end: offset + 50, records: [offset] }));
  await assert.rejects(
    scanned({ segments: [batches], shownBefore: [50] }),
    (error: unknown) =>
      error instanceof KafkaProblem && /t\/0 from offset 50: .* only what is before 50/.test(error.message),
  );
});
