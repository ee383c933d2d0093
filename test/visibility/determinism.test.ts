import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockPartition } from '#core/block.ts';
import type { AsMinutes } from '#core/contract/as-minutes.ts';
import type { ChangeColumns, RouteChanges } from '#core/contract/route-changes.ts';
import type { Family } from '#core/prefix.ts';
import { StateReader, StateWriter } from '#core/state.ts';
import { VisibilityTracker, type VisibilityTrackerOptions } from '#core/visibility/visibility-tracker.ts';
import { range, World } from './world.ts';

const minutes = 100;

/** Some of each block, of more and less specific prefixes, and one that nobody announces. */
const probed = [
  ...range(0, 12).flatMap((i) => [`10.${i}.2.1`, `10.${i}.77.1`, `41.${i}.3.1`, `196.${i}.5.1`]),
  ...range(0, 6).flatMap((i) => [`2001:db8:${i}::1`, `2400:${i}:1::1`, `2400:${i}:2::1`]),
  '198.51.100.1',
].map((address, i) => ({ address, originAs: 64_500 + (i % 9) }));
const whole: VisibilityTrackerOptions = { block: 0, blockPartitions: 1, probed };

/** A generator of numbers below `below` (Lehmer, period 2^31 - 2). */
function numbers(seed: number): (below: number) => number {
  let state = seed * 7919 + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/**
 * What trackers send of a small Internet where everything happens: prefixes go, come back, move and change paths,
 * covers go, peers reset, transfer, fall silent and learn their tables.
 */
function inputsOf(seed: number, trackers: number): RouteChanges[][] {
  const random = numbers(seed);
  const world = new World({ collectors: 3, peers: 13, trackers });
  const seeds = world.addPeer('seed', true);
  const prefixes = [
    ...range(0, 12).flatMap((i) => [`10.${i}.0.0/16`, `10.${i}.2.0/24`, `41.${i}.0.0/20`, `196.${i}.4.0/22`]),
    ...range(0, 6).flatMap((i) => [`2001:db8:${i}::/48`, `2400:${i}::/32`, `2400:${i}:1::/48`]),
  ];
  for (const prefix of prefixes) world.set(prefix, [3356, 64_500 + random(9)]);
  for (const prefix of prefixes.slice(0, 20)) world.set(prefix, [64_500 + random(9)], [seeds]);
  const inputs = [world.takeInputs()];
  for (let minute = 1; minute < minutes; minute++) {
    for (let i = 0; i < 8; i++) disturb(world, prefixes[random(prefixes.length)], random);
    if (random(6) === 0) changeRoster(world, random);
    // Two of the three collectors pause: too few peers are left to judge.
    if (minute === 40) for (const peer of range(0, 26)) world.enter(peer, 'silent');
    if (minute === 45) for (const peer of range(0, 39)) world.enter(peer, 'established');
    inputs.push(world.takeInputs());
  }
  return inputs;
}

function disturb(world: World, prefix: string, random: (below: number) => number): void {
  const share = 20 + random(90);
  const start = random(50);
  const route = [
    'absent' as const,
    'absent' as const,
    [3356, 4837, 64_500 + random(9)],
    [174, 4837, 64_500 + random(3)],
    'unknown' as const,
  ][random(40) === 0 ? 4 : random(4)];
  for (const peer of world.voters()) {
    if (random(100) >= share || world.peers[peer].state === 'down') continue;
    world.set(prefix, route, [peer], start + random(10));
  }
}

function changeRoster(world: World, random: (below: number) => number): void {
  const number = random(39);
  const peer = world.peers[number];
  const what = random(4);
  if (what === 0) world.enter(number, 'silent');
  else if (what === 1) peer.complete = true;
  else if (what === 2) peer.refreshed = peer.refreshed === 0 ? 900 : 0;
  else if (peer.changes.length === 0) world.enter(number, peer.state === 'down' ? 'established' : 'down');
  for (const other of range(0, 39)) {
    if (random(6) === 0 && world.peers[other].state === 'silent') world.enter(other, 'established');
  }
}

function run(inputs: Iterable<RouteChanges>, options = whole): AsMinutes[] {
  const tracker = new VisibilityTracker(options);
  const outputs: AsMinutes[] = [];
  for (const input of inputs) tracker.apply(input, (output) => outputs.push(output));
  return outputs;
}

/** The part of an input that goes to one address block partition. */
function inBlock(input: RouteChanges, block: number, partitions: number): RouteChanges {
  const sources = input.sources.map((source) => ({
    ...source,
    ipv4: columnsIn('ipv4', source.ipv4, block, partitions),
    ipv6: columnsIn('ipv6', source.ipv6, block, partitions),
  }));
  return { ...input, sources };
}

function columnsIn(family: Family, columns: ChangeColumns, block: number, partitions: number): ChangeColumns {
  const words = family === 'ipv4' ? 1 : 4;
  const rows = range(0, columns.count).filter(
    (row) => blockPartition(family, columns.address[row * words], partitions) === block,
  );
  return {
    count: rows.length,
    second: Uint8Array.from(rows, (row) => columns.second[row]),
    peer: Uint16Array.from(rows, (row) => columns.peer[row]),
    address: Uint32Array.from(
      rows.flatMap((row) => [...columns.address.slice(row * words, (row + 1) * words)]),
    ),
    length: Uint8Array.from(rows, (row) => columns.length[row]),
    before: Uint32Array.from(rows, (row) => columns.before[row]),
    after: Uint32Array.from(rows, (row) => columns.after[row]),
  };
}

test('the random world is worth its name: every kind of event, and frozen and unfrozen minutes', () => {
  const kinds = new Set<string>();
  const frozen = new Set<boolean>();
  const withdrawn = new Set<boolean>();
  for (const seed of range(1, 3)) {
    for (const { events, ipv4, targets = [] } of run(inputsOf(seed, 1).flat())) {
      for (const { kind } of events) kinds.add(kind);
      for (const target of targets) withdrawn.add(target.withdrawn);
      frozen.add(ipv4.frozen);
    }
  }
  assert.deepEqual([...kinds].sort(), ['covered', 'down', 'origin', 'path', 'recount', 'uncovered', 'up']);
  assert.deepEqual([...frozen].sort(), [false, true]);
  assert.deepEqual([...withdrawn].sort(), [false, true]);
});

test('how peers are spread over 1, 3 or 7 trackers, and in which order they send, changes nothing', () => {
  for (const seed of range(1, 3)) {
    const expected = run(inputsOf(seed, 1).flat());
    assert.equal(expected.length, minutes);
    for (const trackers of [3, 7]) {
      const inputs = inputsOf(seed, trackers);
      assert.deepEqual(run(inputs.flat()), expected);
      assert.deepEqual(run(inputs.flatMap((minute) => minute.toReversed())), expected);
      // One tracker after the other: all minutes of the first wait for the last.
      assert.deepEqual(run(range(0, trackers).flatMap((i) => inputs.map((minute) => minute[i]))), expected);
    }
  }
});

test('over 3 or 7 address block partitions the same events and sums come out', () => {
  for (const seed of range(1, 3)) {
    const inputs = inputsOf(seed, 3).flat();
    const expectedMinutes = run(inputs);
    for (const blockPartitions of [3, 7]) {
      const parts = range(0, blockPartitions).map((block) =>
        run(
          inputs.map((input) => inBlock(input, block, blockPartitions)),
          { block, blockPartitions, probed },
        ),
      );
      for (const [i, { events, expected, ipv4, ipv6 }] of expectedMinutes.entries()) {
        const texts = (minute: AsMinutes) => minute.events.map((event) => JSON.stringify(event));
        assert.deepEqual(
          parts.flatMap((part) => texts(part[i])).sort(),
          events.map((event) => JSON.stringify(event)).sort(),
        );
        assert.deepEqual(sums(parts.map((part) => part[i])), sums([{ ...expectedMinutes[i], expected }]));
        const targets = (minute: AsMinutes) => (minute.targets ?? []).map((target) => JSON.stringify(target));
        assert.deepEqual(
          parts.flatMap((part) => targets(part[i])).sort(),
          targets(expectedMinutes[i]).sort(),
        );
        for (const part of parts) assert.deepEqual([part[i].ipv4, part[i].ipv6], [ipv4, ipv6]);
      }
    }
  }
});

function sums(minutesOfBlocks: readonly AsMinutes[]): [number, number, number][] {
  const byAs = new Map<number, [number, number]>();
  for (const { originAs, ipv4, ipv6 } of minutesOfBlocks.flatMap(({ expected }) => expected)) {
    const [four, six] = byAs.get(originAs) ?? [0, 0];
    byAs.set(originAs, [four + ipv4, six + ipv6]);
  }
  return [...byAs]
    .map(([originAs, [four, six]]): [number, number, number] => [originAs, four, six])
    .filter(([, four, six]) => four !== 0 || six !== 0)
    .sort(([a], [b]) => a - b);
}

test('a tracker that is cut anywhere and restored goes on with the same bytes', () => {
  for (const seed of range(1, 5)) {
    const inputs = inputsOf(seed, 3).flat();
    const cut = numbers(seed + 100)(inputs.length);
    const tracker = new VisibilityTracker(whole);
    const outputs: AsMinutes[] = [];
    for (const input of inputs.slice(0, cut)) tracker.apply(input, (output) => outputs.push(output));
    const state = stateOf(tracker);
    assert.deepEqual(stateOf(tracker), state);
    const restored = new VisibilityTracker(whole);
    restored.load(new StateReader(state));
    assert.deepEqual(stateOf(restored), state);
    for (const input of inputs.slice(cut)) restored.apply(input, (output) => outputs.push(output));
    assert.deepEqual(outputs, run(inputs));
  }
});

function stateOf(tracker: VisibilityTracker): Uint8Array {
  const writer = new StateWriter();
  tracker.save(writer);
  return writer.bytes();
}
