import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MrtCursor, MrtVisitor } from '../mrt/visitor.ts';
import { MrtWalker } from '../mrt/walk.ts';
import { families } from '../prefix.ts';
import { RouteTables } from './route-tables.ts';
import { firstMinute, firstSecond, randomScript } from './stream-for-tests.ts';
import { UpdateApplier } from './update-applier.ts';

/** A cursor at an UPDATE of one IPv4 peer, with a path of one AS_SEQUENCE. */
const cursorAt = (path: readonly number[], fields: Partial<MrtCursor> = {}): MrtCursor =>
  ({
    second: firstSecond,
    peerAs: 64_500,
    peerIsIpv6: false,
    peerAddress0: 0xc0000201,
    isRib: false,
    hasPathIds: false,
    safi: 1,
    readPath(into: Uint32Array) {
      into.set([512 + path.length, ...path]);
      return path.length + 1;
    },
    ...fields,
  }) as MrtCursor;

function applier(): UpdateApplier {
  const made = new UpdateApplier(new RouteTables());
  made.minute = firstMinute;
  return made;
}

test('with ADD-PATH a prefix is present while any of its paths is; the lowest identifier stands for it', () => {
  const visitor = applier();
  const steps: [isAnnounce: boolean, pathId: number, path: number[], routes: number, logged: number][] = [
    [true, 7, [64_500, 1], 1, 1], // new
    [true, 3, [64_500, 2], 1, 2], // a lower identifier: another path stands for it
    [true, 9, [64_500, 3], 1, 2], // a higher one: nothing changes
    [false, 9, [], 1, 2],
    [false, 3, [], 1, 3], // back to the first
    [false, 3, [], 1, 3],
    [false, 7, [], 0, 4], // the last one
    [false, 7, [], 0, 4], // WWDup
  ];
  for (const [isAnnounce, pathId, path, routes, logged] of steps) {
    const cursor = cursorAt(path, { hasPathIds: true });
    visitor.beginUpdate(cursor);
    if (isAnnounce) visitor.announceIpv4(cursor, 0x0a000000, 8, pathId);
    else visitor.withdrawIpv4(cursor, 0x0a000000, 8, pathId);
    visitor.endUpdate();
    visitor.flush();
    assert.deepEqual(
      [visitor.peers.all[0].ipv4.routes, visitor.ipv4.log.count],
      [routes, logged],
      `${pathId}`,
    );
  }
  const { announcedNew, aaDiff, aaDup, withdrawn, wwDup } = visitor.peers.all[0];
  assert.deepEqual([announcedNew, aaDiff, aaDup, withdrawn, wwDup], [1, 2, 3, 1, 1]);
});

test('a withdrawal without a path identifier is not of the route that had one, told by the run either', () => {
  const visitor = applier();
  const withId = cursorAt([64_500, 1], { hasPathIds: true });
  visitor.beginUpdate(withId);
  visitor.announceIpv4(withId, 0x0a000000, 8, 7);
  visitor.flush();
  const view = new DataView(Uint8Array.of(8, 10, 0, 0, 0, 0).buffer);
  const without = cursorAt([], { view });
  visitor.beginUpdate(without);
  visitor.ipv4Nlri(without, 0, 2, false);
  visitor.flush();
  const [peer] = visitor.peers.all;
  assert.deepEqual([peer.ipv4.routes, peer.withdrawn], [1, 0]);
});

test('multicast routes are counted and not kept; a prefix that is too short is kept and not told', () => {
  const visitor = applier();
  const multicast = cursorAt([64_500, 1], { safi: 2 });
  visitor.beginUpdate(multicast);
  visitor.announceIpv4(multicast, 0x0a000000, 8, 0);
  const unicast = cursorAt([64_500, 1]);
  visitor.announceIpv4(unicast, 0, 0, 0);
  visitor.announceIpv4(unicast, 0x0a000000, 9, 0);
  visitor.announceIpv6(unicast, 0x20000000, 0, 0, 0, 12, 0);
  visitor.flush();
  const [peer] = visitor.peers.all;
  assert.equal(visitor.ignoredRoutes, 1);
  assert.deepEqual([peer.ipv4.routes, peer.ipv6.routes], [2, 1]);
  assert.deepEqual([visitor.ipv4.log.count, visitor.ipv6.log.count], [1, 0]);
});

test('more elems than the queue holds in one UPDATE are all applied, with its path', () => {
  const visitor = applier();
  const cursor = cursorAt([64_500, 1]);
  visitor.beginUpdate(cursor);
  for (let i = 0; i < 2000; i++) visitor.announceIpv4(cursor, 0x0a000000 + i * 256, 24, 0);
  visitor.flush();
  assert.equal(visitor.peers.all[0].announcedNew, 2000);
  const { words, stride, count } = visitor.ipv4.log;
  const paths = new Set(Array.from({ length: count }, (_, i) => words[i * stride + 2]));
  assert.equal(paths.size, 1);
});

test('an empty AS_PATH is a path', () => {
  const visitor = applier();
  const cursor = cursorAt([], { readPath: () => 0 });
  visitor.beginUpdate(cursor);
  visitor.announceIpv4(cursor, 0x0a000000, 8, 0);
  visitor.announceIpv4(cursor, 0x0a000000, 8, 0);
  visitor.flush();
  const { announcedNew, aaDup } = visitor.peers.all[0];
  assert.deepEqual([announcedNew, aaDup], [1, 1]);
});

test('routes taken by the run do what they do told one by one', () => {
  const byRun = applier();
  const oneByOne = applier();
  const visitor: MrtVisitor = {
    beginUpdate: (...all) => oneByOne.beginUpdate(...all),
    withdrawIpv4: (...all) => oneByOne.withdrawIpv4(...all),
    withdrawIpv6: (...all) => oneByOne.withdrawIpv6(...all),
    announceIpv4: (...all) => oneByOne.announceIpv4(...all),
    announceIpv6: (...all) => oneByOne.announceIpv6(...all),
    endUpdate: () => oneByOne.endUpdate(),
    stateChange: (...all) => oneByOne.stateChange(...all),
    refuse: (...all) => oneByOne.refuse(...all),
  };
  const walkers = [new MrtWalker(byRun), new MrtWalker(visitor)];
  for (const { content } of randomScript('rrc00', 5, 200).inputs) {
    if (content.case !== 'mrtRecords') continue;
    for (const walker of walkers) walker.walk(content.value);
  }
  byRun.flush();
  oneByOne.flush();
  for (const family of families) {
    const { words, end } = byRun[family].log;
    assert.ok(end > 100);
    assert.deepEqual(
      words.subarray(0, end),
      oneByOne[family].log.words.subarray(0, oneByOne[family].log.end),
    );
  }
  for (const [index, peer] of byRun.peers.all.entries()) {
    const { aaDup, wwDup, routes } = { ...peer, routes: peer.ipv4.routes };
    const other = oneByOne.peers.all[index];
    assert.deepEqual([aaDup, wwDup, routes], [other.aaDup, other.wwDup, other.ipv4.routes]);
  }
});
