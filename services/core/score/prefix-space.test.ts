import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '#scenario/random.ts';
import { formatPrefix } from '../prefix.ts';
import { coveredBlocks, parsePrefix } from './prefix-space.ts';

test('a prefix is read back as it was written', () => {
  const random = new Random(1, 'prefix');
  const word = () => (random.chance(0.4) ? 0 : Math.floor(random.unit() * 2 ** 32));
  for (let i = 0; i < 1000; i++) {
    const [ipv4, ipv6] = [[word()], [word(), word(), word(), word()]];
    assert.deepEqual(parsePrefix(formatPrefix('ipv4', ipv4, 0, 24)), { words: ipv4, length: 24 });
    assert.deepEqual(parsePrefix(formatPrefix('ipv6', ipv6, 0, 48)), { words: ipv6, length: 48 });
  }
});

const blocks = (family: 'ipv4' | 'ipv6', ...prefixes: string[]) =>
  coveredBlocks(family, prefixes.map(parsePrefix));

test('addresses are counted once, in /24 or /48, rounded up', () => {
  assert.equal(blocks('ipv4'), 0);
  assert.equal(blocks('ipv4', '10.0.0.0/8', '10.1.0.0/16', '11.0.0.0/24'), 65_537);
  assert.equal(blocks('ipv4', '192.0.2.64/26', '192.0.2.0/25', '192.0.2.0/26'), 1);
  assert.equal(blocks('ipv4', '255.255.254.0/23', '0.0.0.0/24'), 3);
  assert.equal(blocks('ipv6', '2001:db8::/32', '2001:db8:1::/48', '2001:db9::/48'), 65_537);
  assert.equal(blocks('ipv6', '2000::/16'), 0xffff_ffff);
});
