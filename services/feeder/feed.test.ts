import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import type { MrtCursor, MrtVisitor } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';
import { type MrtPeer, MrtWriter } from '#core/mrt/writer.ts';
import type { InputEvents } from '#runtime/input/input.ts';
import { readBack } from '#runtime/read-back.ts';
import { bgpUpdates, deadLetters, topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Feed, type FeedOptions } from './feed.ts';
import type { MrtFile } from './mrt-file.ts';
import { Pace } from './pace.ts';

const minute0 = 23_654_400;
const t0 = minute0 * 60;
const peers: MrtPeer[] = Array.from({ length: 6 }, (_, i) => ({
  asn: 64_500 + i,
  address: [0xc0000200 + i],
}));

type Write = (writer: MrtWriter) => void;

const announce =
  (second: number, peer: number, octet: number): Write =>
  (writer) =>
    writer.announce(t0 + second, peers[peer]!, 'ipv4', [prefix(octet)], [peers[peer]!.asn, 65_000]);
const prefix = (octet: number) => ({
  family: 'ipv4' as const,
  words: [0x0a000000 + octet * 256],
  length: 24,
});

/** A dump at t0 + second: prefix p has routes of the peers of `routes[p]`. */
const table =
  (second: number, routes: readonly (readonly number[])[]): Write =>
  (writer) => {
    writer.peerIndexTable(t0 + second, 1, 'view', peers);
    for (const [p, of] of routes.entries()) {
      const entries = of.map((peerIndex) => ({ peerIndex, originatedSecond: t0, path: [64_500, 65_000] }));
      writer.rib(t0 + second, p, prefix(p), peers, entries);
    }
  };

function file(source: string, name: string, ...writes: Write[]): MrtFile {
  const writer = new MrtWriter(64_499);
  for (const write of writes) write(writer);
  const bytes = writer.take();
  async function* open(): InputEvents {
    for (let at = 0; at < bytes.length; at += 100) {
      yield { case: 'chunk', bytes: bytes.slice(at, at + 100), fileBytesRead: at + 100 };
    }
  }
  return { name, source, isSeed: false, bytes: bytes.length, open };
}

/** What bytes tell, as "second peer octet" or "second peer octet rib". */
function told(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  const tell = (cursor: MrtCursor, address: number) => {
    const rib = cursor.isRib ? ' rib' : '';
    lines.push(`${cursor.second - t0} ${cursor.peerAddress0 & 255} ${(address >>> 8) & 255}${rib}`);
  };
  const visitor: MrtVisitor = {
    beginUpdate() {},
    withdrawIpv4: tell,
    withdrawIpv6() {},
    announceIpv4: tell,
    announceIpv6() {},
    endUpdate() {},
    stateChange() {},
    refuse: (_, reason) => lines.push(`refused ${reason}`),
  };
  new MrtWalker(visitor).walk(bytes);
  return lines;
}

interface Kept {
  readonly partition: number;
  readonly minute: number;
  readonly value: BgpUpdates;
}

async function kept(transport: Transport, partitions: number): Promise<Kept[]> {
  const all: Kept[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for await (const { envelope, value } of readBack(transport, bgpUpdates, partition)) {
      all.push({ partition, minute: envelope.eventMinute - minute0, value });
    }
  }
  return all;
}

const memoryLog = (): EmbeddedLog =>
  new EmbeddedLog({ lagBytesMax: defaultLagBytesMax }, new MemoryStorage({ retention: 'everything' }));

async function fed(files: readonly MrtFile[], options: Partial<FeedOptions> = {}) {
  const transport = memoryLog();
  const partitions = options.partitions ?? 2;
  await transport.ensureTopics(topicSpecs({ updatePartitions: partitions, blockPartitions: 1 }));
  const feed = new Feed({ partitions, ...options }, transport);
  await feed.run(files);
  return { transport, feed, records: await kept(transport, partitions) };
}

/** One partition's records in short: "rrc00 @0 tick", or the routes that its MRT records tell. */
const lines = (records: readonly Kept[], partition = 0): string[] =>
  records
    .filter((record) => record.partition === partition)
    .map(({ minute, value: { source, content } }) =>
      content.case === 'mrtRecords'
        ? `${source} @${minute} ${told(content.value).join(', ')}`
        : `${source} @${minute} ${content.case}`,
    );

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

  test('a feeder that starts again writes what is missing, once', async () => {
    const files = [
      file('a', 'a1', ...Array.from({ length: 40 }, (_, i) => announce(i * 9, i % 6, i))),
      file(
        'b',
        'b1',
        table(0, [[0, 1], [2]]),
        ...Array.from({ length: 40 }, (_, i) => announce(i * 11, i % 6, i)),
      ),
    ];
    const whole = await fed(files);
    for (const stopAfter of [0, 1, 3, 8]) {
      const transport = memoryLog();
      await transport.ensureTopics(topicSpecs({ updatePartitions: 2, blockPartitions: 1 }));
      const failing = failingAfter(stopAfter, transport);
      await assert.rejects(new Feed({ partitions: 2 }, failing).run(files), /killed/);
      await new Feed({ partitions: 2 }, transport).run(files);
      assert.deepEqual(await kept(transport, 2), whole.records, `stopped after ${stopAfter}`);
    }
  });

  test('what the log has of other files is told, and nothing is written', async () => {
    const first = file('a', 'a1', ...Array.from({ length: 40 }, (_, i) => announce(i * 9, i % 6, i)));
    const others: Record<string, MrtFile[]> = {
      'a later file': [
        file('a', 'a2', ...Array.from({ length: 90 }, (_, i) => announce(900 + i * 9, i % 6, i))),
      ],
      // Its ticks and its end are the same: what it tells is not.
      'the same minutes': [
        file('a', 'a3', ...Array.from({ length: 40 }, (_, i) => announce(i * 9, i % 6, 99 - i))),
      ],
      less: [file('a', 'a1', ...Array.from({ length: 20 }, (_, i) => announce(i * 9, i % 6, i)))],
      more: [first, file('a', 'a2', announce(900, 1, 7))],
    };
    for (const [name, files] of Object.entries(others)) {
      const { transport, records } = await fed([first]);
      const feed = new Feed({ partitions: 2 }, transport);
      await assert.rejects(
        feed.run([...files, file('b', 'b1', announce(0, 0, 1))]),
        /records of source a that are not/,
        name,
      );
      assert.deepEqual(await kept(transport, 2), records, name);
      assert.equal(feed.totals().written, 0);
    }
  });

  test('files that end long before what the log has are not those that it has', async () => {
    const minutes = (count: number) =>
      file('a', 'a1', ...Array.from({ length: count }, (_, i) => announce(i * 60, i % 6, i % 250)));
    const { transport } = await fed([minutes(700)]);
    await assert.rejects(
      new Feed({ partitions: 2 }, transport).run([minutes(20)]),
      /records of source a that/,
    );
  });

  test('what was written and what was there is counted; another source is added', async () => {
    const files = [file('a', 'a1', ...Array.from({ length: 40 }, (_, i) => announce(i * 9, i % 6, i)))];
    const { transport, records, feed } = await fed(files);
    assert.deepEqual(counts(feed), [records.length, 0]);
    const again = new Feed({ partitions: 2 }, transport);
    await again.run(files);
    assert.deepEqual(counts(again), [0, records.length]);
    // It begins earlier: then so does the feed.
    const both = new Feed({ partitions: 2 }, transport);
    await both.run([...files, file('b', 'b1', announce(-120, 0, 1))]);
    const all = await kept(transport, 2);
    assert.deepEqual(counts(both), [all.length - records.length, records.length]);
    assert.ok(all.length > records.length);
  });

  test('at the pace of time a minute waits until it is over; stopped there, the next feeder goes on from it', async () => {
    const files = [file('a', 'a1', announce(0, 0, 1), announce(61, 0, 2), announce(122, 0, 3))];
    const whole = await fed(files, { partitions: 1 });
    const transport = memoryLog();
    await transport.ensureTopics(topicSpecs({ updatePartitions: 1, blockPartitions: 1 }));
    for (const [past, last] of [
      [1, 'a @0 tick'],
      [2, 'a @1 tick'],
      [9, 'a @2 endOfSource'],
    ] as const) {
      const pace = new Pace(() => 1000 * (t0 + 60 * past));
      const feed: Feed = new Feed({ partitions: 1, beforeMinute }, transport);
      function beforeMinute(minute: number): Promise<void> | undefined {
        const wait = pace.until(minute);
        if (wait !== undefined) feed.stop();
        if (wait !== undefined) pace.stop();
        return wait;
      }
      await feed.run(files);
      assert.equal(lines(await kept(transport, 1)).at(-1), last);
    }
    assert.deepEqual(await kept(transport, 1), whole.records);
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

function counts(feed: Feed): [number, number] {
  const { written, alreadyThere } = feed.totals();
  return [written, alreadyThere];
}

/** A transport whose producer fails after so many sends, of which the last reaches the log in part. */
function failingAfter(sends: number, transport: Transport): Transport {
  let sent = 0;
  return {
    ensureTopics: (topics) => transport.ensureTopics(topics),
    openConsumer: (options) => transport.openConsumer(options),
    offsets: (topic, partition) => transport.offsets(topic, partition),
    scan: (topic, partition, from, to) => transport.scan(topic, partition, from, to),
    close: () => transport.close(),
    async openProducer() {
      const producer = await transport.openProducer();
      return {
        close: () => producer.close(),
        async send(records) {
          if (sent++ < sends) return producer.send(records);
          if (sent > sends + 1) throw new Error('killed');
          await producer.send(records.slice(0, records.length >> 1));
          throw new Error('killed');
        },
      };
    },
  };
}

async function chunksOf(of: MrtFile): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const event of of.open()) if (event.case === 'chunk') chunks.push(event.bytes);
  return chunks;
}
