import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAtlasResult } from '#core/probe/atlas-result.ts';
import { unusedLines } from '../../services/main-job/probe/probe-command.ts';

const dataFolder = process.env.STEADYBEAT_DATA;
const skip = dataFolder === undefined && 'STEADYBEAT_DATA is not set';
const originOf = (address: string) => (address === '62.2.16.12' ? 6830 : 0);

const linesOf = (file: string): unknown[] =>
  readFileSync(join(dataFolder!, 'probes', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

const tellingOf = (input: unknown): string => {
  const reading = readAtlasResult(input, originOf);
  if (reading.case === 'refused') return reading.reason;
  const { prober, targetAddress, originAs, outcome, rttMicroseconds } = reading.value;
  return `${prober} ${targetAddress} AS${originAs} ${outcome} ${rttMicroseconds}`;
};

test('stored pings of every firmware from 0 to 4650', { skip }, () => {
  const told = linesOf('RIPE-NCC_ripe-atlas-sagan__test_ping.results.jsonl').map(tellingOf);
  assert.deepEqual(told, [
    'atlas:677 62.2.16.12 AS6830 reply 57876',
    'atlas:165 62.2.16.12 AS6830 reply 123894',
    'atlas:270 62.2.16.12 AS6830 reply 43870',
    'atlas:165 62.2.16.12 AS6830 reply 193059',
    'atlas:165 62.2.16.12 AS6830 reply 95389',
    'atlas:202 62.2.16.12 AS6830 reply 29961',
    'atlas:165 62.2.16.12 AS6830 reply 65975',
    'atlas:202 62.2.16.12 AS6830 reply 27301',
    'atlas:202 62.2.16.12 AS6830 reply 34748',
    'atlas:202 62.2.16.12 AS6830 reply 36424',
    'atlas:270 62.2.16.24 AS0 reply 45939',
    'atlas:270 62.2.16.24 AS0 reply 47941',
    'atlas:1216 62.2.16.24 AS0 reply 27768',
    // Duplicates of an earlier ping came, and nothing of this one.
    'atlas:202 62.2.16.24 AS0 noReply 0',
    'atlas:270 62.2.16.24 AS0 reply 52875',
  ]);
});

test('stored traceroutes: whether the target itself replied, and what the probe could not send', {
  skip,
}, () => {
  const told = linesOf('RIPE-NCC_ripe-atlas-sagan__test_traceroute.results.jsonl').map(tellingOf);
  assert.deepEqual(told.slice(0, 10), [
    ...[190, 426, 426, 319, 426, 190, 426, 426, 319, 319].map(
      (probe) => `atlas:${probe} 121.244.76.25 AS0 noReply 0`,
    ),
  ]);
  assert.deepEqual(told.slice(10), [
    'atlas:394 220.226.205.30 AS0 reply 221541',
    'atlas:82 2001:6b0:e:3::1 AS0 proberError 0',
    'atlas:82 2001:6b0:e:3::1 AS0 proberError 0',
    'atlas:2463 2a03:8180:1001:b2:45::3 AS0 noReply 0',
    'atlas:14748 2a00:1450:4013:c01::5e AS0 noReply 0',
    'atlas:6021 2a02:d28:667::2 AS0 reply 90458',
    'atlas:319 121.244.76.25 AS0 noReply 0',
    'atlas:4978 2a00:1450:4001:808::1010 AS0 noReply 0',
    // It came too late for its hop, and from the target.
    'atlas:10834 78.46.48.134 AS0 reply 0',
    'atlas:14468 2001:980:1284:10:beee:7bff:fe87:9eda AS0 proberError 0',
    'atlas:22586  AS0 proberError 0',
  ]);
});

const base = { fw: 5020, prb_id: 7, timestamp: 1_600_000_000 };

test('HTTP, DNS and connection results', () => {
  const http = { ...base, type: 'http', dst_addr: '192.0.2.1' };
  assert.match(tellingOf({ ...http, result: [{ res: 503, rt: 12.5 }] }), /reply 12500$/);
  assert.match(tellingOf({ ...http, result: [{ err: 'connect: timeout' }] }), /noReply/);
  assert.match(tellingOf({ ...http, result: [{ err: 'name resolution failed' }] }), /proberError/);
  const dns = { ...base, type: 'dns', dst_addr: '192.0.2.1' };
  assert.match(tellingOf({ ...dns, result: { rt: 3.25, abuf: '' } }), /reply 3250$/);
  assert.match(tellingOf({ ...dns, error: { timeout: 5000 } }), /noReply/);
  assert.match(tellingOf({ ...dns, error: { nameserver: 'no local resolvers found' } }), /proberError/);
  const set = { ...base, type: 'dns', resultset: [{ dst_addr: '192.0.2.9', result: { rt: 1 } }] };
  assert.match(tellingOf(set), /192\.0\.2\.9 AS0 reply 1000$/);
  const connection = {
    ...base,
    type: 'connection',
    event: 'disconnect',
    asn: '15547',
    prefix: '192.0.2.0/24',
  };
  assert.equal(tellingOf(connection), 'atlas:7 192.0.2.0/24 AS15547 noReply 0');
});

test('a clock that was never set: the time at which it was stored counts', () => {
  const reading = readAtlasResult(
    {
      ...base,
      type: 'ping',
      dst_addr: '192.0.2.1',
      sent: 3,
      rcvd: 3,
      lts: -1,
      stored_timestamp: 1_700_000_000,
    },
    originOf,
  );
  assert.equal(reading.case === 'result' && reading.value.eventSecond, 1_700_000_000);
});

test('what is no result is refused, and never read as something', () => {
  for (const input of [undefined, null, 3, 'x', [], {}, { ...base, prb_id: 'x' }, { ...base, timestamp: -1 }])
    assert.equal(tellingOf(input), 'atlas-not-a-result');
  assert.equal(tellingOf({ ...base, type: 'wifi' }), 'atlas-unknown-type');
  assert.equal(tellingOf({ ...base, type: 'connection', event: 'x' }), 'atlas-not-a-result');
  for (const result of [null, 3, [null], [{ result: 5 }], [{ hop: 1, result: [null, 4] }], {}])
    for (const type of ['ping', 'traceroute', 'http', 'dns'])
      assert.doesNotMatch(tellingOf({ ...base, type, dst_addr: '192.0.2.1', result }), / reply /);
});

test('results of which nobody knows the origin AS are counted aloud', () => {
  const value = (input: object) => {
    const reading = readAtlasResult({ prb_id: 1, timestamp: 1_420_000_000, ...input }, () => 0);
    assert.ok(reading.case === 'result');
    return reading.value;
  };
  const connection = value({ type: 'connection', event: 'disconnect', prefix: '192.0.2.0/24' });
  const ping = value({ type: 'ping', dst_addr: '192.0.2.1', sent: 3, rcvd: 3, min: 1 });
  assert.deepEqual(unusedLines([connection]), []);
  assert.deepEqual(unusedLines([connection, ping, ping]), ['  2 results without an origin AS were not used']);
});
