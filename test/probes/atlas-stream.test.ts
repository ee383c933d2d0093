/** The stream of RIPE Atlas over a real socket, from a server on loopback that serves captured results and misbehaves. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { ProbeContent, ProbeResult } from '#core/contract/probe-results.ts';
import { readAtlasResult } from '#core/probe/atlas-result.ts';
import { openRecord } from '#runtime/codec/envelope.ts';
import { probeResults } from '#runtime/topics.ts';
import { AtlasStream, type AtlasWatch, atlasDefaults } from '../../services/active-prober/atlas-stream.ts';
import { ActiveProber } from '../../services/active-prober/service.ts';
import { readWatchList, WrongWatchList } from '../../services/active-prober/watch-list.ts';
import { type Act, RisLiveServer } from '../feeds/ris-live-server.ts';
import { until } from '../feeds/until.ts';
import { nothingKept } from './nothing-kept.ts';

const dataFolder = process.env.STEADYBEAT_DATA;
const skip = dataFolder === undefined && 'STEADYBEAT_DATA is not set';
const noSilence = 3_600_000;
const startMs = 1_423_526_400_000;

const ping = (index: number, fields: object = {}) => ({
  fw: 5080,
  type: 'ping',
  msm_id: 1001,
  prb_id: index,
  timestamp: startMs / 1000,
  dst_addr: '193.0.14.129',
  sent: 3,
  rcvd: 3,
  min: 5,
  result: [{ rtt: 5 }],
  ...fields,
});
const resultFrame = (payload: object) => JSON.stringify(['atlas_result', payload]);
const sendPings =
  (...indices: readonly number[]): Act =>
  (connection) => {
    for (const index of indices) connection.send(resultFrame(ping(index)));
  };
const probesOf = (said: readonly ProbeContent[]) => resultsOf(said).map(({ prober }) => prober);
const resultsOf = (said: readonly ProbeContent[]): ProbeResult[] =>
  said.flatMap((content) => (content.case === 'batch' ? content.results : []));
const casesOf = (said: readonly ProbeContent[]) => said.map((content) => content.case);

async function started(t: TestContext, acts: readonly (Act | 'html')[], options: object = {}) {
  const server = new RisLiveServer(acts);
  const watch: AtlasWatch = {
    url: await server.listen(),
    connections: true,
    origins: new Map([[1001, 25152]]),
    targets: [],
  };
  const said: ProbeContent[] = [];
  const events: string[] = [];
  const log = { blocked: Promise.resolve() };
  const clock = { nowMs: startMs };
  const stream = new AtlasStream(watch, {
    ...atlasDefaults,
    silenceMilliseconds: noSilence,
    firstRetryMilliseconds: 10,
    maxRetryMilliseconds: 50,
    key: undefined,
    now: () => clock.nowMs,
    originOf: (_, listedAs) => listedAs,
    write: async (_, content) => {
      said.push(content);
      await log.blocked;
    },
    onEvent: (text) => events.push(text),
    ...options,
  });
  t.after(() => {
    stream.stop();
    return server.close();
  });
  stream.start();
  return { server, said, events, log, clock, stream };
}

test('captured results say the same live as stored, with the AS of the measurement', { skip }, async (t) => {
  const stored = ['ping', 'traceroute'].flatMap((kind) =>
    readFileSync(join(dataFolder!, 'probes', `RIPE-NCC_ripe-atlas-sagan__test_${kind}.results.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ ...JSON.parse(line), msm_id: 1001, lts: 1, timestamp: startMs / 1000 }) as object),
  );
  const file = join(dataFolder!, 'probes', 'InternetHealthReport_disco__comcast_7000_20150210.json');
  const connections = (JSON.parse(readFileSync(file, 'utf8')) as { timestamp: number }[]).filter(
    ({ timestamp }) => timestamp >= startMs / 1000 && timestamp < startMs / 1000 + 600,
  );
  const { server, said, clock, stream } = await started(t, [
    (connection) => {
      for (const one of stored) connection.send(resultFrame(one));
      for (const one of connections) connection.send(JSON.stringify(['atlas_probestatus', one]));
    },
  ]);
  clock.nowMs += 600_000;
  const all = [...stored, ...connections].map((one) => readAtlasResult(one, () => 25152));
  const expected = all.flatMap((reading) => (reading.case === 'result' ? [reading.value] : []));
  // In the captured files nothing is broken, but a probe that resolved no name asked nobody.
  for (const result of expected) assert.ok(result.originAs !== 0 || result.outcome === 'proberError');
  await until(() => stream.health().results === expected.length);
  stream.stop();
  assert.ok(stored.length > 30 && connections.length > 10);
  assert.deepEqual(resultsOf(said), expected);
  assert.deepEqual(stream.health().refused, new Map());
  assert.deepEqual(
    server.subscriptions[0]!.map((text) => JSON.parse(text)),
    [
      ['atlas_subscribe', { streamType: 'result', msm: 1001 }],
      ['atlas_subscribe', { streamType: 'probestatus' }],
    ],
  );
});

test('a minute is complete once it is over; the source is open while it is connected', async (t) => {
  const { said, clock, stream } = await started(t, [sendPings(1)]);
  await until(() => said.length === 2);
  clock.nowMs += 131_000;
  await until(() => said.length === 4);
  stream.stop();
  assert.deepEqual(casesOf(said), ['sourceOpened', 'batch', 'tick', 'tick', 'endOfSource']);
});

test('cut in the midst of a frame, closed, refused by a proxy, a frame of 100 MB: it connects again each time', async (t) => {
  const cut =
    (...header: number[]): Act =>
    (connection, socket) =>
      connection.send(resultFrame(ping(1)), () => {
        socket.write(Buffer.from(header));
        setTimeout(() => socket.destroy(), 200);
      });
  const { events, said, stream } = await started(t, [
    cut(0x81, 126, 0x03, 0xe8, 0x20),
    'html',
    (connection) => {
      connection.send(resultFrame(ping(2)));
      connection.close(1013, 'try again later');
    },
    cut(0x81, 127, 0, 0, 0, 0, 0x05, 0xf5, 0xe1, 0),
    sendPings(3),
  ]);
  await until(() => stream.health().results === 4);
  stream.stop();
  assert.deepEqual(probesOf(said), ['atlas:1', 'atlas:2', 'atlas:1', 'atlas:3']);
  const all = events.join('\n');
  for (const why of [/502; trying again/, /1013 try again later/, /Max payload size exceeded/])
    assert.match(all, why);
  // It was never away for long: the source was open all the time.
  assert.equal(casesOf(said).filter((what) => what === 'sourceOpened').length, 1);
});

test('a server that is there but says nothing is not silent; one that does not answer is, and then lost', async (t) => {
  let stalled = false;
  let sent = 0;
  const stallsOnce: Act = (connection, socket) => {
    sendPings(++sent)(connection, socket);
    let pings = 0;
    connection.on('ping', () => {
      // The fourth comes after more than a silence: the answers to those before it were heard.
      if (stalled || ++pings < 4) return;
      stalled = true;
      socket.pause();
    });
  };
  const { said, events, clock, stream } = await started(t, [stallsOnce], {
    silenceMilliseconds: 900,
    firstRetryMilliseconds: 3000,
    maxRetryMilliseconds: 3000,
  });
  await until(() => stalled);
  await until(() => events.at(-1)!.includes('silent for 0.9 s'));
  const before = stream.health().results;
  clock.nowMs += 900;
  await until(() => stream.health().results > before);
  stream.stop();
  assert.deepEqual(casesOf(said).slice(-5), ['batch', 'sourceLost', 'sourceOpened', 'batch', 'endOfSource']);
});

test('garbage is counted by reason, and the results between it are used', async (t) => {
  const { said, events, stream } = await started(t, [
    (connection) => {
      for (const text of ['<html></html>', '{"a":1}', '7', '["news",{}]', '['.repeat(100_000)])
        connection.send(text);
      connection.send(Buffer.from([0, 1, 255]));
      connection.send(resultFrame(ping(1)));
      connection.send(resultFrame(ping(2, { msm_id: 1002 })));
      connection.send(resultFrame(ping(3, { prb_id: 'x' })));
      connection.send(resultFrame(ping(4, { type: 'sslcert' })));
      connection.send(resultFrame(ping(5, { timestamp: startMs / 1000 + 3600 })));
      connection.send(resultFrame(ping(6, { timestamp: startMs / 1000 - 3600 })));
      connection.send(JSON.stringify(['atlas_probestatus', ping(7)]));
      connection.send('["atlas_result",null]');
      connection.send('["atlas_subscribed",{"streamType":"result","msm":1001}]');
      connection.send('["atlas_error",{"detail":"unknown parameter"}]');
      connection.send(resultFrame(ping(8, { novelty: [1] })));
    },
  ]);
  await until(() => stream.health().results === 2);
  stream.stop();
  assert.deepEqual(probesOf(said), ['atlas:1', 'atlas:8']);
  assert.deepEqual(Object.fromEntries(stream.health().refused), {
    'atlas-not-json': 3,
    'atlas-not-a-message': 2,
    'atlas-unknown-message': 1,
    'atlas-other-measurement': 2,
    'atlas-not-a-result': 2,
    'atlas-unknown-type': 1,
    'atlas-future-time': 1,
    'atlas-too-old': 1,
  });
  assert.ok(events.includes('RIPE Atlas says: {"detail":"unknown parameter"}'), events.join('\n'));
  assert.equal(events.filter((text) => text.includes('refused: atlas-not-json')).length, 1);
  assert.match(events.at(-1)!, /^RIPE Atlas: 2 results, 3 atlas-not-json, /);
});

test('a frame that no reader stands is refused and counted, and the stream goes on', async (t) => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const { stream, said, events } = await started(
    t,
    [
      (connection) => {
        connection.send('["atlas_result",{"msm_id":{"toString":1,"valueOf":1}}]');
        connection.send(`["atlas_error",${deep}]`);
        connection.send(resultFrame(ping(1, { dst_addr: 'fault' })));
        connection.send(resultFrame(ping(2)));
      },
    ],
    {
      originOf: (address: string, listedAs: number) => {
        if (address === 'fault') throw new TypeError('a fault');
        return listedAs;
      },
    },
  );
  await until(() => stream.health().results === 1);
  stream.stop();
  assert.deepEqual(probesOf(said), ['atlas:2']);
  assert.deepEqual(Object.fromEntries(stream.health().refused), {
    'atlas-other-measurement': 1,
    'atlas-unreadable': 1,
  });
  assert.ok(events.every((text) => text.length < 400));
});

test('a flood while the log takes nothing: reading pauses, memory has a bound, nothing is lost', async (t) => {
  const floods = 30_000;
  let sent = 0;
  const flood: Act = (connection) => {
    const more = () => {
      while (sent < floods && connection.bufferedAmount < 1_000_000)
        connection.send(resultFrame(ping(sent++)));
      if (sent < floods) setTimeout(more, 5);
    };
    more();
  };
  const unblock = Promise.withResolvers<void>();
  const { said, log, stream } = await started(t, [flood], { waitingMax: 1000 });
  log.blocked = unblock.promise;
  await until(() => stream.health().pauses > 0 && casesOf(said).includes('batch'));
  // What the sockets hold, and nothing more, beyond what may wait.
  const { results } = stream.health();
  assert.ok(results < floods / 2, `${results} results were taken`);
  unblock.resolve();
  await until(() => stream.health().results === floods);
  stream.stop();
  assert.deepEqual(
    probesOf(said),
    Array.from({ length: floods }, (_, i) => `atlas:${i}`),
  );
});

test('in probe.results, by the watch list; the key is shown to the server and to nobody else', async (t) => {
  const server = new RisLiveServer([sendPings(1)]);
  t.after(() => server.close());
  const watchList = readWatchList(
    JSON.stringify({
      prober: 'test',
      atlas: { url: await server.listen(), connections: true, measurements: [{ id: 1001, as: 25152 }] },
    }),
  );
  const values: ReturnType<typeof probeResults.codec.decode>[] = [];
  const transport = {
    openProducer: async () => ({
      send: async (records: readonly { value: Uint8Array | null }[]) => {
        for (const { value } of records) {
          const { envelope, body } = openRecord(value!);
          values.push(probeResults.codec.decode(envelope, body));
        }
      },
      close: async () => {},
    }),
    ...nothingKept,
  };
  const events: string[] = [];
  const prober = new ActiveProber(
    watchList,
    { now: () => startMs, atlasKey: 'a-secret', onEvent: (text) => events.push(text) },
    transport,
  );
  await prober.start();
  await until(() => prober.totals().atlas?.results === 1);
  await prober.stop();
  assert.deepEqual(server.authorizations, ['Key a-secret']);
  assert.ok(!events.join().includes('a-secret'));
  assert.deepEqual(
    values.map(({ source, content }) => [source, content.case]),
    [
      ['atlas prober:test', 'sourceOpened'],
      ['atlas prober:test', 'batch'],
      ['atlas prober:test', 'endOfSource'],
    ],
  );
  assert.deepEqual(
    resultsOf(values.map(({ content }) => content)).map(({ prober, originAs, outcome }) => ({
      prober,
      originAs,
      outcome,
    })),
    [{ prober: 'atlas:1', originAs: 25152, outcome: 'reply' }],
  );
});

test('what a watch list may not say of RIPE Atlas', () => {
  const wrong: [object, RegExp][] = [
    [{}, /names no measurements/],
    [{ connections: 1 }, /neither true nor false/],
    [{ connections: true, url: 'ws://atlas.example/' }, /is not wss/],
    [{ connections: true, url: 'ws://127.0.0.1:80@atlas.example/' }, /is not wss/],
    [{ connections: true, url: 'https://atlas.example/' }, /is not wss/],
    [{ measurements: [{ id: 1001 }] }, /measurements\[0\]\.as/],
    [{ measurements: [{ id: 1001, as: 25152, key: 'k' }] }, /"key", which is not known/],
  ];
  for (const [atlas, message] of wrong)
    assert.throws(
      () => readWatchList(JSON.stringify({ atlas })),
      (error: Error) => error instanceof WrongWatchList && message.test(error.message),
    );
  assert.throws(() => readWatchList('{}'), /targets is not a list/);
});
