/** Topics of others on a real broker: what RouteViews and OpenBMP write there comes into bgp.updates. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { ofPeer, open, peerUp, update } from '#core/bmp/bytes-for-tests.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import type { Producer } from '#runtime/transport/transport.ts';
import { KafkaFeed } from '../../services/feeder/live/kafka-feed.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { dataFolder, noData } from '../decode/mrt-files.ts';
import { ownPrefix, testBroker } from '../kafka/broker.ts';
import { freePorts } from '../kafka/free-ports.ts';
import { createTopics } from './create-topics.ts';
import { LiveLog } from './live-log.ts';
import { until } from './until.ts';

const { brokers, missing } = await testBroker();
const noKcat = spawnSync('kcat', ['-V']).status !== 0 && 'there is no kcat';
const kafka = { brokers: brokers ?? [], clientId: 'test' };
/** Names of this run's own, also on a broker that others use. */
const world = ownPrefix().replaceAll('.', '-');
const topic = (name: string): string => `routeviews.${world}${name}.bmp_raw`;
const collector = (name: string): string => `${world}${name}`;
const wanted = new RegExp(`^routeviews\\.${world}.+\\.bmp_raw$`);

const frame = (...messages: number[][]): Buffer => {
  const body = Buffer.from(messages.flat());
  return Buffer.concat([Buffer.from(`V: 1.7\nR_IP: 192.0.2.7\nL: ${body.length}\n\n`), body]);
};
const second = () => Math.floor(Date.now() / 1000);
/** Of RouteViews: its collector's AS stands before the path. */
const route = (asn: number): Buffer => frame(ofPeer(0, { second: second() }, update([6447, 64_500, asn])));

suite('topics of others on a real broker', { skip: missing, timeout: 600_000 }, () => {
  let folder: string;
  let transport: KafkaTransport;
  let producer: Producer;
  let log: LiveLog;
  let live: LiveFeed;
  let events: string[];
  let feed: KafkaFeed;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-kafka-feed-'));
    transport = await KafkaTransport.open({ ...kafka, prefix: '' });
    const names = ['linx.6830', 'amsix.ams.3491'].map((name) => ({
      name: topic(name),
      partitions: 2,
      compacted: false,
    }));
    await createTopics(transport, names);
    producer = await transport.openProducer();
  });
  after(async () => {
    await transport?.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    log = new LiveLog();
    live = new LiveFeed({ partitions: 1, checkpoint: noCheckpoint, now: Date.now }, log);
    await live.start();
    events = [];
  });
  afterEach(async () => {
    await feed.stop();
    await live.stop();
  });

  const start = (more: Partial<ConstructorParameters<typeof KafkaFeed>[0]> = {}): void => {
    const positionsFile = undefined;
    const onEvent = (text: string) => events.push(text);
    feed = new KafkaFeed({ kafka, topics: wanted, positionsFile, now: Date.now, onEvent, ...more }, live);
    feed.start();
  };
  const send = (name: string, value: Buffer, partition = 0) =>
    producer.send([{ topic: topic(name), partition, key: 'router', value }]);

  test('what comes is read, of each collector, without the collector’s own AS; what was there before is not', async () => {
    await send('linx.6830', route(1));
    start();
    await until(() => events.some((text) => text.startsWith('Kafka: 2 topics of ')));
    await send('linx.6830', frame(peerUp({ second: second() }, open(6447), open(64_500))));
    await send('linx.6830', route(2));
    await send('amsix.ams.3491', route(3), 1);
    await send('amsix.ams.3491', Buffer.from('<html>'), 1);
    await until(() => live.totals().records === 3 && live.totals().refused.size > 0);
    await feed.stop();
    await live.stop();
    assert.deepEqual(log.routes(collector('linx')), ['S 5 6', 'A 198.51.100.0/24 64500 2']);
    assert.deepEqual(log.routes(collector('amsix.ams')), ['A 198.51.100.0/24 64500 3']);
    assert.deepEqual(Object.fromEntries(live.totals().refused), { frameMagic: 1 });
  });

  test('what librdkafka packs with Snappy is read, as OpenBMP’s collectors write; lz4 is refused', {
    skip: noKcat,
  }, async () => {
    start();
    await until(() => feed.health().topics === 2);
    const file = path.join(folder, 'frame');
    writeFileSync(file, route(11));
    for (const codec of ['snappy', 'lz4'])
      execFileSync('kcat', [
        ...['-P', '-b', kafka.brokers.join(','), '-t', topic('linx.6830'), '-p', '0', '-z', codec],
        ...[file, file, file],
        ...['-X', 'linger.ms=500'],
      ]);
    await until(() => live.totals().records === 3 && live.totals().refused.size > 0);
    await feed.stop();
    await live.stop();
    assert.deepEqual(log.routes(collector('linx')), Array(3).fill('A 198.51.100.0/24 64500 11'));
    assert.deepEqual(Object.fromEntries(live.totals().refused), { 'batch-of-unknown-compression': 1 });
  });

  test('it goes on where it was, unless that is long ago', async () => {
    const positionsFile = path.join(folder, 'positions.json');
    start({ positionsFile });
    await until(() => feed.health().topics === 2);
    await send('linx.6830', route(4));
    await until(() => live.totals().records === 1);
    await feed.stop();
    await send('linx.6830', route(5));
    start({ positionsFile });
    await until(() => live.totals().records === 2);
    await feed.stop();
    await send('linx.6830', route(6));
    start({ positionsFile, now: () => Date.now() + 3_600_000 });
    await until(() => events.filter((text) => text.startsWith('Kafka: 2 topics')).length === 3);
    await send('linx.6830', route(7));
    await until(() => live.totals().records === 3);
    assert.equal(feed.health().leftOut, 1);
    assert.equal(events.filter((text) => text.startsWith('Kafka: 1 records are left out')).length, 1);
    await feed.stop();
    await live.stop();
    const paths = log.routes(collector('linx')).map((line) => line.split(' ').at(-1));
    assert.deepEqual(paths, ['4', '5', '7']);
  });

  test('killed while the log took nothing, it reads again what is not in the log', async () => {
    const positionsFile = path.join(folder, 'killed.json');
    const kept = () =>
      JSON.parse(readFileSync(positionsFile, 'utf8')) as { offsets: object; savedAt: number };
    start({ positionsFile });
    await until(() => feed.health().topics === 2 && existsSync(positionsFile));
    log.block();
    const { offsets, savedAt } = kept();
    await send('linx.6830', route(9));
    await until(() => live.totals().records === 1);
    const taken = Date.now();
    await until(() => kept().savedAt > Math.max(savedAt, taken));
    assert.deepEqual(kept().offsets, offsets);
    log.unblock();
    await until(() => JSON.stringify(kept().offsets) !== JSON.stringify(offsets));
    assert.equal(log.routes(collector('linx')).length, 1);
  });

  test('a topic that is new is found, and read from its beginning', async () => {
    const name = `openbmp.${world}.bmp_raw`;
    start({ listMilliseconds: 50, topics: new RegExp(`^openbmp\\.${world}\\.`) });
    await until(() => events.length === 1);
    assert.match(events[0]!, /^Kafka: no topic of .* has such a name; looking again/);
    await createTopics(transport, [{ name, partitions: 1, compacted: false }]);
    await producer.send([1, 2].map((asn) => ({ topic: name, partition: 0, key: '', value: route(asn) })));
    await until(() => live.totals().records === 2);
  });

  test('a record that no reader stands is refused once, and what comes after it is read', async () => {
    const name = `${world}.parsed.unicast_prefix`;
    await createTopics(transport, [{ name, partitions: 1, compacted: false }]);
    start({ topics: new RegExp(`^${name.replaceAll('.', '\\.')}$`) });
    await until(() => feed.health().topics === 1);
    const attributes = { router_ip: '192.0.2.9', peer_ip: '192.0.2.2', peer_asn: 64_500, prefix_len: 24 };
    const add = (prefix: unknown) =>
      JSON.stringify({ action: 'add', ...attributes, prefix, base_attrs: { as_path: [64_500, 1] } });
    const values = [{ toString: 1 }, '10.0.1.0', '10.0.2.0', '10.0.3.0'].map(add);
    await producer.send(
      values.map((text) => ({ topic: name, partition: 0, key: '', value: Buffer.from(text) })),
    );
    await until(() => live.totals().records === 3);
    assert.deepEqual(Object.fromEntries(live.totals().refused), { prefix: 1 });
    assert.equal(events.filter((text) => text.includes('Trying again')).length, 0);
  });

  test('a full log pauses it, and nothing is lost', async () => {
    await live.stop();
    live = new LiveFeed(
      { partitions: 1, checkpoint: noCheckpoint, now: Date.now, waitingBytesMax: 2000 },
      log,
    );
    await live.start();
    start();
    await until(() => feed.health().topics === 2);
    log.block();
    const sent = Array.from({ length: 300 }, (_, i) => ({
      topic: topic('linx.6830'),
      partition: 0,
      key: '',
      value: route(i + 1),
    }));
    await producer.send(sent);
    await until(() => feed.health().pauses > 0);
    assert.ok(live.totals().records < 300);
    log.unblock();
    await until(() => live.totals().records === 300);
  });

  test('frames of RouteViews as they were captured', { skip: noData }, async () => {
    start();
    await until(() => feed.health().topics === 2);
    const file = readFileSync(
      path.join(dataFolder!, 'bmp/bgpkit_bgpkit-parser__openbmp-frames.hex.txt'),
      'utf8',
    );
    const values = file.split('\n').filter((line) => /^[0-9a-f]+$/.test(line));
    for (const hex of values) await send('amsix.ams.3491', Buffer.from(hex, 'hex'));
    await until(() => live.totals().records === 3);
    await feed.stop();
    await live.stop();
    // Their clocks are years old: they count as of now.
    assert.deepEqual(log.routes(collector('amsix.ams')).sort(), [
      'A 2a0f:ca80:1::/48 6830 9002 207083 208046',
      'S 6 1',
      'S 6 1',
    ]);
  });

  test('a silence is told', async () => {
    start({ silenceMilliseconds: 500 });
    await until(() => feed.health().topics === 2);
    await send('linx.6830', route(8));
    await until(() => events.some((text) => text.startsWith('Kafka: nothing heard for 0.5 s from 1 coll')));
  });

  test('no broker, then one: it is told, and tried again', async () => {
    const [port] = await freePorts(1);
    start({ kafka: { brokers: [`127.0.0.1:${port}`], clientId: 'test' } });
    await until(() => events.length > 0);
    assert.match(
      events[0]!,
      /^Kafka: could not list the topics: no Kafka broker answers at .* Trying again in/,
    );
    assert.equal(feed.health().isConnected, false);
  });
});
