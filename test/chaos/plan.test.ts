import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asMinutes, asScores, bgpUpdates, routeChanges } from '#runtime/topics.ts';
import { drawPlan, stages } from './plan.ts';

const runs = 50;
const options = { dayIsHere: true, long: false };
const topics = [bgpUpdates, routeChanges, asMinutes, asScores].map(({ topic }) => topic);
/** What a kind can meet. */
const fitting = {
  kill: stages,
  killRestoring: stages,
  zombie: stages,
  scale: stages,
  again: topics,
  leader: topics,
  broker: ['SIGKILL', 'SIGTERM'],
  killFeeder: ['feeder'],
  refuse: ['all'],
  killExporter: ['exporter'],
} as const;

function metIn(first: number): Set<string> {
  const met = new Set<string>();
  for (let seed = first; seed < first + runs; seed++)
    for (const one of drawPlan(seed, options).disturbances) {
      const whom =
        'stages' in one
          ? one.stages
          : 'stage' in one
            ? [one.stage]
            : 'topic' in one
              ? [one.topic]
              : 'signal' in one
                ? [one.signal]
                : fitting[one.case];
      for (const name of whom) met.add(`${one.case} ${name}`);
    }
  return met;
}

test('in any fifty seeds in a row, every kind meets every stage or topic that fits it', () => {
  const all = Object.entries(fitting).flatMap(([kind, whom]) => whom.map((name) => `${kind} ${name}`));
  for (let first = 1; first <= 200; first++) {
    const met = metIn(first);
    assert.deepEqual(
      all.filter((one) => !met.has(one)),
      [],
      `seeds ${first} to ${first + runs - 1}`,
    );
  }
});

test('a stage of which one is to stand still has another that takes over', () => {
  for (let seed = 1; seed <= 4 * runs; seed++) {
    const { disturbances, instances } = drawPlan(seed, options);
    for (const one of disturbances) if (one.case === 'zombie') assert.ok(instances[one.stage] >= 2);
  }
});
