import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type AsMinutes, noDenominator, type TargetOrigin } from '#core/contract/as-minutes.ts';
import { asMinutes, topicSpecs } from '#runtime/topics.ts';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { TableOrigins } from '../../services/active-prober/table-origins.ts';
import { send } from '../contract/reading.ts';
import { until } from '../feeds/until.ts';

const nowMinute = 29_000_000;
const address = '192.0.2.1';

const minutesOf = (eventMinute: number, targets: readonly TargetOrigin[]): AsMinutes => ({
  block: 0,
  blockPartitions: 1,
  eventMinute,
  events: [],
  expected: [],
  ipv4: noDenominator,
  ipv6: noDenominator,
  targets,
});

const of = (originAs: number, fields: Partial<TargetOrigin> = {}): TargetOrigin => ({
  address,
  prefix: originAs === 0 ? '' : '192.0.2.0/24',
  originAs,
  withdrawn: false,
  ...fields,
});

async function reading(t: TestContext) {
  const log = new EmbeddedLog({ lagBytesMax: 1e6 }, new MemoryStorage({ retention: 'everything' }));
  await log.ensureTopics(topicSpecs({ updatePartitions: 1, blockPartitions: 1 }));
  const events: string[] = [];
  const clock = { minute: nowMinute };
  const origins = new TableOrigins(
    { now: () => clock.minute * 60_000, onEvent: (text) => events.push(text) },
    log,
  );
  let sequence = 0;
  const tell = (eventMinute: number, ...targets: TargetOrigin[]) => {
    const values = asMinutes.codec.encode(
      { producer: 'visibility-tracker/0', sequence: sequence + 1, eventMinute },
      minutesOf(eventMinute, targets),
    );
    sequence += values.length;
    return send(
      log,
      values.map((value) => ({ topic: asMinutes.topic, partition: 0, key: '0', value })),
    );
  };
  t.after(async () => {
    await origins.stop();
    await log.close();
  });
  return { log, origins, clock, events, tell };
}

test('the AS of the list until the route table says another, and again when it is not told for an hour', async (t) => {
  const { origins, clock, events, tell } = await reading(t);
  const originOf = () => origins.originOf(address, 64_500);
  assert.equal(originOf(), 64_500);
  await tell(nowMinute - 20, of(64_999));
  void origins.run();
  await until(() => originOf() === 64_999);
  clock.minute += 40;
  assert.equal(originOf(), 64_999);
  const { differing } = origins;
  assert.ok(differing >= 2);
  clock.minute++;
  assert.equal(originOf(), 64_500);
  assert.equal(origins.differing, differing);
  assert.equal(origins.originOf('192.0.2.2', 64_501), 64_501);
  assert.deepEqual(events, [
    '192.0.2.1 is now of AS64999, by 192.0.2.0/24 in the route table, not AS64500 as in the watch list',
    '192.0.2.1 is now of AS64500, as the watch list has it',
  ]);
});

test('the AS that lost the prefix; where nobody is known, that of the list', async (t) => {
  const { origins, tell } = await reading(t);
  const originOf = () => origins.originOf(address, 64_500);
  await tell(nowMinute, of(64_999));
  await tell(nowMinute + 1, of(64_998, { withdrawn: true }));
  void origins.run();
  await until(() => originOf() === 64_998);
  await tell(nowMinute + 2, of(0));
  await until(() => originOf() === 64_500);
});

test('what a tracker that started again tells once more does not turn back time', async (t) => {
  const { origins, tell } = await reading(t);
  const originOf = () => origins.originOf(address, 64_500);
  await tell(nowMinute, of(64_999));
  await tell(nowMinute - 5, of(64_998), of(64_997, { address: '192.0.2.2' }));
  void origins.run();
  await until(() => origins.originOf('192.0.2.2', 64_500) === 64_997);
  assert.equal(originOf(), 64_999);
});

test("a stranger's record is passed over, and a minute so large that it comes in parts is read", async (t) => {
  const { log, origins, tell } = await reading(t);
  await send(log, [{ topic: asMinutes.topic, partition: 0, key: '?', value: Buffer.from('?') }]);
  const many = Array.from({ length: 20_000 }, (_, i) =>
    of(64_000, { address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, prefix: 'x'.repeat(60) }),
  );
  await tell(nowMinute, ...many, of(64_999));
  const { high } = await log.offsets(asMinutes.topic, 0);
  assert.ok(high > 2);
  void origins.run();
  await until(() => origins.originOf(address, 64_500) === 64_999);
});

test('it ends where nothing can be read', async (t) => {
  const { origins } = await reading(t);
  const broken = new TableOrigins(
    { now: () => 0, onEvent: () => undefined },
    {
      offsets: () => Promise.reject(new Error('no right')),
      async *scan() {},
    },
  );
  await assert.rejects(broken.run(), /no right/);
  await broken.stop();
  await origins.stop();
});
