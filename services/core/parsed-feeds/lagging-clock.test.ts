import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { LaggingClock } from './lagging-clock.ts';

const second = 1_700_000_000;

test('what was a minute apart stays so, whether it comes at once or as it happened', () => {
  const burst = new LaggingClock();
  const times = [0, 60, 120, 840].map((after) => second - 1200 + after);
  assert.deepEqual(
    times.map((time) => burst.moved(time, second)),
    [0, 60, 120, 840].map((after) => second + after),
  );
  assert.equal(burst.lagSeconds, 1200);
  const stream = new LaggingClock();
  assert.deepEqual(
    [0, 60.25, 120].map((after) => stream.moved(second - 1200 + after, second + Math.floor(after))),
    [second, second + 60.25, second + 120],
  );
});

test('who falls further behind, or catches up, has a new lag; who does not lag has none', () => {
  const clock = new LaggingClock();
  assert.equal(clock.moved(second - 5, second), second - 5);
  assert.equal(clock.lagSeconds, 0);
  assert.equal(clock.moved(second - 1800, second), second);
  assert.equal(clock.moved(second - 1790, second + 5), second + 10);
  assert.equal(clock.moved(second - 1860, second + 5), second + 5, 'it fell behind by 65 s');
  assert.equal(clock.moved(second - 600, second + 10), second + 10, 'it caught up by 20 minutes');
  assert.equal(clock.lagSeconds, 610);
});

test('times of another hour or none are not believed, and what is believed is of now', () => {
  const clock = new LaggingClock();
  for (const time of [second - 7201, second + 61, Number.NaN, Number.POSITIVE_INFINITY, -1])
    assert.equal(clock.moved(time, second), undefined);
  assert.equal(clock.lagSeconds, 0);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9000, max: 100 })), (afters) => {
      const own = new LaggingClock();
      for (const after of afters) {
        const moved = own.moved(second + after, second) ?? second;
        assert.ok(moved >= second - 30 && moved <= second + 960, `${moved - second}`);
      }
    }),
  );
});
