import type { AsNames } from '#page/view/as-names.ts';
import { WorldView } from '#page/view/world-view.ts';
import { generate } from '#scenario/generate.ts';
import { nk2014, northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import { Detection } from '../../services/main-job/detection.ts';
import { scenarioFiles } from '../../services/main-job/replay/replay-files.ts';

export const namesOfReplay: AsNames = new Map([
  [northKoreaAs, { name: 'STAR-KP Ryugyong-dong', country: 'KP' }],
]);

/** The view as `npm start -- --page` has it at the end of the replay. */
export async function december2014(): Promise<WorldView> {
  const view = new WorldView();
  const detection = new Detection({
    onAnomaly: (anomaly) => view.addAnomaly(anomaly),
    onScores: (scores) => view.addScores(scores),
  });
  await detection.run(scenarioFiles(generate(nk2014(), 1)));
  return view;
}
