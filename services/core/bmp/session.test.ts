import assert from 'node:assert/strict';
import test from 'node:test';
import type { MrtCursor, MrtVisitor } from '../mrt/visitor.ts';
import { MrtWalker } from '../mrt/walk.ts';
import {
  addPathIpv4,
  bgpMessage,
  bmpMessage,
  octets32,
  ofPeer,
  open,
  peerUp,
  received,
  type TestPeer,
  update,
} from './bytes-for-tests.ts';
import { maxPeers } from './monitored-peers.ts';
import { BmpSession } from './session.ts';

/** A session with what its records say, "A path" or "S old new", and what was refused. */
function started(collectorAs = 0) {
  const refused: string[] = [];
  const told: string[] = [];
  /** Of each UPDATE. */
  const ipv6Peers: boolean[] = [];
  const session = new BmpSession({ collectorAs, onRefused: (reason) => refused.push(reason) });
  const words = new Uint32Array(64);
  const tell = (cursor: MrtCursor, prefix: string, pathId: number) => {
    const path = words.slice(0, cursor.readPath(words)).slice(1).join(' ');
    told.push(`${prefix}${cursor.hasPathIds ? `#${pathId}` : ''} ${path} at ${cursor.second - received}`);
  };
  const visitor: MrtVisitor = {
    beginUpdate: ({ peerIsIpv6 }) => ipv6Peers.push(peerIsIpv6),
    endUpdate() {},
    announceIpv4: (cursor, _, length, pathId) => tell(cursor, `A/${length}`, pathId),
    announceIpv6() {},
    withdrawIpv4: (cursor, _, length, pathId) => tell(cursor, `W/${length}`, pathId),
    withdrawIpv6() {},
    stateChange: (_, oldState, newState) => told.push(`S ${oldState} ${newState}`),
    refuse: (_, reason) => told.push(`refused ${reason}`),
  };
  const walker = new MrtWalker(visitor);
  const take = (...messages: number[][]) => {
    const bytes = Uint8Array.from(messages.flat());
    const end = session.take(bytes, 0, bytes.length, received, 0);
    walker.walk(session.out.bytes, 0, session.out.length);
    session.out.length = 0;
    return end;
  };
  return { session, told, refused, ipv6Peers, take };
}

const routes = (peer: TestPeer, message: number[]) => ofPeer(0, peer, message);

test('Peer Up, routes, Peer Down', () => {
  const { told, take, session } = started();
  take(bmpMessage(4, [0, 2, 0, 2, 0x72, 0x33]), peerUp({}, open(65_000), open(64_500)));
  take(routes({}, update([64_500, 64_501])), ofPeer(2, {}, [4]));
  assert.deepEqual(told, ['S 5 6', 'A/24 64500 64501 at 0', 'S 6 1']);
  assert.equal(session.initiated?.sysName, 'r3');
});

test('the same session told again for another view changes no state; another session does', () => {
  const { told, take } = started();
  take(peerUp({}, open(65_000), open(64_500)), peerUp({ flags: 0x40 }, open(65_000), open(64_500)));
  assert.deepEqual(told, ['S 5 6']);
  take(peerUp({}, open(65_000), open(64_500), 41_000));
  assert.deepEqual(told, ['S 5 6', 'S 5 6']);
});

test('one Adj-RIB-In of a peer is read, and no Adj-RIB-Out', () => {
  const { told, take, session } = started();
  take(
    routes({ flags: 0x40 }, update([64_500])),
    routes({}, update([64_500, 1])),
    routes({ flags: 0x10 }, update([2])),
  );
  assert.deepEqual(told, ['A/24 64500 at 0']);
  assert.equal(session.counts.ignoredPolicy, 1);
  assert.equal(session.counts.ignoredAdjRibOut, 1);
  take(ofPeer(2, {}, [4]), routes({}, update([64_500, 3])));
  assert.equal(told.at(-1), 'A/24 64500 3 at 0');
});

test('a Loc-RIB is read, whose flag 0x80 is not IPv6; a VPN is not', () => {
  const { told, take, session, ipv6Peers } = started();
  take(routes({ type: 3, flags: 0x80, address: [0, 0, 0, 0] }, update([64_500])));
  take(
    routes({ type: 1, distinguisher: 5 }, update([64_501])),
    routes({ type: 3, distinguisher: 5 }, update([64_502])),
  );
  assert.deepEqual(told, ['A/24 64500 at 0']);
  assert.deepEqual(ipv6Peers, [false]);
  assert.equal(session.counts.ignoredInstance, 2);
});

test('path identifiers are there where both OPENs say so', () => {
  const withIds = update([64_500], { nlri: [0, 0, 0, 9, 24, 198, 51, 100] });
  const both = started();
  both.take(peerUp({}, open(65_000, [addPathIpv4(1)]), open(64_500, [addPathIpv4(2)])), routes({}, withIds));
  assert.deepEqual(both.told, ['S 5 6', 'A/24#9 64500 at 0']);

  const wrongWay = started();
  wrongWay.take(peerUp({}, open(65_000, [addPathIpv4(2)]), open(64_500, [addPathIpv4(1)])));
  wrongWay.take(routes({}, update([64_500])));
  assert.deepEqual(wrongWay.told, ['S 5 6', 'A/24 64500 at 0']);
});

test('without Peer Up path identifiers are recognised', () => {
  const { told, take } = started();
  take(routes({}, update([64_500], { nlri: [0, 0, 0, 9, 24, 198, 51, 100] })), routes({}, update([64_500])));
  take(routes({}, update([64_500], { nlri: [0] })));
  // Without identifiers that would be four default routes and a prefix.
  take(routes({}, update([64_500], { nlri: [0, 0, 0, 0, 24, 198, 51, 100] })));
  assert.deepEqual(told, ['A/24#9 64500 at 0', 'A/24 64500 at 0', 'A/0 64500 at 0', 'A/24#0 64500 at 0']);
});

test('routes of two families of which one has path identifiers are refused', () => {
  const { told, refused, take } = started();
  take(peerUp({}, open(65_000, [addPathIpv4(3)]), open(64_500, [addPathIpv4(3)])));
  const mpReach = [0x80, 14, 22, 0, 2, 1, 16, ...new Array<number>(16).fill(1), 0, 0];
  const attributes = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, ...octets32(64_500), ...mpReach];
  const body = [0, 0, 0, attributes.length, ...attributes, 0, 0, 0, 9, 8, 10];
  take(routes({}, bgpMessage(2, body)));
  assert.deepEqual(told, ['S 5 6']);
  assert.deepEqual(refused, ['mixedAddPath']);
});

test('a path is read with the AS numbers that it has, whatever the A flag says', () => {
  const { told, take, session } = started();
  take(routes({ flags: 0x20 }, update([64_500, 1, 2], { asnBytes: 2 })));
  assert.equal(session.counts.guessedAsnBytes, 0);
  take(routes({}, update([64_500, 1, 3], { asnBytes: 2 })), routes({ flags: 0x20 }, update([64_500, 1, 4])));
  assert.equal(session.counts.guessedAsnBytes, 2);
  assert.deepEqual(told, ['A/24 64500 1 2 at 0', 'A/24 64500 1 3 at 0', 'A/24 64500 1 4 at 0']);
});

test('a path of two octets of a peer whose AS needs four is refused', () => {
  const { refused, told, take } = started();
  take(routes({ asn: 4_200_000_000, flags: 0x20 }, update([23_456], { asnBytes: 2 })));
  assert.deepEqual([told, refused], [[], ['peerAs']]);
});

test('the collector’s AS is taken out of the path, once, and only in front', () => {
  const { told, take } = started(6447);
  take(routes({}, update([6447, 64_500, 6447])), routes({}, update([6447])));
  take(routes({}, update([6447, 64_500], { extended: true })), routes({}, update([64_500, 6447])));
  take(
    routes({ flags: 0x20 }, update([6447, 64_500], { asnBytes: 2 })),
    routes({ asn: 6447 }, update([6447, 1])),
  );
  assert.deepEqual(told, [
    'A/24 64500 6447 at 0',
    'A/24  at 0',
    'A/24 64500 at 0',
    'A/24 64500 6447 at 0',
    'A/24 64500 at 0',
    'A/24 6447 1 at 0',
  ]);
});

test('the router’s own AS, which its Peer Up tells, is taken out of the paths of external peers', () => {
  const { told, take } = started(6447);
  take(peerUp({}, open(65_000), open(64_500)), peerUp({ asn: 65_000 }, open(65_000), open(65_000)));
  take(routes({}, update([65_000, 64_500])), routes({}, update([6447, 1])));
  take(routes({ asn: 65_000 }, update([65_000, 64_500])));
  assert.deepEqual(told.slice(2), ['A/24 64500 at 0', 'A/24 6447 1 at 0', 'A/24 65000 64500 at 0']);
});

test('a per-peer time is believed within ten minutes before and one after its coming', () => {
  const { told, take, session } = started();
  for (const second of [received - 600, received + 60, received - 601, received + 61, 0])
    take(routes({ second }, update([64_500])));
  assert.deepEqual(
    told.map((line) => Number(line.split(' at ')[1])),
    [-600, 60, 0, 0, 0],
  );
  assert.equal(session.counts.replacedTimes, 3);
});

test('a peer stays itself though the buffer that its first message came in is used again', () => {
  const { session } = started();
  const buffer = Buffer.alloc(1024);
  for (const at of [0, 100]) {
    buffer.fill(0);
    const length = Buffer.from(routes({}, update([64_500]))).copy(buffer, at);
    session.take(buffer, at, at + length, received, 0);
  }
  assert.equal(session.peers.count, 1);
});

test('more peers than any router has are refused', () => {
  const { refused, take, session } = started();
  for (let i = 0; i <= maxPeers; i++) take(ofPeer(2, { asn: 70_000 + i }, [4]));
  assert.equal(session.peers.count, maxPeers);
  assert.deepEqual(refused, ['peerLimit']);
});

test('each malformed message is refused by its reason, and the next one is read', () => {
  const { refused, told, take } = started();
  const cases: [string, number[]][] = [
    ['initiation', bmpMessage(4, [0, 2, 0, 9, 0x72])],
    ['termination', bmpMessage(5, [0, 1, 0, 2, 0])],
    ['messageType', bmpMessage(7, [])],
    ['perPeerHeader', bmpMessage(0, [0, 0, 0])],
    ['peerType', ofPeer(0, { type: 9 }, update([1]))],
    ['update', ofPeer(0, {}, update([1]).slice(0, 20))],
    ['updateType', ofPeer(0, {}, bgpMessage(4, []))],
    ['peerUp', peerUp({}, open(65_000), open(64_500).slice(0, 30))],
    ['peerDown', ofPeer(2, {}, [1, 2, 3])],
    ['statisticsReport', ofPeer(1, {}, [0, 0, 0, 9, 0, 1, 0, 4, 0, 0, 0, 1])],
    ['routeMirroring', ofPeer(6, {}, [0, 0, 0, 99])],
  ];
  for (const [reason, message] of cases) {
    assert.equal(
      take(message, routes({}, update([64_500]))),
      message.length + routes({}, update([64_500])).length,
    );
    assert.equal(refused.at(-1), reason);
  }
  assert.equal(refused.length, cases.length);
  assert.equal(told.length, cases.length);
});

test('a length that none has, or another version, loses the stream', () => {
  for (const [reason, header] of [
    ['messageLength', [3, 0x7f, 0, 0, 0, 0]],
    ['messageLength', [3, 0, 0, 0, 5, 0]],
    ['version', [0x47]],
  ] as const) {
    const { refused, session, told, take } = started();
    take(routes({}, update([64_500])), [...header], routes({}, update([64_500])));
    assert.equal(session.isLost, true);
    assert.deepEqual([told.length, refused], [1, [reason]]);
    take(routes({}, update([64_500])));
    assert.equal(told.length, 1);
  }
});

test('mirrored messages and statistics are counted', () => {
  const { told, take, session } = started();
  take(
    ofPeer(6, {}, [0, 0, 0, 2, 1, 1, 0, 1, 0, 2, 0, 1]),
    ofPeer(1, {}, [0, 0, 0, 1, 0, 7, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5]),
  );
  assert.deepEqual(told, []);
  const { mirrored, mirroringLosses, statisticsReports } = session.counts;
  assert.deepEqual([mirrored, mirroringLosses, statisticsReports], [1, 1, 1]);
});
