import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Delivery, Transport } from '#runtime/transport/transport.ts';
import { Health } from './run-command-health.ts';

const patienceMs = 18_000;
const group = 'g';
const assigned = (partition: number): Delivery => ({ case: 'assigned', topic: 't', partition });
const batch = { case: 'batch', batch: {} } as Delivery;

let clock: number;
let health: Health;
let deliveries: Delivery[];
beforeEach(() => {
  clock = 0;
  deliveries = [];
  health = new Health({ patienceMs, now: () => clock });
});

/** A consumer as a service has it: what it reads is what was put into `deliveries`, and then nothing comes. */
async function opened() {
  const consumer = {
    read: () => {
      const next = deliveries.shift();
      return next === undefined ? new Promise<never>(() => undefined) : Promise.resolve(next);
    },
    seek: async () => undefined,
    close: async () => undefined,
  };
  const transport = { openConsumer: async () => consumer } as Partial<Transport> as Transport;
  const watched = await health.watching(transport).openConsumer({ group, topics: ['t'], batchBytes: 1 });
  health.is('running');
  return watched;
}

test('ready only when what the group gave is restored', async () => {
  assert.equal(health.ready().isWell, false);
  const consumer = await opened();
  assert.deepEqual(health.ready(), { isWell: false, why: 'joining its group' });
  health.heard({ case: 'joined', group, partitions: 2 });
  deliveries = [assigned(0), assigned(1)];
  await consumer.read();
  await consumer.read();
  assert.deepEqual(health.ready(), { isWell: false, why: 'restoring 2 partitions' });
  void consumer.read();
  assert.deepEqual(health.ready(), { isWell: true, why: 'reading 2 partitions' });
});

test('a stand-by is ready', async () => {
  await opened();
  health.heard({ case: 'joined', group, partitions: 0 });
  assert.deepEqual(health.ready(), { isWell: true, why: 'standing by' });
});

test('who is not heard of in the group is not alive', async () => {
  const consumer = await opened();
  void consumer.read();
  clock = patienceMs;
  assert.equal(health.live().isWell, true);
  clock++;
  assert.deepEqual(health.live(), { isWell: false, why: 'not heard of in its group for 18 s' });
  assert.equal(health.ready().isWell, false);
  health.heard({ case: 'heartbeat', group });
  assert.equal(health.live().isWell, true);
});

test('who no longer reads is not alive, though the group hears of it', async () => {
  const consumer = await opened();
  deliveries = [batch];
  await consumer.read();
  clock = patienceMs + 1;
  health.heard({ case: 'heartbeat', group });
  assert.deepEqual(health.live(), { isWell: false, why: 'reads nothing for 18 s' });
});

test('a long restore is life', async () => {
  const consumer = await opened();
  deliveries = [assigned(0)];
  await consumer.read();
  clock = 10 * patienceMs;
  health.heard({ case: 'heartbeat', group });
  assert.equal(health.live().isWell, true);
});

test('brokers that are away: alive, and not ready', async () => {
  const consumer = await opened();
  health.heard({ case: 'joined', group, partitions: 0 });
  void consumer.read();
  health.heard({ case: 'waiting', doing: 'be in group g', reason: 'nobody answers' });
  clock = 10 * patienceMs;
  assert.equal(health.live().isWell, true);
  assert.deepEqual(health.ready(), { isWell: false, why: 'waiting: nobody answers' });
  health.heard({ case: 'resumed', doing: 'be in group g' });
  assert.equal(health.ready().isWell, true);
});

test('who could not write for long, and so read nothing, is alive afterwards', async () => {
  const consumer = await opened();
  deliveries = [batch];
  await consumer.read();
  health.heard({ case: 'waiting', doing: 'write to t', reason: 'nobody answers' });
  clock = 10 * patienceMs;
  health.heard({ case: 'resumed', doing: 'write to t' });
  assert.equal(health.live().isWell, true);
  clock += patienceMs + 1;
  health.heard({ case: 'heartbeat', group });
  assert.equal(health.live().isWell, false);
});

test('what failed is neither, what ends is alive', async () => {
  await opened();
  health.is('stopping');
  assert.deepEqual([health.live().isWell, health.ready().isWell], [true, false]);
  health.is('failed');
  assert.deepEqual([health.live().isWell, health.ready().isWell], [false, false]);
});
