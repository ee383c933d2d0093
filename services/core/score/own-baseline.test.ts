import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lagQuarters, learnedAfterQuarter, OwnBaseline } from './own-baseline.ts';

const firstQuarter = 1_000_000;

/** Days of quarter-hours, of which every `every`-th is occupied; in alarm or not. */
function live(
  baseline: OwnBaseline,
  days: number,
  every: number,
  inAlarm: (quarter: number) => boolean,
): void {
  for (let i = 0; i < days * 96; i++) {
    const quarter = firstQuarter + i;
    baseline.beginQuarter(quarter, i > 0 && inAlarm(i - 1), i >= lagQuarters);
    if (i % every === 0) baseline.occupy(quarter);
  }
}

test('an AS of which nothing is known has the pooled rate', () => {
  assert.equal(new OwnBaseline(0).probability, 0.5 / 250.5);
  let learned = 0;
  for (let i = 0; i < 96 * 200; i++) learned = learnedAfterQuarter(learned);
  // Of a long past about 30 days / ln 2 count.
  assert.ok(Math.abs(new OwnBaseline(learned).probability - 0.5 / (250.5 + (96 * 30) / Math.LN2)) < 2e-6);
});

test('what happens today is not yet what usually happens', () => {
  const baseline = new OwnBaseline(0);
  live(baseline, 1, 4, () => false);
  assert.equal(baseline.probability, 0.5 / 250.5);
});

test('a chronic flapper becomes its own measure, unless it is in alarm for less than 8 days', () => {
  const chronic = new OwnBaseline(0);
  live(chronic, 60, 4, () => false);
  assert.ok(Math.abs(chronic.probability - 0.25) < 0.03);
  const alarmed = new OwnBaseline(0);
  live(alarmed, 7, 4, () => true);
  assert.equal(alarmed.probability, 0.5 / 250.5);
  const longAlarmed = new OwnBaseline(0);
  live(longAlarmed, 60, 4, () => true);
  assert.ok(longAlarmed.probability > 0.2);
});

test('what led up to an alarm is not learned either', () => {
  const baseline = new OwnBaseline(0);
  live(baseline, 2, 4, (i) => i === 95);
  assert.equal(baseline.probability, 0.5 / 250.5);
});

test('an AS that has long been quiet is forgotten', () => {
  const quietFor = (days: number) => {
    const baseline = new OwnBaseline(0);
    live(baseline, days, days * 96, () => false);
    return baseline.isForgotten;
  };
  assert.deepEqual([1, 30, 80, 95].map(quietFor), [false, false, false, true]);
});
