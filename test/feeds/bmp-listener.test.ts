/** BMP over TCP on loopback: the captures replayed, and routers that are none. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { bmpMessage, ofPeer, open, peerUp, update } from '#core/bmp/bytes-for-tests.ts';
import { BmpSession } from '#core/bmp/session.ts';
import { BmpListener, type BmpTls, bmpDefaults } from '../../services/feeder/live/bmp-listener.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { dataFolder, noData } from '../decode/mrt-files.ts';
import { makeCertificates } from '../kafka/certificates.ts';
import { streamsOf } from './capture.ts';
import { LiveLog } from './live-log.ts';
import { RouteLines } from './routes.ts';
import { until } from './until.ts';

const shortMilliseconds = 1_500;
const noTls: BmpTls | undefined = undefined as BmpTls | undefined;

async function started(
  t: TestContext,
  {
    maxConnections = 64,
    waitingBytesMax = 16_000_000,
    messageMilliseconds = 30_000,
    tls = noTls,
    ...places
  } = {} as {
    maxConnections?: number;
    waitingBytesMax?: number;
    messageMilliseconds?: number;
    tls?: BmpTls | undefined;
    tellMilliseconds?: number;
    scarceMilliseconds?: number;
    maxConnectionsOfAddress?: number;
  },
) {
  const log = new LiveLog();
  const live = new LiveFeed(
    { partitions: 1, checkpoint: noCheckpoint, now: () => Date.now(), waitingBytesMax },
    log,
  );
  await live.start();
  const events: string[] = [];
  const listener = new BmpListener(
    {
      ...bmpDefaults,
      ...places,
      host: '127.0.0.1',
      port: 0,
      maxConnections,
      messageMilliseconds,
      tls,
      now: () => Date.now(),
      onEvent: (text) => events.push(text),
    },
    live,
  );
  const port = await listener.start();
  const sockets: Socket[] = [];
  const router = async (...messages: (readonly number[])[]): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    for (const message of messages) socket.write(Buffer.from(message));
    return socket;
  };
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    log.unblock();
    for (const socket of sockets) socket.destroy();
    await listener.stop();
    await live.stop();
  };
  t.after(stop);
  return { log, live, listener, events, port, router, stop };
}

const closed = (socket: Socket) =>
  socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve));

const initiation = (name: string) => bmpMessage(4, [0, 2, 0, name.length, ...Buffer.from(name)]);
const routes = (path: readonly number[]) => ofPeer(0, {}, update(path));

const captures = [
  'bmp.evpn.evpn',
  'bmp.peers-with-different-caps.example',
  'bmp.unreachable-prefix-announcement.upa',
  'bmp.stateless-with-add-path.ipv4_unicast_all',
];

for (const capture of captures) {
  test(`${capture} over TCP, in pieces of any size`, { skip: noData }, async (t) => {
    const pcap = readFileSync(join(dataFolder!, 'bmp', `NetGauze_NetGauze__${capture}.pcap`));
    const streams = Map.groupBy(streamsOf(pcap), ({ stream }) => stream);
    for (const pieces of streams.values()) {
      const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
      const expected = new BmpSession({ collectorAs: 0, onRefused: (reason) => assert.fail(reason) });
      expected.take(bytes, 0, bytes.length, Math.floor(Date.now() / 1000), 0);
      const { lines, records } = RouteLines.of(expected.out.bytes.slice(0, expected.out.length));
      const { live, log, router, stop } = await started(t);
      const socket = await router();
      for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 1500)
        socket.write(bytes.subarray(at, at + size));
      await until(() => live.totals().records === records.length);
      await stop();
      const told = [...log.contents().values()].flat().filter((line) => /^[AWS] /.test(line));
      assert.deepEqual(told, lines);
    }
  });
}

test('a router is a source by name and address, and lost when it goes', async (t) => {
  const { log, live, events, router, stop } = await started(t);
  const socket = await router(initiation('r1'), peerUp({}, open(65_000), open(64_500)), routes([64_500, 1]));
  await until(() => live.totals().records === 2);
  socket.end();
  await until(() => live.totals().sources === 0);
  assert.deepEqual(events, [
    'BMP: r1@127.0.0.1 connected',
    'BMP: r1@127.0.0.1 is gone (closed); its peers are unknown until it comes again',
  ]);
  await stop();
  const told = log
    .contents()
    .get('r1@127.0.0.1')!
    .map((line) => line.replace(/ \d{8}$/, ''));
  assert.deepEqual(told, ['sourceOpened', 'tick', 'S 5 6', 'A 198.51.100.0/24 64500 1', 'sourceLost']);
});

test('a router that comes again while its old connection hangs takes its place', async (t) => {
  const { live, events, listener, router } = await started(t);
  const old = await router(initiation('r1'), routes([64_500, 1]));
  await until(() => live.totals().records === 1);
  await router(initiation('r1'), routes([64_500, 2]));
  await until(() => live.totals().records === 2);
  await closed(old);
  await until(() => listener.health().connections === 1);
  assert.equal(live.totals().sources, 1);
  assert.deepEqual(events, ['BMP: r1@127.0.0.1 connected', 'BMP: r1@127.0.0.1 connected']);
});

test('lengths that lie, other protocols, and a router that terminates end the connection, and no other', async (t) => {
  const { live, listener, router } = await started(t);
  const good = await router(initiation('good'), routes([64_500, 1]));
  const huge = await router([3, 0x7f, 0xff, 0xff, 0xff, 0]);
  const small = await router([3, 0, 0, 0, 5, 4]);
  const http = await router([...Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]);
  const ended = await router(initiation('r2'), bmpMessage(5, [0, 1, 0, 2, 0, 0]));
  await Promise.all([huge, small, http, ended].map(closed));
  good.write(Buffer.from(routes([64_500, 2])));
  await until(() => live.totals().records === 2);
  await until(() => listener.health().connections === 1);
  assert.deepEqual(Object.fromEntries(live.totals().refused), { messageLength: 2, version: 1 });
  assert.deepEqual(Object.fromEntries(listener.health().cutOff), {
    'sent what is no BMP': 3,
    'terminated the session': 1,
  });
});

test('slow-loris: who says nothing, or takes too long over one message, is cut off', async (t) => {
  const { live, listener, router } = await started(t, { messageMilliseconds: shortMilliseconds });
  const good = await router(initiation('good'), routes([64_500, 1]));
  const mute = await router();
  const slow = await router(initiation('slow'));
  const message = Buffer.from(routes([64_500, 9]));
  let at = 0;
  const dribble = setInterval(() => slow.write(message.subarray(at, ++at)), 20);
  t.after(() => clearInterval(dribble));
  await Promise.all([mute, slow].map(closed));
  clearInterval(dribble);
  await until(() => listener.health().connections === 1);
  assert.deepEqual(Object.fromEntries(listener.health().cutOff), {
    'said nothing': 1,
    'took too long over one message': 1,
  });
  // A router that has nothing to say is none of those.
  await sleep(2 * shortMilliseconds);
  good.write(Buffer.from(routes([64_500, 2])));
  await until(() => live.totals().records === 2);
});

test('more connections than there may be are turned away, and counted', async (t) => {
  const { events, listener, live, port, router } = await started(t, { maxConnections: 8 });
  await router(initiation('good'), routes([64_500, 1]));
  await until(() => live.totals().records === 1);
  const attempts = 10_000;
  const sockets: Socket[] = [];
  const seen = () => {
    const { turnedAway, connections, cutOff } = listener.health();
    return connections + [...turnedAway.values(), ...cutOff.values()].reduce((sum, count) => sum + count, 0);
  };
  for (let i = 0; i < attempts; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    // As many at a time as a system's queue of connections takes.
    await until(() => seen() > i - 200);
  }
  await until(() => seen() >= attempts + 1);
  assert.equal(listener.health().connections, 8);
  // Not each of them.
  const told = events.filter((text) => text.includes('turned away'));
  assert.match(
    told[0]!,
    /^BMP: 127\.0\.0\.1 is turned away: all 8 places are taken \(1 turned away so far\)$/,
  );
  assert.ok(told.length < 20, `${told.length} times`);
  for (const socket of sockets) socket.destroy();
  await until(() => listener.health().connections === 1);
  await router(initiation('after'), routes([64_500, 1]));
  await until(() => live.totals().records === 2);
});

test('one host that only says its name does not lock out a router, of its own address or of another', async (t) => {
  const { live, listener, events, port, router } = await started(t, {
    maxConnections: 24,
    scarceMilliseconds: shortMilliseconds,
  });
  const idle = await Promise.all(Array.from({ length: 64 }, (_, i) => router(initiation(`idle${i}`))));
  // Those that had a place, in the order in which they came, and 48 that had none.
  await until(() => listener.health().turnedAway.get('tooManyOfAddress') === 64 - 16);
  assert.equal(listener.health().connections, 16);
  assert.match(
    events.find((text) => text.includes('turned away'))!,
    /it has 16 connections, and one address/,
  );
  const elsewhere = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  t.after(() => elsewhere.destroy());
  elsewhere.on('error', () => {});
  elsewhere.write(Buffer.from([initiation('r2'), routes([64_500, 1])].flat()));
  await until(() => live.totals().records === 1);

  await sleep(2 * shortMilliseconds);
  const honest = await router(initiation('r1'), routes([64_500, 2]));
  await until(() => live.totals().records === 2);
  assert.equal(honest.destroyed, false);
  await until(() => idle.filter((socket) => socket.destroyed).length === 49);
  await until(() => listener.health().connections === 17);
  assert.deepEqual(Object.fromEntries(listener.health().cutOff), {
    'told nothing of any peer, and gave its place to another': 1,
  });
});

test('who says its name and then nothing is cut off at last, and one that told of a peer never', async (t) => {
  const { live, listener, router } = await started(t, { tellMilliseconds: shortMilliseconds });
  const good = await router(initiation('good'), peerUp({}, open(65_000), open(64_500)));
  const idle = await router(initiation('idle'));
  await closed(idle);
  await until(() => listener.health().connections === 1);
  assert.deepEqual(Object.fromEntries(listener.health().cutOff), { 'told nothing of any peer': 1 });
  await sleep(shortMilliseconds);
  good.write(Buffer.from(routes([64_500, 2])));
  await until(() => live.totals().records === 2);
});

test('a router that sends its table faster than the log takes it is read more slowly, and loses nothing', async (t) => {
  const { log, live, router, stop } = await started(t, { waitingBytesMax: 200_000 });
  log.block();
  const socket = await router(initiation('r1'));
  const message = Buffer.from(routes([64_500, 1]));
  const count = 100_000;
  let written = 0;
  const batch = Buffer.concat(Array.from({ length: 1000 }, () => message));
  const pump = () => {
    while (written < count && socket.write(batch)) written += 1000;
    if (written < count) {
      written += 1000;
      if (written < count) socket.once('drain', pump);
    }
  };
  pump();
  await until(() => live.isFull);
  await sleep(100);
  const { records } = live.totals();
  await sleep(100);
  assert.equal(live.totals().records, records);
  assert.ok(records < count / 10, `${records} records taken`);
  log.unblock();
  await until(() => live.totals().records === written);
  await stop();
  assert.equal(log.routes('r1@127.0.0.1').length, written);
});

const noOpenssl = spawnSync('openssl', ['version']).error !== undefined && 'there is no openssl';

test('by TLS: who only connects does not hold up the end', {
  skip: noOpenssl,
  timeout: 20_000,
}, async (t) => {
  const own = readFileSync(makeCertificates().broker, 'utf8');
  const { listener, router } = await started(t, { tls: { certificate: own, key: own, ca: undefined } });
  const socket = await router();
  await listener.stop();
  await closed(socket);
});

test('by TLS: who only connects, or says its name alone, has its place until another needs it', {
  skip: noOpenssl,
  timeout: 20_000,
}, async (t) => {
  const { ca: caFile, broker } = makeCertificates();
  const [ca, own] = [caFile, broker].map((file) => readFileSync(file, 'utf8')) as [string, string];
  const { live, listener, port, router } = await started(t, {
    tls: { certificate: own, key: own, ca: undefined },
    maxConnectionsOfAddress: 2,
    scarceMilliseconds: shortMilliseconds,
  });
  const secure = (...messages: (readonly number[])[]) => {
    const socket = tlsConnect({ port, host: '127.0.0.1', ca });
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    socket.write(Buffer.from(messages.flat()));
    return socket;
  };
  const plain = await router();
  const idle = secure(initiation('idle'));
  await until(() => listener.health().connections === 1);
  await closed(await router());
  assert.equal(listener.health().turnedAway.get('tooManyOfAddress'), 1);
  await sleep(2 * shortMilliseconds);
  secure(initiation('r1'), routes([64_500, 1]));
  await until(() => live.totals().records === 1);
  const gone = secure(initiation('r2'), routes([64_500, 2]));
  await until(() => live.totals().records === 2);
  await Promise.all([plain, idle].map(closed));
  gone.destroy();
  await until(() => listener.health().connections === 1);
  // Its place is free again at once.
  secure(initiation('r3'), routes([64_500, 3]));
  await until(() => live.totals().records === 3);
});

test('by TLS: a router that shows the right certificate is heard; others, and plain TCP, are not', {
  skip: noOpenssl,
}, async (t) => {
  const { ca: caFile, broker, client } = makeCertificates();
  const ca = readFileSync(caFile, 'utf8');
  const own = readFileSync(broker, 'utf8');
  const tls = { certificate: own, key: own, ca };
  const { events, live, listener, port, router } = await started(t, {
    tls,
    messageMilliseconds: shortMilliseconds,
  });
  const hello = Buffer.from([initiation('r1'), routes([64_500, 1])].flat());
  const good = tlsConnect({ port, host: '127.0.0.1', ca, cert: client.certificate, key: client.key });
  good.on('error', () => {});
  good.write(hello);
  await until(() => live.totals().records === 1);
  assert.equal(events[0], 'BMP: r1@127.0.0.1 connected');

  const nameless = tlsConnect({ port, host: '127.0.0.1', ca });
  nameless.on('error', () => {});
  nameless.write(hello);
  const plain = await router(initiation('r2'), routes([64_500, 2]));
  await Promise.all([closed(nameless), closed(plain)]);
  await until(() => listener.health().cutOff.get('TLS did not come about') === 2);
  assert.equal(live.totals().records, 1);
  assert.equal(listener.health().connections, 1);
  good.destroy();
});
