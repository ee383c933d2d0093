import { generate } from '#scenario/generate.ts';
import type { Scenario } from '#scenario/scenario.ts';
import { detect } from './detect.ts';
import { figureLines } from './figures.ts';
import { judge } from './judge.ts';
import type { Judgement } from './judgement.ts';

export interface SeedsResult {
  /** One line for each failing seed: what failed, and how to see it. */
  readonly failures: readonly string[];
  readonly summary: readonly string[];
}

/** Runs and judges a scenario for the seeds 1 to `seeds`; tells of each failing one at once. */
export function runSeeds(scenario: Scenario, seeds: number, onFailure: (line: string) => void): SeedsResult {
  const failures: string[] = [];
  const judgements: Judgement[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const generated = generate(scenario, seed);
    const judgement = judge(generated, detect(generated));
    judgements.push(judgement);
    if (judgement.failures.length === 0) continue;
    const repeat = `node test/scenario/main.ts ${scenario.name} ${seed}`;
    const line = `${scenario.name} seed ${seed}: ${judgement.failures.join('; ')} (${repeat})`;
    failures.push(line);
    onFailure(line);
  }
  const passed = seeds - failures.length;
  return {
    failures,
    summary: [`${scenario.name}: ${passed} of ${seeds} seeds as they must be`, ...figureLines(judgements)],
  };
}
