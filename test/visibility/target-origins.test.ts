import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AsMinutes } from '#core/contract/as-minutes.ts';
import { firstMinute, range, World } from './world.ts';

const address = '10.1.2.3';
const prefix = '10.1.2.0/24';
const cover = '10.1.0.0/16';

/** A target of AS64500 by its list; minutes in which all targets are told are not among the first ones. */
function settled(...prefixes: string[]): World {
  const world = new World({ probed: [{ address, originAs: 64_500 }] });
  assert.equal(firstMinute % 15, 5);
  for (const one of prefixes) world.set(one, [3356, 64_500]);
  world.close();
  return world;
}

const brief = ({ targets = [] }: AsMinutes): string[] =>
  targets.map(
    (target) =>
      `${target.address} in ${target.prefix} of AS${target.originAs}${target.withdrawn ? ', withdrawn' : ''}`,
  );

test('whose a target is is told when it is known, when it changes, and each quarter-hour', () => {
  const world = new World({ probed: [{ address, originAs: 64_500 }] });
  assert.deepEqual(brief(world.close()), []);
  world.set(prefix, [3356, 64_999]);
  assert.deepEqual(brief(world.close()), [`${address} in ${prefix} of AS64999`]);
  const told = range(2, 32).map(() => brief(world.close()));
  assert.deepEqual(
    told.flatMap((one, i) => (one.length === 0 ? [] : [[i + 2, one]])),
    [
      [10, [`${address} in ${prefix} of AS64999`]],
      [25, [`${address} in ${prefix} of AS64999`]],
    ],
  );
});

test('a prefix that moves to another AS takes its targets along', () => {
  const world = settled(prefix, cover);
  world.set(prefix, [3356, 64_999]);
  assert.deepEqual(brief(world.close()), [`${address} in ${prefix} of AS64999`]);
});

test('the longest match counts, and only while it is visible: a hijack of a part for a while', () => {
  const world = settled(prefix);
  const part = '10.1.2.0/25';
  world.set(part, [3356, 64_999], range(0, 9));
  assert.deepEqual(brief(world.close()), []);
  world.set(part, [3356, 64_999]);
  assert.deepEqual(brief(world.close()), [`${address} in ${part} of AS64999`]);
  world.set(part, 'absent');
  assert.deepEqual(brief(world.close()), [`${address} in ${prefix} of AS64500`]);
});

test('in an outage the target stays with the AS that lost it, and says so, whatever the list names', () => {
  const other = new World({ probed: [{ address, originAs: 64_777 }] });
  other.set(prefix, [3356, 64_500]);
  other.close();
  other.set(prefix, 'absent');
  assert.deepEqual(brief(other.close()), [`${address} in ${prefix} of AS64500, withdrawn`]);

  const world = settled(prefix, cover);
  world.set(prefix, 'absent');
  world.set(cover, 'absent');
  assert.deepEqual(brief(world.close()), [`${address} in ${prefix} of AS64500, withdrawn`]);
  assert.deepEqual(brief(world.close()), []);
  world.set(prefix, [3356, 64_500]);
  assert.deepEqual(brief(world.close()), [`${address} in ${prefix} of AS64500`]);
});

test('so it does where the covering route is of another AS, if it is the AS that the list names', () => {
  const covered = (originAs: number) => {
    const world = new World({ probed: [{ address, originAs }] });
    world.set(prefix, [3356, 64_500]);
    world.set(cover, [3356]);
    world.close();
    world.set(prefix, 'absent');
    return brief(world.close());
  };
  assert.deepEqual(covered(64_500), [`${address} in ${prefix} of AS64500, withdrawn`]);
  const [ofCover] = covered(64_777);
  assert.match(ofCover!, /^10\.1\.2\.3 in 10\.1\.0\.0\/16 of AS3356$/);
});

test('a prefix that is written off after a week without it says nothing of its addresses any more', () => {
  const world = settled(prefix);
  world.set(prefix, 'absent');
  world.close();
  let last: string[] = [];
  for (let minute = 0; minute < 7 * 24 * 60 + 60; minute++) {
    const { targets = [] } = world.close();
    if (targets.length > 0) last = targets.map((target) => `${target.prefix} AS${target.originAs}`);
  }
  assert.deepEqual(last, [' AS0']);
});

test('IPv6 too; an address in no prefix, or none at all, is never told', () => {
  const world = new World({
    probed: [
      { address: '2001:db8:1:2::1', originAs: 64_500 },
      { address: '2001:db8:2::1', originAs: 64_500 },
      { address: 'fe80::1%eth0', originAs: 64_500 },
    ],
  });
  world.set('2001:db8:1::/48', [64_500]);
  assert.deepEqual(brief(world.close()), ['2001:db8:1:2::1 in 2001:db8:1::/48 of AS64500']);
});

test('with too few peers to judge what is visible, a route is enough', () => {
  const world = new World({ peers: 5, probed: [{ address, originAs: 64_500 }] });
  for (const peer of world.voters()) world.peers[peer]!.complete = true;
  world.set(prefix, [3356, 64_999]);
  assert.deepEqual(brief(world.close()), [`${address} in ${prefix} of AS64999`]);
  world.set(prefix, 'absent');
  assert.deepEqual(brief(world.close()), ['10.1.2.3 in  of AS0']);
});
