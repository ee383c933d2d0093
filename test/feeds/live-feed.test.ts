import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type EventSecond, minuteOf, parseSecond } from '#core/event-time.ts';
import { MrtWriter } from '#core/mrt/writer.ts';
import {
  type LiveCheckpoint,
  type LivePosition,
  noCheckpoint,
} from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { LiveLog } from './live-log.ts';

const start = parseSecond('2026-01-01T00:00:30Z')!;
const minute = minuteOf(start);
const peer = { asn: 64_500, address: [0xc0000201] };

/** A record that withdraws 10.X.0.0/16. */
function withdrawal(second: EventSecond, x: number): Uint8Array {
  const writer = new MrtWriter(12_654);
  writer.withdraw(second, peer, 'ipv4', [{ family: 'ipv4', words: [(10 << 24) | (x << 16)], length: 16 }]);
  return writer.take();
}

/** A feed whose clock stands at `start` and is moved by hand. */
async function started(t: TestContext, log = new LiveLog(), checkpoint: LiveCheckpoint = noCheckpoint) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: start * 1000 });
  const feed = new LiveFeed({ partitions: 1, checkpoint, now: () => Date.now() }, log);
  await feed.start();
  const take = (source: string, ...records: Uint8Array[]) => {
    for (const record of records) feed.take(source, record, 0, record.length);
  };
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      t.mock.timers.tick(1000);
      // Sends come about.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  /** What the source wrote, with minutes counted from the first. */
  const told = (source = 'rrc00') =>
    (log.contents().get(source) ?? []).map((line) =>
      line.replace(/\d{8}$/, (found) => String(Number(found) - minute)),
    );
  return { feed, log, take, pass, told };
}

test('a source is opened with its first record, and ticked a little after each minute', async (t) => {
  const { take, pass, told } = await started(t);
  take('rrc00', withdrawal(start, 1));
  await pass(1);
  assert.deepEqual(told(), ['sourceOpened 0', 'tick -1', 'W 10.1.0.0/16']);
  await pass(28);
  take('rrc00', withdrawal(start + 30, 2), withdrawal(start + 29, 3));
  await pass(5);
  // 00:01:04: what came for the next minute waits for this one's end.
  assert.deepEqual(told().slice(3), ['W 10.3.0.0/16']);
  await pass(1);
  assert.deepEqual(told().slice(4), ['tick 0', 'W 10.2.0.0/16']);
});

test('what is written is in the log, and not only taken: nothing that waits for its minute, or for the log', async (t) => {
  const { feed, take, pass, log } = await started(t);
  take('rrc00', withdrawal(start, 1));
  assert.deepEqual([feed.taken, feed.written], [1, 0]);
  await pass(1);
  assert.equal(feed.written, 1);
  take('rrc00', withdrawal(start + 1, 2), withdrawal(start + 40, 3), withdrawal(start + 2, 4));
  await pass(1);
  // The third waits for the next minute, and what is after it counts as little.
  assert.deepEqual([feed.taken, feed.written], [4, 2]);
  log.block();
  await pass(40);
  assert.equal(feed.written, 2);
  log.unblock();
  await pass(1);
  assert.equal(feed.written, 4);
  take('rrc00', withdrawal(start + 43, 5));
  await feed.flush();
  assert.equal(feed.written, 5);
});

test('a minute after which nothing came is waited for, and then ticked', async (t) => {
  const { take, pass, told } = await started(t);
  take('rrc00', withdrawal(start, 1));
  await pass(59);
  assert.equal(told().includes('tick 0'), false);
  await pass(1);
  assert.equal(told().at(-1), 'tick 0');
});

test('a record of a minute that is ticked is late; one that decodes to nothing is refused and counted', async (t) => {
  const { feed, take, pass, log } = await started(t);
  take('rrc00', withdrawal(start, 1));
  await pass(70);
  take('rrc00', withdrawal(start, 2));
  assert.equal(feed.totals().late, 1);
  const broken = withdrawal(start, 3);
  broken[12 + 20] = 0;
  take('rrc00', broken);
  assert.deepEqual([...feed.totals().refused], [['marker', 1]]);
  await pass(1);
  assert.deepEqual(log.letters(), ['rrc00 marker']);
});

test('a source of which nothing is heard for five minutes is lost, and opened when it is heard again', async (t) => {
  const { take, pass, told } = await started(t);
  take('rrc00', withdrawal(start, 1));
  await pass(302);
  assert.equal(told().at(-1), 'sourceLost 5');
  const length = told().length;
  await pass(100);
  assert.equal(told().length, length);
  take('rrc00', withdrawal(start + 402, 2));
  await pass(1);
  assert.deepEqual(told().slice(length), ['sourceOpened 7', 'tick 6', 'W 10.2.0.0/16']);
});

test('a source of which a quarter-hour came at once is not silent while that is told', async (t) => {
  const { take, pass, told } = await started(t);
  const minutes = [0, 4, 8, 12];
  take('ihr', ...minutes.map((after) => withdrawal(start + after * 60, after)));
  await pass(900);
  assert.ok(!told('ihr').some((line) => line.startsWith('sourceLost')));
  const withdrawn = told('ihr').filter((line) => /^W|tick (3|4|7|8|11)$/.test(line));
  const of = (after: number) => `W 10.${after}.0.0/16`;
  assert.deepEqual(withdrawn, [
    of(0),
    'tick 3',
    of(4),
    'tick 4',
    'tick 7',
    of(8),
    'tick 8',
    'tick 11',
    of(12),
  ]);
  await pass(200);
  assert.equal(told('ihr').at(-1), 'sourceLost 17');
});

test('one that starts again loses its sources first, and counts on', async (t) => {
  const log = new LiveLog();
  const first = await started(t, log);
  first.take('rrc00', withdrawal(start, 1));
  await first.pass(2);
  // It is killed here.
  t.mock.timers.reset();
  const { take, pass, told } = await started(t, log);
  await pass(1);
  assert.deepEqual(told().slice(3), ['sourceLost 0']);
  take('rrc00', withdrawal(start + 1, 2));
  await pass(1);
  assert.deepEqual(told().slice(4), ['sourceOpened 0', 'tick -1', 'W 10.2.0.0/16']);
});

test('with a checkpoint only what lies behind it is read again', async (t) => {
  const saved: LivePosition[] = [];
  const checkpoint: LiveCheckpoint = { load: () => saved.at(-1), save: (position) => saved.push(position) };
  const log = new LiveLog();
  const first = await started(t, log, checkpoint);
  first.take('rrc00', withdrawal(start, 1));
  await first.pass(1);
  assert.deepEqual(saved, [{ offsets: [0], sequences: { rrc00: [3] }, resting: {} }]);
  for (let i = 2; i < 100; i++) {
    first.take('rrc00', withdrawal(start + i, i));
    first.take(`router${i}`, withdrawal(start + i, i));
    await first.pass(1);
  }
  assert.equal(saved.length, 2);
  assert.ok(saved[1]!.offsets[0]! > 100);
  t.mock.timers.reset();
  const scanned: number[] = [];
  const scan = log.scan.bind(log);
  log.scan = (topic, partition, from, to) => {
    scanned.push(to - from);
    return scan(topic, partition, from, to);
  };
  const second = await started(t, log, checkpoint);
  assert.ok(scanned[0]! < 200, `${scanned[0]} records read again`);
  second.take('rrc00', withdrawal(start + 1, 200));
  await second.pass(1);
  // Reading back fails where a sequence is missing or there twice.
  assert.equal(second.told().at(-1), 'W 10.200.0.0/16');
  assert.equal(second.log.contents().size, 99);
});

test('a log that takes nothing fills the feed up to its bound, and is told when there is room', async (t) => {
  const { feed, log, take, pass } = await started(t);
  let room = 0;
  feed.onRoom(() => room++);
  await pass(1);
  log.block();
  const record = withdrawal(start, 1);
  let taken = 0;
  while (!feed.isFull) {
    take('rrc00', record);
    if (++taken % 10_000 === 0) await pass(1);
    assert.ok(taken * record.length < 64 * 1024 * 1024);
  }
  assert.ok(taken * record.length > 8 * 1024 * 1024);
  log.unblock();
  await pass(5);
  assert.equal(feed.isFull, false);
  assert.ok(room > 0);
  await feed.stop();
  assert.equal(log.routes('rrc00').length, taken);
});

test('records far ahead of the clock wait, but not without bound', async (t) => {
  const { feed, take, pass, told } = await started(t);
  const record = withdrawal(start + 60, 1);
  for (let bytes = 0; bytes < 5 * 1024 * 1024; bytes += record.length) take('rrc00', record);
  await pass(1);
  assert.equal(told()[2], 'tick 0');
  assert.ok(told().length > 1000);
  await feed.stop();
});

test('a feed that is stopped writes all that it holds, and that its sources are lost', async (t) => {
  const { feed, take, told } = await started(t);
  take('rrc00', withdrawal(start, 1), withdrawal(start + 40, 2));
  await feed.stop();
  assert.deepEqual(told(), [
    'sourceOpened 0',
    'tick -1',
    'W 10.1.0.0/16',
    'tick 0',
    'W 10.2.0.0/16',
    'sourceLost 1',
  ]);
});

test('a feed whose log fails says so, and can be stopped', async (t) => {
  const { feed, log, take, pass } = await started(t);
  log.offsets = async () => {
    throw new Error('no log');
  };
  take('rrc00', withdrawal(start, 1));
  await pass(1);
  await assert.rejects(feed.failed, /no log/);
  await feed.stop();
});

test('one address under ever new names takes no place from others', async (t) => {
  const { feed, take } = await started(t);
  for (let i = 0; i < 100; i++) take(`r${i}@192.0.2.1`, withdrawal(start, 1));
  take('r1@192.0.2.11', withdrawal(start, 1));
  take('rrc00', withdrawal(start, 1));
  assert.equal(feed.totals().sources, 18);
  assert.deepEqual([...feed.totals().refused], [['sourceLimit', 84]]);
  feed.lose('r7@192.0.2.1');
  take('r99@192.0.2.1', withdrawal(start, 1));
  take('r98@192.0.2.1', withdrawal(start, 1));
  assert.equal(feed.totals().sources, 18);
  assert.deepEqual([...feed.totals().refused], [['sourceLimit', 85]]);
});

test('a source that is lost gives its place, not one that is heard; when it comes again it counts on', async (t) => {
  const saved: LivePosition[] = [];
  const checkpoint: LiveCheckpoint = { load: () => saved.at(-1), save: (position) => saved.push(position) };
  const log = new LiveLog();
  const first = await started(t, log, checkpoint);
  first.take('rrc00', withdrawal(start, 1));
  first.take('first', withdrawal(start, 1));
  first.feed.lose('first');
  for (let i = 0; i < 3000; i++) {
    const source = `collector${i}`;
    first.take(source, withdrawal(start, 1));
    first.feed.lose(source);
  }
  await first.pass(125);
  assert.deepEqual([first.feed.totals().sources, first.feed.totals().records], [1, 3002]);
  assert.deepEqual([...first.feed.totals().refused], []);
  assert.equal(saved.length, 2);
  assert.deepEqual(saved[1]!.resting!.first, [4]);
  assert.equal(Object.keys(saved[1]!.sequences).length, 1024);
  first.take('first', withdrawal(start, 2));
  await first.pass(1);
  // Reading back fails where a sequence is missing or there twice.
  assert.equal(first.told('first').at(-1), 'W 10.2.0.0/16');
  t.mock.timers.reset();
  const second = await started(t, log, checkpoint);
  second.take('collector0', withdrawal(start, 3));
  second.take('first', withdrawal(start, 3));
  await second.pass(1);
  assert.equal(second.told('collector0').at(-1), 'W 10.3.0.0/16');
  assert.deepEqual(
    second.told('first').filter((line) => !line.startsWith('tick')),
    [
      'sourceOpened 0',
      'W 10.1.0.0/16',
      'sourceLost 0',
      'sourceOpened 2',
      'W 10.2.0.0/16',
      'sourceLost 0',
      'sourceOpened 0',
      'W 10.3.0.0/16',
    ],
  );
});

test('as long as all are heard, nobody gives a place', async (t) => {
  const { feed, take } = await started(t);
  for (let i = 0; i < 1100; i++) take(`collector${i}`, withdrawal(start, 1));
  assert.equal(feed.totals().sources, 1024);
  assert.deepEqual([...feed.totals().refused], [['sourceLimit', 76]]);
  feed.lose('collector7');
  take('rrc00', withdrawal(start, 1));
  take('rrc01', withdrawal(start, 1));
  assert.deepEqual([...feed.totals().refused], [['sourceLimit', 77]]);
});

test('one network under ever new names uses up its own, also where each was lost before the next one came', async (t) => {
  const { feed, take } = await started(t);
  for (let i = 0; i < 100; i++) {
    const source = `x@2001:db8::${i.toString(16)}`;
    take(source, withdrawal(start, 1));
    feed.lose(source);
  }
  assert.deepEqual([...feed.totals().refused], [['sourceLimit', 36]]);
  take('x@2001:db8::5', withdrawal(start, 1));
  take('x@2001:db8:0:1::', withdrawal(start, 1));
  take('rrc00', withdrawal(start, 1));
  assert.equal(feed.totals().sources, 3);
});
