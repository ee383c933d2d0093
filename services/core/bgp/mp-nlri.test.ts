import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMpReachNlri, isTableDumpMpReachNlri, mpReachNlriStart } from './mp-reach-nlri.ts';
import { isMpUnreachNlri } from './mp-unreach-nlri.ts';

const hop = (length: number): number[] => [length, ...Array(length).fill(1)];
const isReach = (...octets: number[]) => isMpReachNlri(Uint8Array.from(octets), 0, octets.length, false);
const isUnreach = (...octets: number[]) => isMpUnreachNlri(Uint8Array.from(octets), 0, octets.length, false);
/** 2001:db8::/32 */
const nlri = [32, 0x20, 1, 0xd, 0xb8];

test('MP_REACH_NLRI: |AFI 2|SAFI 1|next hop 16 or 32|reserved|NLRI|', () => {
  assert.ok(isReach(0, 2, 1, ...hop(16), 0, ...nlri));
  assert.ok(isReach(0, 2, 1, ...hop(32), 0, ...nlri));
  assert.ok(isReach(0, 2, 2, ...hop(16), 0), 'multicast, and no routes');
  assert.ok(!isReach(0, 2, 1, ...hop(4), 0, ...nlri), 'an IPv4 next hop');
  assert.ok(!isReach(0, 2, 1, ...hop(16), 0, 129, ...Array(17).fill(0)), '129 bits');
  assert.ok(!isReach(0, 2, 1, ...hop(16), 0, 32, 0x20), 'a cut prefix');
  assert.ok(!isReach(0, 2, 1, ...hop(16)), 'no reserved octet');
  assert.ok(!isReach(0, 2, 1, 255, 0), 'the next hop is cut');
  assert.ok(!isReach(0, 2, 1, 0), 'too short');
  assert.equal(mpReachNlriStart(Uint8Array.from([0, 2, 1, ...hop(16), 0]), 0), 21);
});

test('IPv4 routes may have next hops of either family (RFC 8950)', () => {
  for (const length of [4, 16, 32]) assert.ok(isReach(0, 1, 1, ...hop(length), 0, 8, 10));
  assert.ok(!isReach(0, 1, 1, ...hop(5), 0, 8, 10));
  assert.ok(!isReach(0, 1, 1, ...hop(4), 0, 33, 1, 2, 3, 4, 5), '33 bits');
});

test('other families are passed over, whatever their NLRI are', () => {
  assert.ok(isReach(0, 25, 70, ...hop(4), 0, 99, 99));
  assert.ok(isUnreach(0, 1, 128, 99, 99));
});

test('MP_UNREACH_NLRI: |AFI|SAFI|withdrawn routes|', () => {
  assert.ok(isUnreach(0, 2, 1, ...nlri));
  assert.ok(isUnreach(0, 2, 1), 'End-of-RIB');
  assert.ok(!isUnreach(0, 2), 'no SAFI');
  assert.ok(!isUnreach(0, 2, 1, 32, 0x20), 'a cut prefix');
});

test('in a table dump: |next hop length|next hop|, or the whole attribute', () => {
  const isDumped = (...octets: number[]) => isTableDumpMpReachNlri(Uint8Array.from(octets), 0, octets.length);
  assert.ok(isDumped(...hop(16)));
  assert.ok(isDumped(...hop(32)));
  assert.ok(isDumped(0, 2, 1, ...hop(16), 0, ...nlri));
  assert.ok(!isDumped(...hop(16), 0), 'an octet too many');
  assert.ok(!isDumped(0, 2, 1, 200, 0), 'the next hop is cut');
  assert.ok(!isDumped());
});
