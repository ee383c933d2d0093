/**
 * Records of OpenBMP, goBMP and the Internet Health Report as their formats are documented (OpenBMP's MESSAGE_BUS_API.md with the columns that
 * its code adds, goBMP's pkg/message/types.go, kafka-toolbox' producers). None is a capture: there is none at hand.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { firstPath, routeAbsent } from '#core/contract/route-changes.ts';
import { recordEnd, recordSecond } from '#core/mrt/record.ts';
import { readIhrRecord } from '#core/parsed-feeds/ihr-record.ts';
import { readMsgpack } from '#core/parsed-feeds/msgpack.ts';
import { ParsedRoutes } from '#core/parsed-feeds/parsed-routes.ts';
import { readBack } from '#runtime/read-back.ts';
import { routeChanges, topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import { noCheckpoint } from '../../services/feeder/live/live-checkpoint.ts';
import { LiveFeed } from '../../services/feeder/live/live-feed.ts';
import { TopicRecords } from '../../services/feeder/live/topic-records.ts';
import { buildRouteTracker } from '../../services/route-tracker/service.ts';
import { LiveLog } from './live-log.ts';
import { type Packed, pack } from './msgpack-writer.ts';

async function started() {
  const log = new LiveLog();
  const live = new LiveFeed({ partitions: 1, checkpoint: noCheckpoint, now: Date.now }, log);
  await live.start();
  const heard = new Set<string>();
  const records = new TopicRecords({ now: Date.now }, live, (source) => heard.add(source));
  const ended = async () => {
    await live.stop();
    return { log, refused: Object.fromEntries(live.totals().refused), heard: [...heard] };
  };
  return { records, ended };
}

const now = () => new Date().toISOString();
const nowText = () => now().replace('T', ' ').replace('Z', '000');

function openBmp(type: string, ...rows: readonly (readonly (string | number)[])[]): Buffer {
  const body = rows.map((row) => `${row.join('\t')}\n`).join('');
  const headers = ['V: 1.7', `C_HASH_ID: 91e3a7ff9f5676ed6ae6fcd8a6b455ec`, `T: ${type}`];
  return Buffer.from(`${headers.join('\n')}\nL: ${body.length}\nR: ${rows.length}\n\n${body}`);
}

const who = ['2', 'a3', 'b7', '10.9.9.9'];
const prefixRow = (
  action: 'add' | 'del',
  prefix: string,
  { path = '', peer = '192.0.2.1', pathId = '', adjIn = 1 } = {},
): (string | number)[] => {
  const [address, length] = prefix.split('/') as [string, string];
  const isIpv4 = address.includes(':') ? 0 : 1;
  const own = [
    action,
    ...who,
    action === 'add' ? 'c1' : '',
    'd5',
    peer,
    64_500,
    nowText(),
    address,
    length,
    isIpv4,
  ];
  const nextHop = isIpv4 === 1 ? '192.0.2.1' : '2001:db8::1';
  const attributes =
    action === 'add'
      ? [
          'igp',
          path,
          3,
          65_010,
          nextHop,
          5,
          100,
          '65010 198.51.100.1',
          '64500:1 64500:2',
          '',
          '',
          0,
          isIpv4,
          '',
          pathId || 0,
          '',
        ]
      : [...Array<string>(13).fill(''), pathId, ''];
  return [...own, ...attributes, 1, adjIn, ''];
};
const peerRow = (action: string, ip = '192.0.2.1'): (string | number)[] => [
  action,
  7,
  'd5',
  'b7',
  'name',
  '10.0.0.1',
  '10.9.9.9',
  nowText(),
  64_500,
  ip,
  '0:0',
  ...Array<string>(14).fill(''),
  0,
  1,
  1,
];

test('OpenBMP’s unicast_prefix and peer: a withdrawal has no origin, and finds its peer', async () => {
  const { records, ended } = await started();
  records.take('openbmp.parsed.peer', openBmp('peer', peerRow('first'), peerRow('up')));
  records.take(
    'openbmp.parsed.unicast_prefix',
    openBmp(
      'unicast_prefix',
      prefixRow('add', '198.51.100.0/24', { path: ' 64500 64501 {65010,65011}' }),
      prefixRow('add', '2001:db8:7::/48', { path: '64500 65010' }),
      prefixRow('del', '198.51.100.0/24'),
      prefixRow('add', '203.0.113.0/24', { path: '64500 65010', pathId: '7' }),
      prefixRow('add', '10.0.0.0/8', { path: '64500', adjIn: 0 }),
    ),
  );
  records.take('openbmp.parsed.peer', openBmp('peer', peerRow('down')));
  const { log, refused, heard } = await ended();
  assert.deepEqual(refused, {});
  assert.deepEqual(heard, ['openbmp@10.9.9.9']);
  assert.deepEqual(log.routes('openbmp@10.9.9.9'), [
    'S 5 6',
    'A 198.51.100.0/24 64500 64501 {65010,65011}',
    'A 2001:db8:7::/48 64500 65010',
    'W 198.51.100.0/24',
    'A 203.0.113.0/24 #7 64500 65010',
    'S 6 1',
  ]);
});

test('OpenBMP’s records of damaged or other kinds are refused, or left alone', async () => {
  const { records, ended } = await started();
  const whole = openBmp('unicast_prefix', prefixRow('add', '198.51.100.0/24', { path: '64500' }));
  records.take('openbmp.parsed.unicast_prefix', whole.subarray(0, -20));
  records.take('openbmp.parsed.base_attribute', openBmp('base_attribute', ['add', 1]));
  records.take('openbmp.parsed.something', openBmp('something', ['add', 1]));
  records.take(
    't',
    openBmp('unicast_prefix', ['add', 1], prefixRow('add', '10.0.0.0/33', { path: '64500' })),
  );
  records.take('t', openBmp('unicast_prefix', prefixRow('add', '10.0.0.0/8', { path: '64500 x' })));
  records.take('t', openBmp('unicast_prefix', prefixRow('add', '10.0.0.0/8', { peer: 'nobody' })));
  const { refused, log } = await ended();
  assert.deepEqual(refused, { recordFormat: 2, recordType: 1, prefix: 1, path: 1, peer: 1 });
  assert.deepEqual(log.routes('openbmp@10.9.9.9'), []);
});

test('goBMP’s JSON, of today and of older versions', async () => {
  const { records, ended } = await started();
  const take = (record: object) =>
    records.take('gobmp.parsed.unicast_prefix_v4', Buffer.from(JSON.stringify(record)));
  const common = { router_ip: '10.8.8.8', peer_ip: '192.0.2.1', timestamp: now(), is_ipv4: true };
  const prefix = { ...common, peer_asn: 64_500, prefix: '198.51.100.0', prefix_len: 24 };
  take({ action: 'up', router_ip: '10.8.8.8', remote_ip: '192.0.2.1', remote_asn: 64_500, timestamp: now() });
  take({
    ...prefix,
    action: 'add',
    base_attrs: { as_path: [64_500, 65_010], nexthop: '192.0.2.1' },
    origin_as: 65_010,
  });
  take({ ...prefix, action: 'del' });
  const old = { ...prefix, peer_asn: -94_967_296, is_adj_rib_in: true, isprepolicy: true };
  take({ ...old, action: 'add', as_path: [4_200_000_000, 65_010], nexthop: '192.0.2.1', path_id: 3 });
  take({ ...prefix, action: 'add', is_adj_rib_out: true });
  take({ ...prefix, action: 'add', is_adj_rib_in_post_policy: true, base_attrs: { as_path: [1] } });
  take({ ...common, action: 'add', peer_asn: 64_500, is_eor: true });
  take({ ...prefix, action: 'steal' });
  records.take('t', Buffer.from('{"half": '));
  take({ what: 'ever' });
  const { log, refused } = await ended();
  assert.deepEqual(log.routes('gobmp@10.8.8.8'), [
    'S 5 6',
    'A 198.51.100.0/24 64500 65010',
    'W 198.51.100.0/24',
    'A 198.51.100.0/24 #3 4200000000 65010',
  ]);
  assert.deepEqual(refused, { recordType: 2, recordFormat: 1 });
});

const element = (type: string, fields: Packed, peer = '192.0.2.1'): Packed => ({
  type,
  time: Date.now() / 1000,
  peer_asn: 64_500,
  peer_address: peer,
  fields,
});
const ihr = (...elements: Packed[]): Buffer =>
  pack({
    rec: {
      project: 'ris',
      collector: 'rrc06',
      type: 'update',
      dump_time: 1_427_846_400,
      time: Date.now() / 1000,
    },
    elements,
  });

test('the Internet Health Report’s MessagePack: the collector is the source', async () => {
  const { records, ended } = await started();
  records.take(
    'ihr_bgp_rrc06_updates',
    ihr(
      element('S', { 'old-state': 'openconfirm', 'new-state': 'established' }),
      element('A', {
        'next-hop': '192.0.2.1',
        'as-path': '64500 65010 {65011,65012}',
        communities: ['64500:1'],
        prefix: '198.51.100.0/24',
      }),
      element('W', { prefix: '198.51.100.0/24' }),
      element(
        'A',
        { 'next-hop': '2001:db8::9', 'as-path': '64500 65010', prefix: '2001:db8:7::/48' },
        '2001:db8::9',
      ),
      element('S', { 'old-state': 'established', 'new-state': 'idle' }),
      element('X', {}),
    ),
  );
  records.take('ihr_bgp_rrc06_updates', ihr(element('W', { prefix: 'all' })).subarray(0, -3));
  const { log, refused } = await ended();
  assert.deepEqual(log.routes('ihr@rrc06'), [
    'S 5 6',
    'A 198.51.100.0/24 64500 65010 {65011,65012}',
    'W 198.51.100.0/24',
    'A 2001:db8:7::/48 64500 65010',
    'S 6 1',
  ]);
  assert.deepEqual(refused, { recordType: 1, recordFormat: 1 });
});

test('BMP alone in topics of RIS as Kafka; what is in no format', async () => {
  const { records, ended } = await started();
  records.take('rrc13.2854.bmp_raw', Buffer.from([3, 0, 0, 0, 6, 4]));
  records.take('rrc13.2854.bmp_raw', Buffer.from('<html>'));
  records.take('rrc13.2854.bmp_raw', Buffer.alloc(0));
  const { refused, heard } = await ended();
  assert.deepEqual(heard, ['rrc13']);
  assert.deepEqual(refused, { frameMagic: 2 });
});

test('MessagePack whose lengths lie is refused, and reserves nothing', () => {
  for (const bytes of [
    [0xdd, 255, 255, 255, 255],
    [0xdf, 255, 255, 255, 255],
    [0xdb, 127, 255, 255, 255, 1],
    [0x91],
    [],
    [0xc1],
    [1, 1],
  ])
    assert.throws(() => readMsgpack(Uint8Array.from(bytes)));
  assert.throws(() => readMsgpack(new Uint8Array(100).fill(0x91)), /too deep/);
  const value = { n: -5, big: 2 ** 40, half: 0.5, list: [true, false, 'text'], long: 'x'.repeat(300) };
  assert.deepEqual({ ...(readMsgpack(pack(value)) as object) }, value);
});

test('whose prefix it was that is withdrawn is found from the peer’s table, though no record says it', async () => {
  const log = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'everything' }),
  );
  const partitions = { updatePartitions: 1, blockPartitions: 1 };
  await log.ensureTopics(topicSpecs(partitions));
  const tracker = buildRouteTracker(partitions, log);
  await tracker.start();
  let second = Math.floor(Date.now() / 1000);
  const live = new LiveFeed({ partitions: 1, checkpoint: noCheckpoint, now: () => 1000 * second }, log);
  await live.start();
  const records = new TopicRecords({ now: () => 1000 * second }, live, () => undefined);
  const take = (...rows: (string | number)[][]) =>
    records.take('openbmp.parsed.unicast_prefix', openBmp('unicast_prefix', ...rows));
  take(prefixRow('add', '198.51.100.0/24', { path: '64500 64501 65010' }));
  second += 120;
  take(prefixRow('del', '198.51.100.0/24'));
  // A minute is told when it is over.
  second += 120;
  take(prefixRow('add', '203.0.113.0/24', { path: '64500 64502' }));
  await live.stop();
  await tracker.caughtUp(1);
  const lost: (number | undefined)[] = [];
  for await (const { value } of readBack(log, routeChanges, 0)) {
    for (const { pathWords, pathEnds, ipv4 } of value.sources) {
      for (let i = 0; i < ipv4.count; i++)
        if (ipv4.after[i] === routeAbsent) lost.push(pathWords[pathEnds[ipv4.before[i]! - firstPath]! - 1]);
    }
  }
  assert.deepEqual(lost, [65_010]);
  await tracker.stop();
  await log.close();
});

test('the Internet Health Report’s records come half an hour late, and what was a minute apart stays so', () => {
  const received = 1_700_000_000;
  const seconds: number[] = [];
  const routes = new ParsedRoutes({
    onRecords: (_, bytes, length) => {
      for (let at = 0; at < length; at = recordEnd(bytes, at, length))
        seconds.push(recordSecond(bytes, at) - received);
    },
    onRefused: (_, reason) => assert.fail(reason),
  });
  const at = (type: string, after: number) =>
    ({
      ...(element(type, { prefix: '198.51.100.0/24', 'as-path': '64500' }) as object),
      time: received + after,
    }) as Packed;
  const take = (...elements: Packed[]) => readIhrRecord(ihr(...elements), received, routes);
  take(at('W', -1800), at('A', -1740), at('W', -1680));
  take(at('R', -3000), at('A', -1650));
  assert.deepEqual(seconds, [0, 60, 120, 0, 150]);
  assert.deepEqual([routes.lagSeconds, routes.replacedTimes], [1800, 0]);
  take(at('W', -8000));
  assert.deepEqual([seconds.at(-1), routes.replacedTimes], [0, 1]);
});
