import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type MrtPeer, type MrtPrefix, MrtWriter } from './writer.ts';

const bgpdumpIsMissing = spawnSync('bgpdump', ['-v']).error !== undefined && 'bgpdump is not installed';

const second = 1_419_264_903; // 2014-12-22T16:15:03Z
const ipv4Peer: MrtPeer = { asn: 4837, address: [0xc6336401] }; // 198.51.100.1
const ipv6Peer: MrtPeer = { asn: 4_200_000_001, address: [0x20010db8, 0, 0, 0x17] };
const slash24: MrtPrefix = { family: 'ipv4', words: [0xaf2db000], length: 24 };
const slash22: MrtPrefix = { family: 'ipv4', words: [0xaf2db000], length: 22 };
const slash32: MrtPrefix = { family: 'ipv6', words: [0x20010db8, 0, 0, 0], length: 32 };
const slash47: MrtPrefix = { family: 'ipv6', words: [0x20010db8, 0xffffffff & ~0x1ffff, 0, 0], length: 47 };

function bgpdump(bytes: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'mrt-writer-'));
  try {
    const file = join(folder, 'records.mrt');
    writeFileSync(file, bytes);
    const { stdout, status } = spawnSync('bgpdump', ['-m', file], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    assert.equal(status, 0);
    return stdout.split('\n').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('bgpdump reads the UPDATEs and state changes that were written', { skip: bgpdumpIsMissing }, () => {
  const writer = new MrtWriter(12654);
  writer.announce(second, ipv4Peer, 'ipv4', [slash24, slash22], [4837, 131279]);
  writer.announce(second + 1, ipv6Peer, 'ipv6', [slash32, slash47], [4_200_000_001, 4837, 131279]);
  writer.announce(second + 2, ipv6Peer, 'ipv4', [slash24], [4_200_000_001, 4837, 131279]);
  writer.withdraw(second + 3, ipv4Peer, 'ipv4', [slash24, slash22]);
  writer.withdraw(second + 4, ipv6Peer, 'ipv6', [slash47]);
  writer.stateChange(second + 5, ipv4Peer, 6, 1);
  assert.deepEqual(bgpdump(writer.take()), [
    'BGP4MP|1419264903|A|198.51.100.1|4837|175.45.176.0/24|4837 131279|IGP|198.51.100.1|0|0||NAG||',
    'BGP4MP|1419264903|A|198.51.100.1|4837|175.45.176.0/22|4837 131279|IGP|198.51.100.1|0|0||NAG||',
    'BGP4MP|1419264904|A|2001:db8::17|4200000001|2001:db8::/32|4200000001 4837 131279|IGP|2001:db8::17|0|0||NAG||',
    'BGP4MP|1419264904|A|2001:db8::17|4200000001|2001:db8:fffe::/47|4200000001 4837 131279|IGP|2001:db8::17|0|0||NAG||',
    'BGP4MP|1419264905|A|2001:db8::17|4200000001|175.45.176.0/24|4200000001 4837 131279|IGP|192.0.2.1|0|0||NAG||',
    'BGP4MP|1419264906|W|198.51.100.1|4837|175.45.176.0/24',
    'BGP4MP|1419264906|W|198.51.100.1|4837|175.45.176.0/22',
    'BGP4MP|1419264907|W|2001:db8::17|4200000001|2001:db8:fffe::/47',
    'BGP4MP|1419264908|STATE|198.51.100.1|4837|6|1',
  ]);
});

test('bgpdump reads the table dump that was written', { skip: bgpdumpIsMissing }, () => {
  const peers = [ipv4Peer, ipv6Peer];
  const writer = new MrtWriter(12654);
  writer.peerIndexTable(second, 0x0a000001, 'rrc00', peers);
  writer.rib(second, 0, slash24, peers, [
    { peerIndex: 0, originatedSecond: second - 60, path: [4837, 131279] },
    { peerIndex: 1, originatedSecond: second - 30, path: [4_200_000_001, 4837, 131279] },
  ]);
  writer.rib(second, 1, slash32, peers, [
    { peerIndex: 1, originatedSecond: second - 30, path: [4_200_000_001, 131279] },
  ]);
  assert.deepEqual(bgpdump(writer.take()), [
    'TABLE_DUMP2|1419264903|B|198.51.100.1|4837|175.45.176.0/24|4837 131279|IGP|198.51.100.1|0|0||NAG||',
    'TABLE_DUMP2|1419264903|B|2001:db8::17|4200000001|175.45.176.0/24|4200000001 4837 131279|IGP|192.0.2.1|0|0||NAG||',
    'TABLE_DUMP2|1419264903|B|2001:db8::17|4200000001|2001:db8::/32|4200000001 131279|IGP|2001:db8::17|0|0||NAG||',
  ]);
});

test('a path longer than a segment goes on in the next one', { skip: bgpdumpIsMissing }, () => {
  const path = Array.from({ length: 300 }, (_, i) => i + 1);
  const writer = new MrtWriter(12654);
  writer.announce(second, ipv4Peer, 'ipv4', [slash24], path);
  assert.equal(bgpdump(writer.take())[0]?.split('|')[6], path.join(' '));
});

test('an UPDATE that would be too long is refused and leaves nothing behind', () => {
  const writer = new MrtWriter(12654);
  const many = Array.from({ length: 1100 }, () => slash24);
  assert.throws(() => writer.announce(second, ipv4Peer, 'ipv4', many, [1]), RangeError);
  assert.equal(writer.length, 0);
});

test('every byte survives the growth of the buffer', () => {
  const writer = new MrtWriter(12654);
  writer.announce(second, ipv4Peer, 'ipv4', [slash24], [4837, 131279]);
  const once = writer.take();
  for (let i = 0; i < 1000; i++) writer.announce(second, ipv4Peer, 'ipv4', [slash24], [4837, 131279]);
  const all = writer.take();
  assert.equal(all.length, 1000 * once.length);
  for (let i = 0; i < 1000; i++) {
    assert.deepEqual(all.subarray(i * once.length, (i + 1) * once.length), once, `record ${i}`);
  }
});

test('take hands out what was written since the last take', () => {
  const writer = new MrtWriter(12654);
  writer.stateChange(second, ipv4Peer, 6, 1);
  const first = writer.take();
  writer.stateChange(second, ipv4Peer, 6, 1);
  assert.deepEqual(writer.take(), first);
  assert.equal(writer.length, 0);
});
