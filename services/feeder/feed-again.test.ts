import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { topicSpecs } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Feed } from './feed.ts';
import { announce, fed, file, kept, lines, memoryLog, t0, table } from './feeding-for-tests.ts';
import type { MrtFile } from './mrt-file.ts';
import { Pace } from './pace.ts';

/** The same files again, or others, where the log has something of their source. */
suite('Feed, again', () => {
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
