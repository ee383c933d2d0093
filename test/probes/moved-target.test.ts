/** Routes and a prober together: the prefix of a target moves to another AS, is lost, and comes back. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import test from 'node:test';
import type { UpdatesContent } from '#core/contract/bgp-updates.ts';
import type { ProbeResult } from '#core/contract/probe-results.ts';
import { type MrtPeer, type MrtPrefix, MrtWriter } from '#core/mrt/writer.ts';
import { readBack } from '#runtime/read-back.ts';
import { bgpUpdates, probeResults } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { Target } from '../../services/active-prober/probe.ts';
import { ActiveProber } from '../../services/active-prober/service.ts';
import { probedAddresses, type WatchList } from '../../services/active-prober/watch-list.ts';
import { startPipeline } from '../../services/main-job/pipeline.ts';
import { until } from '../feeds/until.ts';

const source = 'rrc00';
const peers: readonly MrtPeer[] = Array.from({ length: 20 }, (_, i) => ({
  asn: 100 + i,
  address: [0xc0000200 + i],
}));
/** Peers that announced all of their tables may vote after this. */
const settledMinutes = 45;

const slash24 = (second: number, third: number): MrtPrefix => ({
  family: 'ipv4',
  words: [((127 << 24) | (second << 16) | (third << 8)) >>> 0],
  length: 24,
});
/** Of the target, of one that shows that a minute was read, and others: a table. */
const [own, marker, ...rest] = Array.from({ length: 100 }, (_, i) => slash24(i, 0)) as [
  MrtPrefix,
  MrtPrefix,
  ...MrtPrefix[],
];

/** A collector whose minutes all peers fill alike. */
class Collector {
  readonly #send: (value: Uint8Array) => Promise<void>;
  readonly #writer = new MrtWriter(64_512);
  #sequence = 0;
  #minute: number;

  constructor(minute: number, send: (value: Uint8Array) => Promise<void>) {
    this.#minute = minute;
    this.#send = send;
  }

  open(): Promise<void> {
    return this.#say({ case: 'sourceOpened', seed: false });
  }

  async minute(write: (writer: MrtWriter, second: number, peer: MrtPeer) => void): Promise<void> {
    for (const peer of peers) write(this.#writer, this.#minute * 60, peer);
    await this.#say({ case: 'mrtRecords', value: this.#writer.take() });
    await this.#say({ case: 'tick' });
    this.#minute++;
  }

  #say(content: UpdatesContent): Promise<void> {
    const eventMinute = this.#minute;
    const stamp = { producer: source, sequence: ++this.#sequence, eventMinute };
    return this.#send(bgpUpdates.codec.encode(stamp, { source, eventMinute, content })[0]!);
  }
}

const moves =
  (originAs: number, ...prefixes: MrtPrefix[]) =>
  (writer: MrtWriter, second: number, peer: MrtPeer): void =>
    writer.announce(second, peer, 'ipv4', prefixes, [peer.asn, 3356, originAs]);

test('results say whose the target is by the route table; in an outage, who lost it', {
  timeout: 300_000,
}, async () => {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const target = (address: string): Target => ({
    kind: 'tcp',
    address,
    port,
    originAs: 64_500,
    everySeconds: 1,
    timeoutSeconds: 1,
  });
  const watchList: WatchList = {
    prober: 'prober:test',
    targets: [target('127.0.0.1'), target('127.1.0.1')],
    probesPerMinute: 60_000,
    concurrent: 10,
  };
  const log = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'everything' }),
  );
  const pipeline = await startPipeline(
    { updatePartitions: 1, blockPartitions: 3, probed: probedAddresses(watchList) },
    log,
  );
  const producer = await log.openProducer();
  const collector = new Collector(Math.floor(Date.now() / 60_000) - settledMinutes - 5, (value) =>
    producer.send([{ topic: bgpUpdates.topic, partition: 0, key: source, value }]),
  );
  const events: string[] = [];
  const prober = new ActiveProber(watchList, { now: Date.now, onEvent: (text) => events.push(text) }, log);
  const results = async (): Promise<ProbeResult[]> => {
    const all: ProbeResult[] = [];
    for await (const { value } of readBack(log, probeResults, 0))
      if (value.content.case === 'batch') all.push(...value.content.results);
    return all;
  };

  await collector.open();
  await collector.minute((writer, second, peer) => {
    moves(64_500, own, marker)(writer, second, peer);
    moves(64_600, ...rest)(writer, second, peer);
  });
  // Nobody falls silent meanwhile.
  for (let i = 0; i < settledMinutes; i++) await collector.minute(moves(64_600 + (i % 2), rest[0]!));
  await prober.start();
  await collector.minute(moves(64_999, own));
  await until(() => events.length === 1);
  // It is lost, and in the same minute the other one moves: where that was read, so was this.
  await collector.minute((writer, second, peer) => {
    writer.withdraw(second, peer, 'ipv4', [own]);
    moves(64_998, marker)(writer, second, peer);
  });
  await until(() => events.length === 2);
  const lostAt = prober.totals().asked;
  await until(() => prober.totals().asked >= lostAt + 4);
  await collector.minute(moves(64_997, own));
  await until(() => events.length === 3);
  const backAt = prober.totals().asked;
  await until(() => prober.totals().asked >= backAt + 4);
  await prober.stop();
  await pipeline.drained();
  await pipeline.stop();
  const all = await results();
  await log.close();
  server.close();

  assert.deepEqual(events, [
    '127.0.0.1 is now of AS64999, by 127.0.0.0/24 in the route table, not AS64500 as in the watch list',
    '127.1.0.1 is now of AS64998, by 127.1.0.0/24 in the route table, not AS64500 as in the watch list',
    '127.0.0.1 is now of AS64997, by 127.0.0.0/24 in the route table, not AS64500 as in the watch list',
  ]);
  const ofTarget = all.filter(({ targetAddress }) => targetAddress === '127.0.0.1');
  const runs = ofTarget.map(({ originAs }) => originAs).filter((as, i, list) => as !== list[i - 1]);
  assert.deepEqual(runs.slice(-2), [64_999, 64_997]);
  assert.ok(runs.length === 2 || runs[0] === 64_500);
  assert.ok(prober.totals().moved >= 4);
});
