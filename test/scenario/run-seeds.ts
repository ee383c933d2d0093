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

/** Seeds in [first, last]. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

/** Runs and judges a scenario for each of the seeds; tells of each failing one at once. */
export function runSeeds(
  scenario: Scenario,
  { first, last }: SeedRange,
  onFailure: (line: string) => void,
): SeedsResult {
  const failures: string[] = [];
  const judgements: Judgement[] = [];
  for (let seed = first; seed <= last; seed++) {
    const generated = generate(scenario, seed);
    const judgement = judge(generated, detect(generated));
    judgements.push(judgement);
    if (judgement.failures.length === 0) continue;
    const repeat = `node test/scenario/main.ts ${scenario.name} ${seed}`;
    const line = `${scenario.name} seed ${seed}: ${judgement.failures.join('; ')} (${repeat})`;
    failures.push(line);
    onFailure(line);
  }
  const passed = judgements.length - failures.length;
  return {
    failures,
    summary: [
      `${scenario.name}: ${passed} of ${judgements.length} seeds as they must be`,
      ...figureLines(judgements),
    ],
  };
}
