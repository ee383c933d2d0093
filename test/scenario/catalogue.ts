import type { Scenario } from '#scenario/scenario.ts';
import { scenarios } from '#scenario/scenarios/catalogue.ts';
import { nk2014, nk2014Default } from '#scenario/scenarios/nk-2014.ts';

/** Other beats that the sources would allow too (detection.md 1.2): slower and faster ones, shorter and longer ones. */
export const nk2014Variants: readonly Scenario[] = [
  nk2014({ ...nk2014Default, gapMinutes: [60, 15] }),
  nk2014({ ...nk2014Default, gapMinutes: [30, 10] }),
  nk2014({ ...nk2014Default, gapMinutes: [90, 20] }),
  nk2014({ ...nk2014Default, leadHours: 18 }),
  nk2014({ ...nk2014Default, leadHours: 40 }),
];

export const allScenarios: ReadonlyMap<string, Scenario> = new Map(
  [...scenarios.values(), ...nk2014Variants].map((scenario) => [scenario.name, scenario]),
);
