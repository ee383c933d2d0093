import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MrtWalker } from '../mrt/walk.ts';
import { bgpdumpIpv6 } from './bgpdump-address.ts';
import { BgpdumpLines } from './bgpdump-line.ts';
import { bgpdumpPath } from './bgpdump-path.ts';

test('IPv6 addresses as bgpdump writes them', () => {
  assert.equal(bgpdumpIpv6(0x20010db8, 0, 0, 1), '2001:db8::1');
  assert.equal(
    bgpdumpIpv6(0x20010db8, 0x00010002, 0x00030000, 0x00050006),
    '2001:db8:1:2:3::5:6',
    'one group',
  );
  assert.equal(
    bgpdumpIpv6(0x20010db8, 0, 0x00010000, 1),
    '2001:db8::1:0:0:1',
    'the first of the longest runs',
  );
  assert.equal(bgpdumpIpv6(0, 0, 0, 0), '::');
  assert.equal(bgpdumpIpv6(0, 0, 0, 1), '::1');
  assert.equal(bgpdumpIpv6(0, 0, 0, 0xc0000201), '::192.0.2.1');
  assert.equal(bgpdumpIpv6(0, 0, 0xffff, 0xc0000201), '::ffff:192.0.2.1');
  assert.equal(bgpdumpIpv6(0xfe800000, 0, 0, 0), 'fe80::');
});

test('paths with sets and confederations', () => {
  const text = (...words: number[]) => bgpdumpPath(Uint32Array.from(words), words.length);
  assert.equal(text(), '');
  assert.equal(text(0x202, 64500, 64501), '64500 64501');
  assert.equal(text(0x201, 64500, 0x102, 1, 2), '64500 {1,2}');
  assert.equal(text(0x302, 65001, 65002, 0x201, 1, 0x402, 3, 4), '(65001 65002) 1 [3,4]');
});

const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
const peer = [192, 0, 2, 1];
/** |peer AS 64500|local AS|interface|AFI|192.0.2.1|192.0.2.254|BGP message| */
function lines(
  type: number,
  subtype: number,
  attributes: readonly number[],
  nlri: readonly number[],
): string[] {
  const update = [0, 2, 8, 10, ...u16(attributes.length), ...attributes, ...nlri];
  const message = [...Array(16).fill(255), ...u16(19 + update.length), 2, ...update];
  const session = [...u16(64500), ...u16(1), 0, 0, 0, 1, ...peer, 192, 0, 2, 254];
  const body = type === 17 ? [...u32(42), ...session, ...message] : [...session, ...message];
  const found: string[] = [];
  const record = [...u32(1000), ...u16(type), ...u16(subtype), ...u32(body.length), ...body];
  new MrtWalker(new BgpdumpLines((line) => found.push(line))).walk(Uint8Array.from(record));
  return found;
}
const mandatory = [0x40, 1, 1, 2, 0x40, 2, 4, 2, 1, ...u16(64500), 0x40, 3, 4, ...peer];
const others = [
  ...[0x80, 4, 4, ...u32(4_000_000_000), 0x40, 5, 4, ...u32(100), 0x40, 6, 0],
  ...[0xc0, 7, 6, ...u16(64500), ...peer],
  ...[0xc0, 8, 8, 255, 255, 255, 3, ...u16(64500), 0, 9],
];

test('a withdrawn route, and an announced one with all columns', () => {
  assert.deepEqual(lines(16, 1, [...mandatory, ...others], [0]), [
    'BGP4MP|1000|W|192.0.2.1|64500|10.0.0.0/8',
    'BGP4MP|1000|A|192.0.2.1|64500|0.0.0.0/0|64500|INCOMPLETE|192.0.2.1|100|4000000000|local-AS 64500:9|AG|64500 192.0.2.1|',
  ]);
});

test('BGP4MP_ET writes microseconds, and LOCAL its name', () => {
  assert.equal(lines(17, 6, [], [])[0], 'BGP4MP_ET_LOCAL|1000.000042|W|192.0.2.1|64500|10.0.0.0/8');
});

test('routes of MP_REACH_NLRI have its next hop', () => {
  const reach = [0x80, 14, 11, 0, 1, 2, 4, 203, 0, 113, 1, 0, 8, 11];
  assert.deepEqual(lines(16, 1, [...mandatory, ...reach], [8, 12]).slice(1), [
    'BGP4MP|1000|A|192.0.2.1|64500|12.0.0.0/8|64500|INCOMPLETE|192.0.2.1|0|0||NAG||',
    'BGP4MP|1000|A|192.0.2.1|64500|11.0.0.0/8|64500|INCOMPLETE|203.0.113.1|0|0||NAG||',
  ]);
});
