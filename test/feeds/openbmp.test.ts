import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readOpenBmpFrame } from '#core/bmp/openbmp-frame.ts';
import { BmpSession } from '#core/bmp/session.ts';
import { dataFolder, noData } from '../decode/mrt-files.ts';
import { RouteLines } from './routes.ts';

const frames = (): Buffer[] =>
  readFileSync(join(dataFolder!, 'bmp/bgpkit_bgpkit-parser__openbmp-frames.hex.txt'), 'utf8')
    .split('\n')
    .filter((line) => /^[0-9a-f]+$/.test(line))
    .map((line) => Buffer.from(line, 'hex'));

function recordsOf(bytes: Uint8Array, collectorAs: number) {
  const frame = readOpenBmpFrame(bytes);
  assert.ok(typeof frame !== 'string', String(frame));
  const { second, microsecond, adminId, routerIp, routerGroup } = frame;
  const session = new BmpSession({ collectorAs, onRefused: (reason) => assert.fail(reason) });
  assert.equal(session.take(bytes, frame.start, frame.end, second, microsecond), frame.end);
  const told = RouteLines.of(session.out.bytes.slice(0, session.out.length));
  const name = `${second}.${microsecond} ${adminId} ${routerIp} ${routerGroup}`;
  return { name, told, replacedTimes: session.counts.replacedTimes };
}

test('OpenBMP frames of three RouteViews collectors', { skip: noData }, () => {
  const [announcement, peerDown, olderPeerDown] = frames().map((frame) => recordsOf(frame, 6447));
  assert.equal(announcement!.name, '1636335955.194115 is-ah-bmp1 195.66.241.146 linx');
  assert.equal(announcement!.told.records[0]!.peer, '2001:7f8:4::1aae:4 AS6830');
  // 2a0f:ca80:1::/48: the collector had put its own AS 6447 before the path.
  assert.deepEqual(announcement!.told.lines, ['A 2a0f:ca80:1::/48 6830 9002 207083 208046']);

  // An octet follows the message; the peer's clock is 38 days behind, so the collector's time counts.
  assert.equal(peerDown!.name, '1636088258.811052 is-cc-bmp1 128.223.51.105 route-views5');
  assert.deepEqual(peerDown!.told.lines, ['S 6 1']);
  assert.equal(peerDown!.replacedTimes, 1);
  assert.deepEqual(peerDown!.told.records, [
    { peer: '63.218.6.14 AS3491', time: '1636088258.811052', type: 17, subtype: 5 },
  ]);

  assert.equal(olderPeerDown!.name, '1698628253.174418 is-ah-bmp1 128.223.51.102 route-views2');
  assert.equal(olderPeerDown!.told.records[0]!.peer, '91.228.151.1 AS31019');
});

test('without a collector AS the path stays as it came', { skip: noData }, () => {
  assert.deepEqual(recordsOf(frames()[0]!, 0).told.lines, [
    'A 2a0f:ca80:1::/48 6447 6830 9002 207083 208046',
  ]);
});

test('the text header of older OpenBMP is read in any order and case', { skip: noData }, () => {
  const binary = frames()[1]!;
  const message = binary.subarray(100, 151);
  for (const header of [
    `V: 1.7\nC_HASH_ID: aa\nR_HASH: bb\nR_IP: 192.0.2.1\nL: ${message.length}\n\n`,
    `l: ${message.length}\r\nr_hash_id: bb\r\nr_ip: 192.0.2.1\r\nv: 1.6\r\n\r\n`,
  ]) {
    const bytes = Buffer.concat([Buffer.from(header, 'latin1'), message]);
    const frame = readOpenBmpFrame(bytes);
    assert.ok(typeof frame !== 'string');
    assert.equal(frame.routerIp, '192.0.2.1');
    assert.deepEqual(bytes.subarray(frame.start, frame.end), message);
  }
});

test('what is no frame is refused by reason', { skip: noData }, () => {
  const whole = frames()[0]!;
  const changed = (at: number, ...octets: number[]) => {
    const bytes = Buffer.from(whole);
    bytes.set(octets, at);
    return readOpenBmpFrame(bytes);
  };
  assert.equal(readOpenBmpFrame(Buffer.from('<html><body>502</body></html>\n\n')), 'frameMagic');
  assert.equal(readOpenBmpFrame(new Uint8Array(0)), 'frameMagic');
  assert.equal(readOpenBmpFrame(whole.subarray(0, 30)), 'frameHeader');
  assert.equal(changed(4, 2), 'frameVersion');
  assert.equal(changed(13, 3), 'frameObject');
  assert.equal(changed(6, 0xff, 0xff), 'frameHeader');
  assert.equal(changed(38, 0xff, 0xff), 'frameHeader');
  assert.equal(changed(8, 0x7f, 0xff, 0xff, 0xff), 'frameLength');
});
