import assert from 'node:assert/strict';
import test from 'node:test';
import { writeAscii } from '../../feeder/live/ascii.ts';
import type { MrtCursor, MrtVisitor } from '../mrt/visitor.ts';
import { MrtWalker } from '../mrt/walk.ts';
import { formatIpv4, formatIpv6 } from '../prefix.ts';
import { RisLiveTranslator } from './translator.ts';

const received = 1_700_000_000;

/** The outcome of one frame, and what its records say. */
function told(frame: unknown, translator: RisLiveTranslator = new RisLiveTranslator(writeAscii)) {
  const lines: string[] = [];
  const words = new Uint32Array(1024);
  const path = (cursor: MrtCursor) => [...words.subarray(0, cursor.readPath(words))].join(' ');
  const visitor: MrtVisitor = {
    beginUpdate() {},
    endUpdate() {},
    announceIpv4: (cursor, address, length) =>
      lines.push(`A ${formatIpv4(address)}/${length} [${path(cursor)}]`),
    announceIpv6: (cursor, a, b, c, d, length) =>
      lines.push(`A ${formatIpv6(a, b, c, d)}/${length} [${path(cursor)}]`),
    withdrawIpv4: (_, address, length) => lines.push(`W ${formatIpv4(address)}/${length}`),
    withdrawIpv6: (_, a, b, c, d, length) => lines.push(`W ${formatIpv6(a, b, c, d)}/${length}`),
    stateChange: (_, from, to) => lines.push(`S ${from} ${to}`),
    refuse: (_, reason) => lines.push(`refused ${reason}`),
  };
  const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
  const outcome = translator.take(text, received);
  new MrtWalker(visitor).walk(translator.out.bytes, 0, translator.out.length);
  return { outcome: outcome === 'refused' ? translator.refusal : outcome, lines, source: translator.source };
}

const common = { host: 'rrc03.ripe.net', peer: '192.0.2.1', peer_asn: '64500', timestamp: received - 1.5 };
const message = (fields: object) => ({ type: 'ris_message', data: { ...common, type: 'UPDATE', ...fields } });

test('announcements and withdrawals without raw, both families in one message', () => {
  const { lines, outcome, source } = told(
    message({
      path: [64_500, 64_501, [64_502, 64_503]],
      origin: 'IGP',
      med: 5,
      community: [[64_500, 1]],
      aggregator: '64501:192.0.2.9',
      announcements: [
        { next_hop: '192.0.2.1', prefixes: ['198.51.100.0/24', '203.0.113.128/25'] },
        { next_hop: '2001:db8::1,fe80::1', prefixes: ['2001:db8:1::/48'] },
        { next_hop: 'fe80::1', prefixes: ['2001:db8:1::/48'] },
      ],
      withdrawals: ['10.0.0.0/8', '2001:db8:2::/47', '::/0'],
    }),
  );
  assert.equal(outcome, 'records');
  assert.equal(source, 'rrc03');
  const path = `[${[2 * 256 + 2, 64_500, 64_501, 256 + 2, 64_502, 64_503].join(' ')}]`;
  assert.deepEqual(lines, [
    'W 10.0.0.0/8',
    'W 2001:db8:2::/47',
    'W ::/0',
    `A 198.51.100.0/24 ${path}`,
    `A 203.0.113.128/25 ${path}`,
    `A 2001:db8:1::/48 ${path}`,
  ]);
});

test('a path of more than 255 AS numbers, and an attribute of more than 255 octets', () => {
  const path = Array.from({ length: 300 }, (_, i) => i + 1);
  const { lines } = told(
    message({ path, announcements: [{ next_hop: '192.0.2.1', prefixes: ['10.0.0.0/8'] }] }),
  );
  assert.deepEqual(lines, [
    `A 10.0.0.0/8 [${[2 * 256 + 255, ...path.slice(0, 255), 2 * 256 + 45, ...path.slice(255)].join(' ')}]`,
  ]);
});

test('an End-of-RIB shown as a prefix says nothing, and empty or absent lists are the same', () => {
  assert.equal(
    told(message({ announcements: [{ next_hop: '192.0.2.1', prefixes: ['eor'] }] })).outcome,
    'silent',
  );
  assert.equal(told(message({ announcements: [], withdrawals: [] })).outcome, 'silent');
  assert.equal(told(message({})).outcome, 'silent');
});

test('states of a peer', () => {
  const state = (value: unknown) => told(message({ type: 'RIS_PEER_STATE', state: value }));
  assert.deepEqual(state('connected').lines, ['S 5 6']);
  assert.deepEqual(state('down').lines, ['S 6 1']);
  assert.equal(state('confused').outcome, 'peerState');
});

test('unknown fields are ignored; messages without routes are silent; answers to the client are told apart', () => {
  assert.deepEqual(told(message({ withdrawals: ['10.0.0.0/8'], novelty: { a: [1] } })).lines, [
    'W 10.0.0.0/8',
  ]);
  for (const type of ['OPEN', 'KEEPALIVE', 'NOTIFICATION'])
    assert.equal(told(message({ type })).outcome, 'silent');
  for (const type of ['ris_subscribe_ok', 'ris_rrc_list', 'pong'])
    assert.equal(told({ type, data: [] }).outcome, 'control');
  const translator = new RisLiveTranslator(writeAscii);
  assert.equal(told({ type: 'ris_error', data: { message: 'no such host' } }, translator).outcome, 'error');
  assert.equal(translator.errorText, 'no such host');
});

test('each frame that cannot be used is refused by its reason', () => {
  const cases: [string, unknown][] = [
    ['json', '{"type":"ris_message","data":{'],
    ['json', '<html><body>502 Bad Gateway</body></html>'],
    ['json', 'null'],
    ['json', '[]'],
    ['frameType', {}],
    ['frameType', { type: 'ris_news' }],
    ['frameType', { type: 'ris_message', data: [] }],
    ['messageType', message({ type: 'ROUTE-REFRESH-2' })],
    ['host', message({ host: undefined })],
    ['host', message({ host: '../../etc' })],
    ['host', message({ host: 'x'.repeat(80) })],
    ['peer', message({ peer: '192.0.2' })],
    ['peer', message({ peer: '192.0.2.256' })],
    ['peer', message({ peer: '2001:db8::1::2' })],
    ['peer', message({ peer: '1:2:3:4:5:6:7:8:9' })],
    ['peer', message({ peer_asn: 'AS1' })],
    ['peer', message({ peer_asn: 2 ** 32 })],
    ['timestamp', message({ timestamp: 'yesterday' })],
    ['timestamp', message({ timestamp: -1 })],
    ['raw', message({ raw: 'zz' })],
    ['raw', message({ raw: `GF${'FF'.repeat(15)}001304` })],
    ['raw', message({ raw: `FG${'FF'.repeat(15)}001304` })],
    ['raw', message({ raw: `ŁF${'FF'.repeat(15)}001304` })],
    ['raw', message({ raw: 'ff'.repeat(20) })],
    ['raw', message({ raw: 'f'.repeat(39) })],
    ['raw', message({ raw: 'ff'.repeat(70_000) })],
    ['prefix', message({ withdrawals: ['10.0.0.0/33'] })],
    ['prefix', message({ withdrawals: ['10.0.0.0'] })],
    ['prefix', message({ withdrawals: [7] })],
    ['announcement', message({ announcements: [7] })],
    ['nextHop', message({ announcements: [{ prefixes: ['10.0.0.0/8'] }] })],
    ['path', message({ path: ['x'], announcements: [{ next_hop: '192.0.2.1', prefixes: ['10.0.0.0/8'] }] })],
    ['updateLength', message({ withdrawals: new Array(20_000).fill('10.1.2.0/24') })],
  ];
  for (const [reason, frame] of cases) {
    const { outcome, lines } = told(frame);
    assert.equal(outcome, reason, JSON.stringify(frame).slice(0, 100));
    assert.deepEqual(lines, []);
  }
});

test('a time is believed however late, but not more than a minute ahead', () => {
  const translator = new RisLiveTranslator(writeAscii);
  const secondOf = (timestamp: unknown) => {
    assert.equal(
      translator.take(JSON.stringify(message({ withdrawals: ['10.0.0.0/8'], timestamp })), received),
      'records',
    );
    return new DataView(translator.out.bytes.buffer).getUint32(0);
  };
  assert.equal(secondOf(received - 86_400), received - 86_400);
  assert.equal(secondOf(`${received + 60}`), received + 60);
  assert.equal(translator.replacedTimes, 0);
  assert.equal(secondOf(received + 61), received);
  assert.equal(translator.replacedTimes, 1);
});

test('a peer is its address and its AS, whether that is text or a number', () => {
  const translator = new RisLiveTranslator(writeAscii);
  const peerOf = (fields: object) => {
    translator.take(JSON.stringify(message({ type: 'RIS_PEER_STATE', state: 'down', ...fields })), received);
    return new DataView(translator.out.bytes.buffer).getUint32(16);
  };
  assert.deepEqual(
    [peerOf({}), peerOf({ peer_asn: 64_500 }), peerOf({ peer_asn: '64501' })],
    [64_500, 64_500, 64_501],
  );
});
