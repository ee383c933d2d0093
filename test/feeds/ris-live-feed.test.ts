/** RIS Live over a real socket, from a server on loopback that serves real UPDATEs and misbehaves. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { RisLiveFeed } from '../../services/feeder/live/ris-live-feed.ts';
import { LiveLog } from './live-log.ts';
import { type Act, RisLiveServer } from './ris-live-server.ts';
import { until } from './until.ts';

/** Of the tests that wait for it; the others have a silence that never comes, however slow the machine is. */
const shortSilence = 400;
const noSilence = 3_600_000;

/** The frame of a withdrawal of 10.X.Y.0/24 by a peer of rrc00. */
function frame(index: number, fields: object = {}): string {
  const data = {
    timestamp: Math.floor(Date.now() / 1000),
    peer: '192.0.2.1',
    peer_asn: '64500',
    host: 'rrc00.ripe.net',
    type: 'UPDATE',
    withdrawals: [`10.${index >> 8}.${index & 255}.0/24`],
    ...fields,
  };
  return JSON.stringify({ type: 'ris_message', data });
}

const sendFrom = (from: number, count: number) => (connection: WebSocket) => {
  for (let i = from; i < from + count; i++) connection.send(frame(i));
};

const routesOf = (indices: readonly number[]) => indices.map((i) => `W 10.${i >> 8}.${i & 255}.0/24`);

async function started(
  t: TestContext,
  acts: readonly (Act | 'html')[],
  { silenceMilliseconds = noSilence, waitingBytesMax = 16_000_000 } = {},
) {
  const server = new RisLiveServer(acts);
  const url = await server.listen();
  const log = new LiveLog();
  const live = new LiveFeed(
    { partitions: 1, checkpoint: noCheckpoint, now: () => Date.now(), waitingBytesMax },
    log,
  );
  await live.start();
  const events: string[] = [];
  const feed = new RisLiveFeed(
    {
      url,
      silenceMilliseconds,
      firstRetryMilliseconds: 10,
      maxRetryMilliseconds: 50,
      now: () => Date.now(),
      onEvent: (text) => events.push(text),
    },
    live,
  );
  feed.start();
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    log.unblock();
    feed.stop();
    await live.stop();
    await server.close();
  };
  t.after(stop);
  return { server, log, live, feed, events, stop };
}

test('it subscribes to all updates and states with raw octets, and writes what it hears', async (t) => {
  const { server, log, live, stop } = await started(t, [sendFrom(0, 3)]);
  await until(() => live.totals().records === 3);
  await stop();
  assert.deepEqual(log.routes('rrc00'), routesOf([0, 1, 2]));
  const subscribed = server.subscriptions[0]!.map((text) => JSON.parse(text));
  assert.deepEqual(
    subscribed.map(({ type, data }) => [type, data.type, data.socketOptions.includeRaw]),
    [
      ['ris_subscribe', 'UPDATE', true],
      ['ris_subscribe', 'RIS_PEER_STATE', true],
    ],
  );
});

test('cut in the midst of a frame, closed, refused by a proxy: it connects again each time', async (t) => {
  const { server, log, live, events, stop } = await started(t, [
    (connection, socket) => {
      connection.send(frame(0), () => {
        // The header of a text frame of 1,000 octets, and 10 of them.
        socket.write(Buffer.concat([Buffer.from([0x81, 126, 0x03, 0xe8]), Buffer.alloc(10, 0x20)]));
        setTimeout(() => socket.destroy(), 20);
      });
    },
    'html',
    (connection) => {
      connection.send(frame(1));
      connection.close(1013, 'try again later');
    },
    sendFrom(2, 1),
  ]);
  await until(() => live.totals().records === 3);
  await stop();
  assert.equal(server.connections, 4);
  assert.deepEqual(log.routes('rrc00'), routesOf([0, 1, 2]));
  assert.ok(
    events.some((text) => /Unexpected server response: 502; trying again/.test(text)),
    events.join('\n'),
  );
  assert.ok(
    events.some((text) => /closed by the server \(1013 try again later\)/.test(text)),
    events.join('\n'),
  );
});

test('after a cut it is said, and counted, for how long nothing was heard', async (t) => {
  const { live, feed, events } = await started(t, [
    (connection) => {
      connection.send(frame(0), () => setTimeout(() => connection.terminate(), 20));
    },
    (connection) => {
      setTimeout(() => connection.send(frame(1)), 100);
    },
  ]);
  await until(() => live.totals().records === 2);
  assert.equal(
    events.filter((text) => /not heard for [\d.]+ s; what it said meanwhile is missing/.test(text)).length,
    1,
  );
  assert.ok(feed.health().unheardMilliseconds > 0, `${feed.health().unheardMilliseconds} ms`);
});

test('a server that stalls is silent, and so is one that sends only answers', async (t) => {
  const answering: Act = (connection) => {
    const timer = setInterval(() => connection.send('{"type":"pong"}'), 50);
    connection.on('close', () => clearInterval(timer));
  };
  const { log, live, events, stop } = await started(t, [sendFrom(0, 1), answering, sendFrom(1, 1)], {
    silenceMilliseconds: shortSilence,
  });
  await until(() => live.totals().records === 2);
  await stop();
  assert.equal(events.filter((text) => text.includes('silent for 0.4 s')).length, 2, events.join('\n'));
  assert.ok(events.some((text) => text.includes('1 collectors are lost')));
  const told = log
    .contents()
    .get('rrc00')!
    .map((line) => line.replace(/ \d{8}$/, ''));
  assert.deepEqual(
    told.filter((line) => line !== 'tick'),
    ['sourceOpened', 'W 10.0.0.0/24', 'sourceLost', 'sourceOpened', 'W 10.0.1.0/24', 'sourceLost'],
  );
});

test('garbage between messages is counted by reason, and the messages are used', async (t) => {
  const { log, live, events, stop } = await started(t, [
    (connection) => {
      connection.send(frame(0));
      connection.send('<html><body>overloaded</body></html>');
      connection.send(Buffer.from([0, 1, 2, 255]));
      connection.send(frame(1).slice(0, 60));
      connection.send(frame(1, { raw: 'FF00' }));
      connection.send(frame(1, { withdrawals: ['not a prefix'] }));
      connection.send('{"type":"ris_error","data":{"message":"unknown option"}}');
      connection.send(frame(2, { novelty: [1, 2, 3] }));
    },
  ]);
  await until(() => live.totals().records === 2);
  assert.deepEqual(Object.fromEntries(live.totals().refused), { json: 3, raw: 1, prefix: 1 });
  assert.ok(events.includes('RIS Live says: unknown option'));
  await stop();
  assert.deepEqual(log.routes('rrc00'), routesOf([0, 2]));
  assert.equal(log.letters().length, 5);
});

test('a frame of 100 MB ends the connection before it is held', async (t) => {
  const { log, live, events, stop } = await started(t, [
    (connection, socket) => {
      connection.send(frame(0), () => {
        const header = Buffer.alloc(10);
        header[0] = 0x81;
        header[1] = 127;
        header.writeBigUInt64BE(100_000_000n, 2);
        socket.write(header);
      });
    },
    sendFrom(1, 1),
  ]);
  await until(() => live.totals().records === 2);
  await stop();
  assert.deepEqual(log.routes('rrc00'), routesOf([0, 1]));
  assert.ok(
    events.some((text) => text.includes('Max payload size exceeded')),
    events.join('\n'),
  );
});

test('a flood while the log takes nothing: reading pauses, memory has a bound, nothing is lost', async (t) => {
  // 20,000 messages of 20 withdrawals are 3 MB of records: more than may wait.
  const floods = 20_000;
  const withdrawals = (i: number) =>
    Array.from({ length: 20 }, (_, j) => `${j + 1}.${i >> 8}.${i & 255}.0/24`);
  let sent = 0;
  const flood: Act = (connection) => {
    const more = () => {
      while (sent < floods && connection.bufferedAmount < 4_000_000)
        connection.send(frame(0, { withdrawals: withdrawals(sent++) }));
      if (sent < floods) setTimeout(more, 5);
    };
    more();
  };
  const { log, live, feed, stop } = await started(t, [flood], {
    silenceMilliseconds: 5 * shortSilence,
    waitingBytesMax: 1_000_000,
  });
  log.block();
  await until(() => feed.health().pauses > 0);
  const paused = live.totals().records;
  assert.ok(paused < floods);
  await sleep(12 * shortSilence);
  // What was on its way inside the client when it paused, and nothing more.
  assert.ok(live.totals().records - paused < 2000, `${live.totals().records - paused} after the pause`);
  assert.equal(feed.health().connections, 1);
  log.unblock();
  await until(() => live.totals().records === floods);
  await stop();
  assert.equal(log.routes('rrc00').length, 20 * floods);
});

test('stopping does not wait for a server that closes slowly', async (t) => {
  const { live, stop } = await started(t, [
    (connection, socket) => {
      connection.send(frame(0));
      // It never answers the closing handshake.
      setTimeout(() => socket.pause(), 20);
    },
  ]);
  await until(() => live.totals().records === 1);
  await stop();
});
