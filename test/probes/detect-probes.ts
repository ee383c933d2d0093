import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsMinutes } from '#core/contract/as-minutes.ts';
import type { ProbeResults } from '#core/contract/probe-results.ts';
import { AnomalyDetector } from '#core/detect/anomaly-detector.ts';
import { ProbeTracker } from '#core/probe/probe-tracker.ts';
import { InstabilityScorer } from '#core/score/instability-scorer.ts';
import { allLive } from '#core/score/scripted-minutes.ts';

/** What the detector says of probes alone: the routes are those of a block in which nothing happens. */
export function detectProbes(records: Iterable<ProbeResults>): Anomaly[] {
  const anomalies: Anomaly[] = [];
  const tracker = new ProbeTracker();
  const scorer = new InstabilityScorer();
  const detector = new AnomalyDetector();
  const minutes: AsMinutes[] = [];
  for (const record of records) tracker.apply(record, (minute) => minutes.push(minute));
  const apply = (minute: AsMinutes): void =>
    scorer.apply(minute, (scores) => detector.apply(scores, (anomaly) => anomalies.push(anomaly)));
  minutes.forEach(apply);
  const [first, last] = [minutes[0]!, minutes.at(-1)!];
  for (const eventMinute of [first.eventMinute, last.eventMinute]) apply(quiet(eventMinute));
  return anomalies;
}

const quiet = (eventMinute: number): AsMinutes => ({
  block: 0,
  blockPartitions: 1,
  eventMinute,
  events: [],
  expected: [],
  ipv4: allLive,
  ipv6: allLive,
});
