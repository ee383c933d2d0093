import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parsePrefix, writeAddress, writePrefix } from './address-text.ts';
import { formatIpv4, formatIpv6 } from './prefix.ts';

/** The octets as text again. */
function readBack(text: string): string | undefined {
  const octets = new Uint8Array(16);
  const length = writeAddress(text, octets, 0);
  const view = new DataView(octets.buffer);
  const word = (i: number) => view.getUint32(4 * i);
  if (length === 0) return undefined;
  return length === 4 ? formatIpv4(word(0)) : formatIpv6(word(0), word(1), word(2), word(3));
}

test('addresses as RFC 4291 writes them', () => {
  const cases: [string, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8::', '2001:db8::'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
  ];
  for (const [text, expected] of cases) assert.equal(readBack(text), expected, text);
});

test('what is no address is refused', () => {
  const texts = [
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '256.1.1.1',
    '1.2.3.0004',
    ':',
    ':::',
  ];
  texts.push(
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '1:',
    ':1',
    '1:2:',
    '::1:',
    '1:2:3:4:5:6:7:8::',
  );
  texts.push('1:2:3:4:5:6:7:1.2.3.4', '::1.2.3', '1.2.3.4::', 'fe80::1%eth0', ' ::1', '1.2.3.4 ');
  for (const text of texts) assert.equal(readBack(text), undefined, text);
});

test('every address is read back', () => {
  const word = fc.oneof(fc.constantFrom(0, 1, 0xffff, 0xffff0000), fc.nat(0xffffffff));
  fc.assert(
    fc.property(word, word, word, word, (a, b, c, d) => {
      assert.equal(readBack(formatIpv4(a)), formatIpv4(a));
      assert.equal(readBack(formatIpv6(a, b, c, d)), formatIpv6(a, b, c, d));
    }),
    { numRuns: 300 },
  );
});

test('prefixes as NLRI', () => {
  const into = new Uint8Array(20);
  const nlri = (text: string) => [...into.subarray(0, writePrefix(text, into, 0))];
  assert.deepEqual(nlri('0.0.0.0/0'), [0]);
  assert.deepEqual(nlri('10.128.0.0/9'), [9, 10, 128]);
  assert.deepEqual(nlri('192.0.2.1/32'), [32, 192, 0, 2, 1]);
  assert.deepEqual(nlri('2001:db8::/33'), [33, 0x20, 1, 0xd, 0xb8, 0]);
  for (const text of [
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '::/129',
    '/8',
    '10.0.0.0/8/8',
    '::/0128',
  ])
    assert.deepEqual(nlri(text), [], text);
});

test('a prefix as words has no bits beyond its length', () => {
  assert.deepEqual(parsePrefix('192.0.2.255/25'), { family: 'ipv4', words: [0xc0000280], length: 25 });
  assert.deepEqual(parsePrefix('0.0.0.0/0'), { family: 'ipv4', words: [0], length: 0 });
  assert.deepEqual(parsePrefix('255.255.255.255/32'), { family: 'ipv4', words: [0xffffffff], length: 32 });
  const ipv6 = parsePrefix('2001:db8:ffff:ffff:ffff::1/50');
  assert.deepEqual(ipv6, { family: 'ipv6', words: [0x20010db8, 0xffffc000, 0, 0], length: 50 });
  for (const text of ['192.0.2.0', '192.0.2.0/33', '192.0.2/24', '2001:db8::/129', '/24', '192.0.2.0/'])
    assert.equal(parsePrefix(text), undefined, text);
});
