import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsMinutes } from '#core/contract/as-minutes.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { AnomalyDetector } from '#core/detect/anomaly-detector.ts';
import type { WatchFile } from '#core/group/watch-file.ts';
import { ProbeTracker } from '#core/probe/probe-tracker.ts';
import { RouteTracker, type RouteTrackerOutput } from '#core/rib/route-tracker.ts';
import { InstabilityScorer } from '#core/score/instability-scorer.ts';
import { VisibilityTracker } from '#core/visibility/visibility-tracker.ts';
import type { GeneratedScenario } from '#scenario/generate.ts';
import { bgpUpdatesOf } from './bgp-updates.ts';

/** What the detector says of a scenario: its bytes through the four steps, one task each, without topics between them. */
export function detect(
  generated: GeneratedScenario,
  watchFile?: WatchFile,
  onScores?: (scores: AsScores) => void,
): Anomaly[] {
  const anomalies: Anomaly[] = [];
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 1 });
  const visibility = new VisibilityTracker({ block: 0, blockPartitions: 1 });
  const scorer = new InstabilityScorer();
  const detector = new AnomalyDetector(watchFile);
  const tell = (anomaly: Anomaly): void => {
    anomalies.push(anomaly);
  };
  const decide = (scores: AsScores): void => {
    onScores?.(scores);
    detector.apply(scores, tell);
  };
  const score = (minutes: AsMinutes): void => scorer.apply(minutes, decide);
  const follow = (output: RouteTrackerOutput): void => {
    if (output.case === 'refused') throw new Error(`a record of the scenario was refused: ${output.reason}`);
    visibility.apply(output.value, score);
  };
  // What all probers saw goes first: the scorer keeps it until its minute.
  const probes = new ProbeTracker();
  for (const results of generated.probes?.records() ?? []) probes.apply(results, score);
  for (const updates of bgpUpdatesOf(generated)) tracker.apply(updates, follow);
  return anomalies;
}
