/** Records of others with any value in any place: none throws, none hangs the feed, and the next good one is read. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { readAtlasMessage } from '#core/probe/atlas-message.ts';
import { probeResults } from '#runtime/topics.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { TopicRecords } from '../../services/feeder/live/topic-records.ts';
import { LiveLog } from './live-log.ts';
import { pack } from './msgpack-writer.ts';
import { damagedJson, damagedMsgpack } from './placed-values.ts';

const second = 1_700_000_000;
const now = () => 1000 * second;

async function started(t: TestContext, onHeard: (source: string) => void = () => undefined) {
  const live = new LiveFeed({ partitions: 1, checkpoint: noCheckpoint, now }, new LiveLog());
  await live.start();
  t.after(() => live.stop());
  const records = new TopicRecords({ now }, live, onHeard);
  /** How many records come of this value. */
  const taken = (topic: string, value: Uint8Array): number => {
    const before = live.totals().records;
    records.take(topic, value);
    return live.totals().records - before;
  };
  return { live, taken };
}

const timestamp = new Date(now()).toISOString().slice(0, 19).replace('T', ' ');
const goodGobmp = {
  action: 'add',
  router_ip: '192.0.2.9',
  peer_ip: '192.0.2.2',
  peer_asn: 64_500,
  prefix: '198.51.100.0',
  prefix_len: 24,
  path_id: 0,
  nexthop: '192.0.2.2',
  is_adj_rib_in: true,
  base_attrs: {
    origin: 'igp',
    as_path: [64_500, [1, 2]],
    med: 3,
    community_list: ['64500:1'],
    nexthop: '192.0.2.2',
  },
  timestamp,
};
const { base_attrs: _, ...withdrawn } = goodGobmp;
const gobmp = [
  goodGobmp,
  { ...withdrawn, action: 'del' },
  { action: 'add', router_ip: '192.0.2.9', remote_ip: '192.0.2.2', remote_asn: 64_500, timestamp },
];

test('goBMP’s JSON with any value in any place', async (t) => {
  const { live, taken } = await started(t);
  const good = Buffer.from(JSON.stringify(goodGobmp));
  assert.equal(taken('gobmp', good), 1);
  fc.assert(
    fc.property(damagedJson(gobmp), (text) => {
      taken('gobmp', Buffer.from(text));
      assert.equal(taken('gobmp', good), 1);
    }),
    { numRuns: 1000 },
  );
  assert.equal(live.totals().refused.get('unreadable'), undefined);
  assert.ok((live.totals().refused.get('prefix') ?? 0) > 50);
});

const element = (type: string, fields: Readonly<Record<string, string>>) => ({
  type,
  time: second,
  peer_asn: 64_500,
  peer_address: '192.0.2.1',
  fields,
});
const route = {
  prefix: '198.51.100.0/24',
  'as-path': '64500 1',
  'next-hop': '192.0.2.1',
  communities: '64500:1',
};
const ihr = [
  element('A', route),
  element('W', { prefix: '198.51.100.0/24' }),
  element('R', route),
  element('S', { 'old-state': 'openconfirm', 'new-state': 'established' }),
].map((one) => ({
  rec: { project: 'ris', collector: 'rrc06', type: 'update', time: second },
  elements: [one],
}));

test('the Internet Health Report’s MessagePack with any value in any place, and as any key', async (t) => {
  const { live, taken } = await started(t);
  const good = pack(ihr[0]!);
  assert.equal(taken('ihr', good), 1);
  fc.assert(
    fc.property(damagedMsgpack(ihr), (bytes) => {
      taken('ihr', bytes);
      assert.equal(taken('ihr', good), 1);
    }),
    { numRuns: 1000 },
  );
  assert.equal(live.totals().refused.get('unreadable'), undefined);
  assert.ok((live.totals().refused.get('prefix') ?? 0) > 50);
});

test('OpenBMP’s text with anything in its columns and headers', async (t) => {
  const { live, taken } = await started(t);
  const columns = ['add', '2', 'a3', 'b7', '10.9.9.9', 'c1', 'd5', '192.0.2.1', '64500', timestamp];
  columns.push(
    '198.51.100.0',
    '24',
    '1',
    'igp',
    '64500 1',
    '2',
    '1',
    '192.0.2.1',
    '5',
    '100',
    '64500 192.0.2.1',
  );
  columns.push('64500:1', '', '', '0', '1', '', '0', '', '1', '1', '');
  const textOf = (row: readonly string[], type: string) => {
    const body = `${row.join('\t')}\n`;
    return Buffer.from(`V: 1.7\nT: ${type}\nL: ${body.length}\nR: 1\n\n${body}`, 'latin1');
  };
  const good = textOf(columns, 'unicast_prefix');
  assert.equal(taken('openbmp.parsed.unicast_prefix', good), 1);
  const put = fc.tuple(
    fc.nat(columns.length - 1),
    fc.oneof(fc.string(), fc.constantFrom('-1', '1e9', '{', '::', '0')),
  );
  fc.assert(
    fc.property(
      fc.array(put, { maxLength: 3 }),
      fc.constantFrom('unicast_prefix', 'peer', '{}'),
      (puts, type) => {
        taken(
          'openbmp.parsed',
          textOf(
            columns.map((own, i) => puts.find(([at]) => at === i)?.[1] ?? own),
            type,
          ),
        );
        assert.equal(taken('openbmp.parsed.unicast_prefix', good), 1);
      },
    ),
    { numRuns: 1000 },
  );
  assert.equal(live.totals().refused.get('unreadable'), undefined);
});

test('a record on which a reader fails is refused, counted and kept, and the next one is read', async (t) => {
  let fails = false;
  const { live, taken } = await started(t, () => {
    if (fails) throw new TypeError('a fault');
  });
  for (const good of [Buffer.from(JSON.stringify(goodGobmp)), pack(ihr[0]!)]) {
    assert.equal(taken('topic', good), 1);
    fails = true;
    assert.equal(taken('topic', good), 0);
    fails = false;
    assert.equal(taken('topic', good), 1);
  }
  assert.deepEqual(Object.fromEntries(live.totals().refused), { unreadable: 2 });
});

const base = { fw: 5080, msm_id: 1, prb_id: 7, timestamp: second, dst_addr: '192.0.2.1' };
const atlas = [
  { ...base, type: 'ping', sent: 3, rcvd: 3, min: 5, result: [{ rtt: 5 }] },
  {
    ...base,
    type: 'traceroute',
    result: [
      { hop: 1, result: [{ from: '10.0.0.1', rtt: 1, err: 'H' }] },
      { hop: 1, error: 'x' },
    ],
  },
  { ...base, type: 'traceroute', result: [{ hop: 1, result: [{ from: '10.0.0.1', err: 'H' }] }] },
  { ...base, type: 'http', result: [{ res: 200, rt: 3.5 }] },
  {
    ...base,
    type: 'dns',
    resultset: [{ dst_addr: '192.0.2.1', result: { rt: 5 } }, { error: { timeout: 1 } }],
  },
  {
    prb_id: 7,
    timestamp: second,
    type: 'connection',
    event: 'connect',
    asn: 64_500,
    prefix: '192.0.2.0/24',
    controller: 'c',
  },
];
const messages = [
  ...atlas.map((result) => [result.type === 'connection' ? 'atlas_probestatus' : 'atlas_result', result]),
  ['atlas_error', { detail: 'unknown' }],
  ['atlas_subscribed', { msm: 1 }],
];

test('RIPE Atlas’ messages with any value in any place, up to the bytes of the log', () => {
  const told = { origins: new Map([[1, 64_500]]), originOf: (_: string, listedAs: number) => listedAs };
  let results = 0;
  fc.assert(
    fc.property(damagedJson(messages as Parameters<typeof damagedJson>[0]), (text) => {
      const message = readAtlasMessage(text, told, second);
      if (message.case !== 'result') return;
      results++;
      const content = { case: 'batch', results: [message.value] } as const;
      const stamp = { producer: 'p', sequence: 1, eventMinute: 1 };
      const values = probeResults.codec.encode(stamp, { source: 's', eventMinute: 1, content });
      const { envelope, body } = probeResults.codec.open(values[0]!);
      assert.equal(probeResults.codec.decode(envelope, body).content.case, 'batch');
    }),
    { numRuns: 1500 },
  );
  assert.ok(results > 300);
});
