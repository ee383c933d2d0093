import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import type { ProbeContent, ProbeResult } from '#core/contract/probe-results.ts';
import { ProbeResultsSchema } from '#proto/probe_results_pb.ts';
import type { Producer } from '#runtime/transport/transport.ts';
import type { Target } from '../../services/active-prober/probe.ts';
import { ProbeSchedule } from '../../services/active-prober/probe-schedule.ts';
import { Prober } from '../../services/active-prober/prober.ts';
import { ActiveProber } from '../../services/active-prober/service.ts';
import { readWatchList, WrongWatchList } from '../../services/active-prober/watch-list.ts';
import { nothingKept } from './nothing-kept.ts';

const target = (originAs: number, everySeconds = 60): Target => ({
  kind: 'tcp',
  address: '192.0.2.1',
  port: 80,
  originAs,
  everySeconds,
  timeoutSeconds: 5,
});

const asListed = (_: string, listedAs: number): number => listedAs;

/** Numbers in [0, 1) from a seed (Lehmer). */
function randomOf(seed: number): () => number {
  let value = seed;
  return () => {
    value = (value * 48_271) % 2_147_483_647;
    return value / 2_147_483_647;
  };
}

test('every target is asked once an interval, spread over it', () => {
  const targets = Array.from({ length: 600 }, (_, i) => target(i));
  const schedule = new ProbeSchedule(targets, { probesPerMinute: 100_000, concurrent: 1000 }, 0, randomOf(1));
  const times = new Map<Target, number[]>();
  const bySecond = new Map<number, number>();
  for (let now = 0; now < 600_000; now += 100) {
    for (const taken of schedule.take(now)) {
      times.set(taken, [...(times.get(taken) ?? []), now]);
      bySecond.set(Math.floor(now / 1000), (bySecond.get(Math.floor(now / 1000)) ?? 0) + 1);
      schedule.done(taken);
    }
  }
  assert.equal(times.size, 600);
  for (const asked of times.values()) {
    assert.ok(asked.length >= 9 && asked.length <= 11);
    for (const [i, at] of asked.slice(1).entries()) assert.ok(Math.abs(at - asked[i]! - 60_000) <= 6200);
  }
  assert.ok(Math.max(...bySecond.values()) <= 40);
  assert.equal(schedule.leftOut, 0);
});

test('never more at a time, nor more a minute, than the limits say; nobody is asked twice at a time', () => {
  const targets = Array.from({ length: 1000 }, (_, i) => target(i, 10));
  const schedule = new ProbeSchedule(targets, { probesPerMinute: 600, concurrent: 25 }, 0, randomOf(2));
  const underWay: Target[] = [];
  let asked = 0;
  for (let now = 0; now < 120_000; now += 100) {
    const taken = schedule.take(now);
    asked += taken.length;
    underWay.push(...taken);
    assert.ok(underWay.length <= 25);
    assert.equal(new Set(underWay).size, underWay.length);
    // The first one under way ends now and then.
    if (now % 200 === 0) for (const done of underWay.splice(0, 3)) schedule.done(done);
  }
  assert.ok(asked <= 1200 && asked >= 1100, `${asked}`);
  assert.ok(schedule.leftOut > 0);
});

test('after the machine has slept, nothing is made up for', () => {
  const schedule = new ProbeSchedule([target(1)], { probesPerMinute: 600, concurrent: 5 }, 0, randomOf(3));
  let asked = 0;
  for (const now of [60_000, 7_200_000, 7_200_100, 7_201_000]) {
    for (const taken of schedule.take(now)) {
      asked++;
      schedule.done(taken);
    }
  }
  assert.equal(asked, 2);
});

test('a watch list: nobody is probed who is not allowed, and mistakes are said', () => {
  const list = {
    allow: ['192.0.2.0/24', '2001:db8::/32'],
    targets: [{ kind: 'tcp', address: '192.0.2.7', as: 64_500, port: 443 }],
  };
  const read = (change: object) => readWatchList(JSON.stringify({ ...list, ...change }));
  assert.equal(read({}).targets.length, 1);
  assert.equal(read({ prober: 'here' }).prober, 'prober:here');
  const wrong = (change: object, message: RegExp) =>
    assert.throws(
      () => read(change),
      (error) => error instanceof WrongWatchList && message.test(error.message),
    );
  wrong({ allow: undefined }, /nobody is probed/);
  wrong({ allow: [] }, /192\.0\.2\.7 is in no prefix of "allow"/);
  wrong({ allow: ['192.0.2.0'] }, /allow\[0\]/);
  wrong({ targets: [{ kind: 'tcp', address: 'example.org', as: 1, port: 1 }] }, /targets\[0\].address/);
  wrong({ targets: [{ kind: 'udp', address: '192.0.2.7', as: 1 }] }, /kind/);
  wrong({ targets: [{ kind: 'ping', address: '192.0.2.7', as: 1, everySeconds: 1 }] }, /everySeconds/);
  wrong({ targets: [{ kind: 'ping', address: '192.0.2.7', as: 1, prot: 1 }] }, /"prot"/);
  wrong({ targets: [{ kind: 'http', address: '192.0.2.7', as: 1, url: 'ftp://x' }] }, /url/);
  wrong({ sourceIpv4: '2001:db8::1' }, /sourceIpv4/);
  assert.throws(() => readWatchList('{'), WrongWatchList);
  assert.throws(() => readWatchList('[]'), WrongWatchList);
});

test('the ready example is right: the North Korean sites of 2014, the four networks, and hosts elsewhere', () => {
  const path = new URL('../../services/active-prober/examples/north-korea-2014.json', import.meta.url);
  const { targets } = readWatchList(readFileSync(path, 'utf8'));
  const own = targets.filter(({ originAs }) => originAs === 131_279).map(({ address }) => address);
  for (const network of [176, 177, 178, 179])
    assert.ok(own.some((address) => address.startsWith(`175.45.${network}.`)));
  assert.ok(new Set(targets.map(({ originAs }) => originAs)).size >= 4);
});

test('a prober opens, says what came in each minute, and ticks; then it ends', async () => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const said: { minute: number; content: ProbeContent }[] = [];
  const ticked = Promise.withResolvers<void>();
  const watchList = {
    prober: 'prober:test',
    targets: [{ ...target(64_500), address: '127.0.0.1', port } as Target],
    probesPerMinute: 60_000,
    concurrent: 10,
  };
  // A clock that goes sixty times as fast.
  const began = Date.now();
  const now = () => 60_000_000_000 + (Date.now() - began) * 60;
  const prober = new Prober(watchList, {
    now,
    originOf: asListed,
    write: (minute, content) => {
      said.push({ minute: minute - 1_000_000, content });
      if (said.filter((one) => one.content.case === 'tick').length === 3) ticked.resolve();
    },
  });
  prober.start();
  await ticked.promise;
  prober.stop();
  server.close();
  assert.deepEqual(said[0], { minute: 0, content: { case: 'sourceOpened', live: true } });
  assert.equal(said.at(-1)!.content.case, 'endOfSource');
  const ticks = said.filter(({ content }) => content.case === 'tick').map(({ minute }) => minute);
  assert.deepEqual(ticks, [0, 1, 2]);
  let open = 0;
  for (const { minute, content } of said) {
    if (content.case === 'tick') open = minute + 1;
    if (content.case !== 'batch') continue;
    assert.equal(minute, open);
    for (const result of content.results) {
      assert.equal(result.outcome, 'reply');
      assert.equal(result.prober, 'prober:test');
      assert.ok(Math.floor(result.eventSecond / 60) - 1_000_000 <= minute);
    }
  }
  assert.ok(said.some(({ content }) => content.case === 'batch'));
});

test('a probe that fails in an unforeseen way is an error of the prober, and the others go on', async () => {
  const asked = Promise.withResolvers<readonly ProbeResult[]>();
  const watchList = {
    prober: 'prober:test',
    targets: [{ ...target(64_500), kind: 'http', url: 'no URL' } as Target],
    probesPerMinute: 60_000,
    concurrent: 10,
  };
  const began = Date.now();
  const prober = new Prober(watchList, {
    now: () => 60_000_000_000 + (Date.now() - began) * 60,
    originOf: asListed,
    write: (_, content) => {
      if (content.case === 'batch') asked.resolve(content.results);
    },
  });
  prober.start();
  const [result] = await asked.promise;
  prober.stop();
  assert.deepEqual([result?.outcome, result?.detail], ['proberError', 'ERR_INVALID_URL']);
});

test('two probers of one name that begin at the same time are not taken for one that repeats itself', async () => {
  const producers = new Set<string | undefined>();
  const transport = {
    openProducer: async (): Promise<Producer> => ({
      send: async (records) => {
        for (const { value } of records)
          producers.add(fromBinary(ProbeResultsSchema, value!).envelope?.producer);
      },
      close: async () => {},
    }),
    ...nothingKept,
  };
  const watchList = { prober: 'prober:test', targets: [], probesPerMinute: 60, concurrent: 1 };
  for (let i = 0; i < 2; i++) {
    const prober = new ActiveProber(
      watchList,
      { now: () => 60_000_000_000, onEvent: () => undefined },
      transport,
    );
    await prober.start();
    await prober.stop();
  }
  assert.equal(producers.size, 2);
});
