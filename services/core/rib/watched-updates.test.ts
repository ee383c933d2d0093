import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MrtPeer } from '../mrt/writer.ts';
import { StateReader, StateWriter } from '../state.ts';
import { RouteTracker } from './route-tracker.ts';
import {
  firstSecond,
  ipv4Peer,
  ipv4Prefix,
  ipv6Peer,
  ipv6Prefix,
  outputsOf,
  randomScript,
  SourceScript,
  textOf,
} from './stream-for-tests.ts';
import { type UpdateCounts, type WatchedUpdates, watchedUpdates } from './watched-updates.ts';

const [watchedAs, otherAs] = [7, 9];
const secondPeer: MrtPeer = { asn: 64_502, address: [0xc0000202] };
const trackerOf = (watched?: WatchedUpdates) =>
  new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 1, watched });

/** What came of one source's records, each a peer, a prefix, and a path or a withdrawal. */
type Said = readonly [peer: MrtPeer, prefix: number, path: readonly number[] | 'gone'];

function scriptOf(said: readonly Said[]): SourceScript {
  return new SourceScript('rrc00').records(0, (writer) => {
    for (const [peer, prefix, path] of said) {
      const family = peer === ipv6Peer ? 'ipv6' : 'ipv4';
      const prefixes = [family === 'ipv6' ? ipv6Prefix(prefix) : ipv4Prefix(prefix)];
      if (path === 'gone') writer.withdraw(firstSecond, peer, family, prefixes);
      else writer.announce(firstSecond, peer, family, prefixes, [peer.asn, ...path]);
    }
  });
}

/** Those that are not 0. */
const counted = (counts: UpdateCounts | undefined) =>
  Object.fromEntries(Object.entries(counts ?? {}).filter(([, count]) => count !== 0));

function told(said: readonly Said[], ases = [watchedAs]) {
  const watched = watchedUpdates(ases)!;
  outputsOf(trackerOf(watched), scriptOf(said).inputs);
  return Object.fromEntries([...watched].map(([asn, counts]) => [asn, counted(counts)]));
}

test('each class of Labovitz is counted for the AS whose route it is', () => {
  for (const peer of [ipv4Peer, ipv6Peer]) {
    const path = [1, watchedAs];
    const announced: Said = [peer, 1, path];
    const withdrawn: Said = [peer, 1, 'gone'];
    const steps: [Said[], Partial<UpdateCounts>][] = [
      [[announced], { announcedNew: 1 }],
      [[announced, announced], { announcedNew: 1, aaDup: 1 }],
      [[announced, [peer, 1, [2, watchedAs]]], { announcedNew: 1, aaDiff: 1 }],
      [[announced, withdrawn], { announcedNew: 1, withdrawn: 1 }],
      [[announced, withdrawn, announced], { announcedNew: 1, withdrawn: 1, waDup: 1 }],
      [[announced, withdrawn, [peer, 1, [2, watchedAs]]], { announcedNew: 1, withdrawn: 1, waDiff: 1 }],
      [[announced, withdrawn, withdrawn, withdrawn], { announcedNew: 1, withdrawn: 1, wwDup: 2 }],
    ];
    for (const [said, expected] of steps) assert.deepEqual(told(said), { [watchedAs]: expected });
  }
});

test('what an UPDATE of several prefixes does to each is counted, also where only some of them are of a watched AS', () => {
  const watched = watchedUpdates([watchedAs])!;
  const script = new SourceScript('rrc00').records(0, (writer) => {
    const [two, all] = [[1, 2].map(ipv4Prefix), [1, 2, 3].map(ipv4Prefix)];
    writer.announce(firstSecond, ipv4Peer, 'ipv4', two, [64_500, watchedAs]);
    writer.announce(firstSecond, ipv4Peer, 'ipv4', [ipv4Prefix(3)], [64_500, otherAs]);
    writer.withdraw(firstSecond, ipv4Peer, 'ipv4', all);
    writer.withdraw(firstSecond, ipv4Peer, 'ipv4', [...all, ipv4Prefix(4)]);
  });
  outputsOf(trackerOf(watched), script.inputs);
  assert.deepEqual(counted(watched.get(watchedAs)), { announcedNew: 2, withdrawn: 2, wwDup: 2 });
});

test('a withdrawal is of the origin of the route that goes; where there is none, of whom the prefix last was', () => {
  const moved: Said[] = [
    [ipv4Peer, 1, [watchedAs]],
    [ipv4Peer, 1, [otherAs]],
    [ipv4Peer, 1, 'gone'],
  ];
  assert.deepEqual(told(moved), { [watchedAs]: { announcedNew: 1 } });
  assert.deepEqual(told(moved, [watchedAs, otherAs]), {
    [watchedAs]: { announcedNew: 1 },
    [otherAs]: { aaDiff: 1, withdrawn: 1 },
  });
  // A peer that never had the route: another of the source did.
  const elsewhere: Said[] = [
    [ipv4Peer, 1, [watchedAs]],
    [secondPeer, 1, 'gone'],
    [secondPeer, 1, 'gone'],
  ];
  assert.deepEqual(told(elsewhere), { [watchedAs]: { announcedNew: 1, withdrawn: 1, wwDup: 1 } });
});

test('an AS is the origin only as the last of an AS_SEQUENCE: transit and peers are not', () => {
  assert.deepEqual(told([[ipv4Peer, 1, [watchedAs, otherAs]]]), { [watchedAs]: {} });
});

test('after a restore, routes that were there before are known by their paths', () => {
  const before = trackerOf();
  outputsOf(before, scriptOf([[ipv4Peer, 1, [watchedAs]]]).inputs);
  const writer = new StateWriter();
  before.save(writer);
  const watched = watchedUpdates([watchedAs])!;
  const after = trackerOf(watched);
  after.load(new StateReader(writer.bytes()));
  outputsOf(
    after,
    scriptOf([
      [ipv4Peer, 1, 'gone'],
      [ipv4Peer, 1, 'gone'],
    ]).inputs,
  );
  assert.deepEqual(counted(watched.get(watchedAs)), { withdrawn: 1, wwDup: 1 });
});

test('nothing of what is told or kept changes by it, and all origins together have what the peers report', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { inputs } = randomScript('rrc00', seed, 60);
    const watched = watchedUpdates([65_000, 65_001, 65_002])!;
    const [plain, watching] = [trackerOf(), trackerOf(watched)];
    const outputs = outputsOf(plain, inputs);
    assert.deepEqual(outputsOf(watching, inputs).map(textOf), outputs.map(textOf));
    const [plainState, watchingState] = [new StateWriter(), new StateWriter()];
    plain.save(plainState);
    watching.save(watchingState);
    assert.deepEqual(watchingState.bytes(), plainState.bytes());
    for (const name of ['announcedNew', 'aaDiff', 'aaDup', 'waDiff', 'waDup'] as const) {
      let reported = 0;
      for (const output of outputs)
        if (output.case === 'routeChanges')
          for (const { peers } of output.value.sources) for (const peer of peers) reported += peer[name];
      const sum = [...watched.values()].reduce((total, counts) => total + counts[name], 0);
      assert.ok(reported > 0 || name === 'waDup', name);
      assert.equal(sum, reported, `seed ${seed}: ${name}`);
    }
  }
});
