import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AsReach } from '#core/contract/as-reach.ts';
import { parseSecond } from '#core/event-time.ts';
import { emptyAsScore } from '#runtime/codec/as-score.ts';
import { AsHistory } from '../view/as-history.ts';
import { isProbed, probeStrip } from './probe-strip.ts';
import { timeFrame } from './time-frame.ts';

const noon = parseSecond('2014-12-22T12:00Z')!;
const frame = timeFrame(noon - 600, noon + 600);
const told = { firstSecond: 0, asOfSecond: noon + 600 };

/** Probed from five minutes before noon on; out of reach for a minute and a half from noon on. */
function probed(): AsHistory {
  const history = new AsHistory(64_500);
  const add = (minute: number, state: AsReach['state'], sinceSecond: number) =>
    history.add(noon / 60 + minute, {
      ...emptyAsScore(),
      originAs: 64_500,
      reach: {
        originAs: 64_500,
        state,
        sinceSecond,
        logOdds: state === 'up' ? -6.9 : 4,
        targets: 8,
        replying: 0,
        probers: 2,
        changed: false,
        disconnectedProbes: 0,
        knownProbes: 0,
        disconnectedSecond: 0,
      },
    });
  add(-5, 'up', noon - 300);
  add(1, 'down', noon);
  add(2, 'up', noon + 95);
  return history;
}

test('not probed, reachable, out of reach, and out of reach for a part of a cell', () => {
  const { text } = probeStrip(probed().reach!, frame, told);
  const drawn = [...text.matchAll(/<rect class="(\w+)" x="([\d.]+)%?" y="1" width="([\d.]+)%/g)];
  // Cells of 15 seconds, 80 in all.
  assert.deepEqual(
    drawn.map(([, level, x, width]) => [level, Number(x), Number(width)]),
    [
      ['unknown', 0, 25],
      ['l0', 25, 25],
      ['l4', 50, 7.5],
      ['l2', 57.5, 1.25],
      ['l0', 58.75, 41.25],
    ],
  );
});

test('what is seen is also said', () => {
  const { text } = probeStrip(probed().reach!, frame, told);
  assert.match(
    text,
    /aria-label="Probes: unreachable 1 time, 2 min in all; reachable for 13 min; not probed for 5 min\."/,
  );
});

test('where nobody probed there is no strip', () => {
  assert.ok(isProbed(probed(), frame));
  assert.ok(!isProbed(probed(), timeFrame(noon - 7200, noon - 3600)));
  assert.ok(!isProbed(new AsHistory(1), frame));
});
