import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Wait } from '#core/step.ts';
import type { ServiceEvent } from './service.ts';
import { WaitWatch } from './wait-watch.ts';

const task = 'visibility-tracker/0';

/** What is told when the task waits so, second by second. */
function told(waits: readonly (Wait | undefined)[]): [number, string][] {
  const events: [number, string][] = [];
  let second = 0;
  const watch = new WaitWatch((event: ServiceEvent) => events.push([second, event.case]));
  for (; second < waits.length; second++)
    watch.look([{ name: task, waitsFor: () => waits[second] }], second * 1000);
  return events;
}

const on = (minute: number): Wait => ({ minute, tasks: ['route-tracker/1'] });

test('one that stands still is told once, and when it goes on', () => {
  const waits = [...Array<Wait>(30).fill(on(7)), on(8), undefined];
  assert.deepEqual(told(waits), [
    [10, 'waiting'],
    [30, 'waitOver'],
  ]);
});

test('one that is slow and goes on is not told', () => {
  assert.deepEqual(told(Array.from({ length: 60 }, (_, second) => on(Math.floor(second / 5)))), []);
});

test('it is told who is waited for', () => {
  const events: ServiceEvent[] = [];
  const watch = new WaitWatch((event) => events.push(event));
  for (const nowMs of [0, 10_000]) watch.look([{ name: task, waitsFor: () => on(7) }], nowMs);
  assert.deepEqual(events, [{ case: 'waiting', task, minute: 7, waitsFor: ['route-tracker/1'] }]);
});
