import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { InputEvents } from '#runtime/input/input.ts';
import { readBack } from '#runtime/read-back.ts';
import { deadLetters } from '#runtime/topics.ts';
import { announce, fed, file, type Kept, lines, minute0, t0, table, told } from './feeding-for-tests.ts';
import type { MrtFile } from './mrt-file.ts';

suite('Feed', () => {
  test('opens all sources, then goes through event time, ticking, and ends each', async () => {
    const { records } = await fed(
      [
        file('b', 'b1', announce(61, 0, 1), announce(200, 0, 2)),
        file('a', 'a1', announce(0, 1, 3), announce(30, 1, 4), announce(70, 1, 5)),
      ],
      { partitions: 1 },
    );
    assert.deepEqual(lines(records), [
      'a @0 sourceOpened',
      'b @0 sourceOpened',
      'a @-1 tick',
      'b @0 tick',
      'a @0 0 1 3, 30 1 4',
      'a @0 tick',
      'a @1 70 1 5',
      'a @1 tick',
      'a @1 endOfSource',
      'b @1 61 0 1',
      'b @1 tick',
      'b @2 tick',
      'b @3 200 0 2',
      'b @3 tick',
      'b @3 endOfSource',
    ]);
  });

  test('files of a source go in the order of their records, whatever the order given', async () => {
    const files = [
      file('a', 'z', announce(0, 0, 1), announce(50, 0, 2)),
      file('a', 'y', announce(40, 0, 3), announce(120, 0, 4)),
      file('a', 'x', announce(130, 0, 5)),
    ];
    const forwards = await fed(files);
    const backwards = await fed(files.toReversed());
    assert.deepEqual(backwards.records, forwards.records);
    const routes = forwards.records.flatMap(({ value: { content } }) =>
      content.case === 'mrtRecords' ? told(content.value) : [],
    );
    assert.deepEqual(routes, ['0 0 1', '40 0 3', '50 0 2', '120 0 4', '130 0 5']);
  });

  test('a peer stays in one partition, and peers are spread', async () => {
    const writes = Array.from({ length: 60 }, (_, i) => announce(i * 7, i % 6, i));
    const { records, feed } = await fed([file('a', 'a1', ...writes)], { partitions: 3 });
    const partitionsOf = new Map<string, Set<number>>();
    for (const { partition, value } of records) {
      if (value.content.case !== 'mrtRecords') continue;
      for (const line of told(value.content.value)) {
        const peer = line.split(' ')[1]!;
        partitionsOf.set(peer, (partitionsOf.get(peer) ?? new Set()).add(partition));
      }
    }
    assert.equal(partitionsOf.size, 6);
    for (const partitions of partitionsOf.values()) assert.equal(partitions.size, 1);
    assert.ok(new Set([...partitionsOf.values()].flatMap((partitions) => [...partitions])).size > 1);
    assert.equal(feed.totals().peers, 6);
    assert.equal(feed.totals().elems, 60);
  });

  test('a record that is earlier than its minute is told in the open one', async () => {
    const { records } = await fed(
      [file('a', 'a1', announce(70, 0, 1), announce(50, 0, 2), announce(80, 0, 3))],
      {
        partitions: 1,
      },
    );
    assert.deepEqual(lines(records).slice(2, 4), ['a @1 70 0 1, 50 0 2, 80 0 3', 'a @1 tick']);
  });

  test('a table dump is told at its time, whole, split by peer into valid records', async () => {
    const routes = [[0, 1, 2, 3, 4, 5], [0], [], [1, 3, 5]];
    const { records } = await fed([
      file('a', 'updates', announce(10, 0, 9), announce(100, 0, 8), announce(130, 1, 7)),
      file('a', 'rib', table(100, routes)),
    ]);
    const all: string[] = [];
    for (const partition of [0, 1]) {
      const told = lines(records, partition).filter((line) => line.includes('@1'));
      const begin = told.indexOf('a @1 ribBegin');
      assert.equal(told[begin + 2], 'a @1 ribEnd');
      all.push(...told[begin + 1]!.slice('a @1 '.length).split(', '));
    }
    const expected = routes.flatMap((of, p) => of.map((peer) => `100 ${peer} ${p} rib`));
    assert.deepEqual(all.sort(), expected.sort());
  });

  test('two dumps of one source do not run into each other', async () => {
    const { records } = await fed([file('a', 'r1', table(0, [[0]])), file('a', 'r2', table(0, [[0], [0]]))], {
      partitions: 1,
    });
    assert.deepEqual(lines(records).slice(2), [
      'a @0 ribBegin',
      'a @0 0 0 0 rib',
      'a @0 ribEnd',
      'a @0 ribBegin',
      'a @0 0 0 0 rib, 0 0 1 rib',
      'a @0 ribEnd',
      'a @0 tick',
      'a @0 endOfSource',
    ]);
  });

  test('event time is bounded; an earlier table is the one at the start', async () => {
    const { records } = await fed(
      [
        file('a', 'a1', announce(0, 0, 1), announce(180, 0, 2), announce(239, 0, 3), announce(240, 0, 4)),
        file('a', 'rib', table(30, [[0]])),
      ],
      { partitions: 1, fromSecond: t0 + 120, untilSecond: t0 + 240 },
    );
    assert.deepEqual(lines(records).slice(1), [
      'a @0 tick',
      'a @1 ribBegin',
      'a @1 60 0 0 rib',
      'a @1 ribEnd',
      'a @1 tick',
      'a @2 tick',
      'a @3 180 0 2, 239 0 3',
      'a @3 tick',
      'a @3 endOfSource',
    ]);
  });

  test('batches are cut by size, and say the same', async () => {
    const writes = Array.from({ length: 40 }, (_, i) => announce(i, i % 6, i));
    const large = await fed([file('a', 'a1', ...writes)], { partitions: 1 });
    const small = await fed([file('a', 'a1', ...writes)], { partitions: 1, batchBytes: 200 });
    const routes = (records: readonly Kept[]) =>
      records.flatMap(({ value: { content } }) => (content.case === 'mrtRecords' ? told(content.value) : []));
    assert.ok(small.records.length > large.records.length + 10);
    assert.deepEqual(routes(small.records), routes(large.records));
  });

  test('a source without a clock, whose records are of 1970, is fed like any other', async () => {
    const { records } = await fed([file('a', 'a1', announce(5 - t0, 0, 1), announce(65 - t0, 0, 2))], {
      partitions: 1,
    });
    const updates = records.filter(({ value }) => value.content.case === 'mrtRecords');
    assert.deepEqual(
      updates.map(({ minute }) => minute + minute0),
      [0, 1],
    );
  });

  test('what is refused becomes a dead letter with file and offset', async () => {
    const good = file('a', 'a1', announce(0, 0, 1), announce(1, 0, 2), announce(2, 0, 3));
    const bytes = Buffer.concat(await chunksOf(good));
    const size = bytes.length / 3;
    bytes.writeUInt16BE(999, size + 6);
    async function* open(): InputEvents {
      yield { case: 'chunk', bytes, fileBytesRead: bytes.length };
      yield { case: 'failure', failure: { reason: 'fileTruncated', position: bytes.length, detail: 'cut' } };
    }
    const seen: string[] = [];
    const { transport, feed } = await fed([{ ...good, open }], {
      partitions: 1,
      onRefused: (of, { reason, position }) => seen.push(`${of.name} ${position} ${reason}`),
      onFailure: (of, { reason, position }) => seen.push(`${of.name} ${position} ${reason}`),
    });
    assert.deepEqual(seen, [`a1 ${size} subtype`, `a1 ${3 * size} fileTruncated`]);
    assert.deepEqual(
      [...feed.totals().refused],
      [
        ['subtype', 1],
        ['fileTruncated', 1],
      ],
    );
    const letters: unknown[] = [];
    for await (const { value } of readBack(transport, deadLetters, 0)) {
      letters.push([value.reason, value.origin, value.position, value.length, value.head.length]);
    }
    assert.deepEqual(letters, [
      ['subtype', 'a1', size, size, size],
      ['fileTruncated', 'a1', 3 * size, 0, 0],
    ]);
  });
});

async function chunksOf(of: MrtFile): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const event of of.open()) if (event.case === 'chunk') chunks.push(event.bytes);
  return chunks;
}
