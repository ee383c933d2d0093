import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Metrics } from './metrics.ts';

const many = Array.from({ length: 1234 }, (_, i) => String(i));

function large(): Metrics {
  const metrics = new Metrics();
  for (const kind of ['gauge', 'counter'] as const)
    metrics[kind]({ name: `of_many_${kind}_total`, help: 'A\nB', labels: ['one'] }, (tell) => {
      for (const one of many) tell(Number(one), one);
    });
  return metrics;
}

test('a family of many series is told whole, once, and under one heading', async () => {
  const metrics = large();
  for (let time = 0; time < 2; time++) {
    const { text } = await metrics.exposition('');
    const expected = ['gauge', 'counter'].flatMap((kind) => [
      `# HELP of_many_${kind}_total A\\nB`,
      `# TYPE of_many_${kind}_total ${kind}`,
      ...many.map((one) => `of_many_${kind}_total{one="${one}"} ${one}`),
    ]);
    assert.deepEqual(text.trimEnd().split('\n'), expected);
  }
  const { text } = await metrics.exposition('application/openmetrics-text');
  assert.equal(text.match(/^# TYPE of_many_counter counter$/gm)?.length, 1);
  assert.equal(text.match(/^of_many_counter_total\{one="\d+"\} \d+$/gm)?.length, many.length);
});

test('others have many turns while it is told, and two that ask at once get the same', async () => {
  const metrics = large();
  let turns = 0;
  let isTold = false;
  const both = Promise.all([metrics.exposition(''), metrics.exposition('')]).finally(() => {
    isTold = true;
  });
  while (!isTold) {
    await setImmediate();
    turns++;
  }
  const [first, second] = await both;
  assert.equal(first.text, second.text);
  // Of two answers with 1234 series in two families each, set and written 250 at a time.
  assert.ok(turns >= 2 * 2 * (4 + 5), `${turns} turns`);
});
