import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerLocation } from './peer-location.ts';

const header = (type: number, subtype: number): number[] => [0, 0, 0, 0, 0, type, 0, subtype, 0, 0, 0, 0];
/** AS number and address of the peer of a record, as octets; undefined where it names none. */
function peerOf(octets: readonly number[]): { asn: number[]; address: number[] } | undefined {
  const bytes = Uint8Array.from(octets);
  const location = new PeerLocation();
  if (!location.find(bytes, 0, bytes.length)) return undefined;
  const { asAt, asnBytes, addressAt, addressBytes } = location;
  return {
    asn: [...bytes.subarray(asAt, asAt + asnBytes)],
    address: [...bytes.subarray(addressAt, addressAt + addressBytes)],
  };
}
const ipv4 = [192, 0, 2, 1];
const ipv6 = [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1];
const zeros = (count: number): number[] => Array(count).fill(0);

test('BGP4MP: |peer AS|local AS|interface|AFI|peer address|', () => {
  assert.deepEqual(peerOf([...header(16, 1), 1, 2, 9, 9, 0, 0, 0, 1, ...ipv4]), {
    asn: [1, 2],
    address: ipv4,
  });
  const as4 = [1, 2, 3, 4, 9, 9, 9, 9, 0, 0, 0, 2, ...ipv6];
  assert.deepEqual(peerOf([...header(16, 4), ...as4]), { asn: [1, 2, 3, 4], address: ipv6 });
  assert.deepEqual(peerOf([...header(17, 9), ...zeros(4), ...as4]), { asn: [1, 2, 3, 4], address: ipv6 });
  assert.equal(peerOf([...header(16, 4), ...as4.slice(0, -1)]), undefined, 'cut');
  assert.equal(peerOf([...header(16, 4), ...as4.with(11, 3)]), undefined, 'AFI 3');
  assert.equal(peerOf([...header(16, 2), ...as4]), undefined, 'unknown subtype');
});

test('TABLE_DUMP: the peer comes after |view|sequence|prefix|length|status|originated|', () => {
  const octets = [...zeros(4), ...zeros(4), ...zeros(6), ...ipv4, 1, 2];
  assert.deepEqual(peerOf([...header(12, 1), ...octets]), { asn: [1, 2], address: ipv4 });
  const octets6 = [...zeros(4), ...zeros(16), ...zeros(6), ...ipv6, 1, 2];
  assert.deepEqual(peerOf([...header(12, 2), ...octets6]), { asn: [1, 2], address: ipv6 });
});

test('the deprecated type BGP: |peer AS|peer address|; TABLE_DUMP_V2 names none', () => {
  assert.deepEqual(peerOf([...header(5, 1), 1, 2, ...ipv4]), { asn: [1, 2], address: ipv4 });
  assert.equal(peerOf([...header(13, 2), ...zeros(40)]), undefined);
  assert.equal(peerOf(header(16, 1)), undefined);
});
