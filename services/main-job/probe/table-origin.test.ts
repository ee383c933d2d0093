import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originByTable } from './table-origin.ts';

test('the longest prefix that holds the address says whose it is', () => {
  const originOf = originByTable(
    new Map([
      ['10.0.0.0/8', new Set([64_500])],
      ['10.1.0.0/16', new Set([64_502, 64_501])],
      ['10.1.2.0/24', new Set([64_503])],
      ['2001:db8::/32', new Set([64_504])],
      ['2001:db8:1::/48', new Set([64_505])],
    ]),
  );
  const origins = {
    '10.1.2.3': 64_503,
    '10.1.3.3': 64_501,
    '10.2.0.1': 64_500,
    '11.0.0.1': 0,
    '2001:db8:1:2::1': 64_505,
    '2001:db8:2::1': 64_504,
    '2001:db9::1': 0,
    'example.org': 0,
  };
  for (const [address, originAs] of Object.entries(origins)) {
    assert.equal(originOf(address), originAs, address);
    assert.equal(originOf(address), originAs, `${address}, again`);
  }
});
