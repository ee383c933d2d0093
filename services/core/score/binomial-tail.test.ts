/// <reference path="./jstat.d.ts" />
import assert from 'node:assert/strict';
import { test } from 'node:test';
import jStat from 'jstat';
import { tailSurprise } from './binomial-tail.ts';

test('the tail is the incomplete beta function, for every count and any probability', () => {
  for (const n of [1, 6, 24, 96]) {
    for (const p of [1e-6, 1e-4, 0.002, 0.05, 0.3, 0.5, 0.9, 0.999]) {
      for (let k = 1; k <= n; k++) {
        // P(X >= k) = I_p(k, n - k + 1). The library's continued fraction is good to some 1e-7.
        const tail = jStat.ibeta(p, k, n - k + 1);
        if (tail < 1e-300) continue;
        const surprise = tailSurprise(n, k, p);
        assert.ok(Math.abs(surprise - -Math.log10(tail)) < 1e-6, `n ${n} k ${k} p ${p}: ${surprise}`);
      }
    }
  }
});

test('tails that no number can hold are still told', () => {
  assert.equal(tailSurprise(24, 0, 0.002), 0);
  assert.ok(Math.abs(tailSurprise(96, 96, 1e-6) - 576) < 1e-9);
});

test('from a cold start 5 quarter-hours are short of surprise 9, and 6 are enough (detection.md 9.9)', () => {
  const p0 = 0.5 / 250.5;
  assert.ok(tailSurprise(24, 5, p0) < 9);
  assert.ok(tailSurprise(24, 6, p0) >= 9);
});
