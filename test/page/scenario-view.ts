import { WorldView } from '#page/view/world-view.ts';
import { generate } from '#scenario/generate.ts';
import type { Scenario } from '#scenario/scenario.ts';
import { detect } from '../scenario/detect.ts';

/** The view at the end of a scenario, with what its probers saw. */
export function scenarioView(scenario: Scenario): WorldView {
  const view = new WorldView();
  const anomalies = detect(generate(scenario, 1), undefined, (scores) => view.addScores(scores));
  for (const anomaly of anomalies) view.addAnomaly(anomaly);
  return view;
}
