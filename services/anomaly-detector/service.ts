import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { AnomalyDetector } from '#core/detect/anomaly-detector.ts';
import { minuteOf } from '#core/event-time.ts';
import type { WatchFile } from '#core/group/watch-file.ts';
import { Service, type ServiceOptions } from '#runtime/service.ts';
import { anomalies, asScores } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { detectorStamp } from './detector-stamp.ts';

export interface AnomalyDetectorOptions extends ServiceOptions {
  /** The groups and mutes, if there are any. */
  readonly watchFile?: WatchFile | undefined;
}

/** as.scores to anomalies, in one task. */
export function buildAnomalyDetector(
  options: AnomalyDetectorOptions,
  transport: Transport,
): Service<AsScores, Anomaly> {
  const detector = detectorStamp(options.watchFile);
  return new Service(
    {
      service: 'anomaly-detector',
      input: asScores,
      stateVersion: 5,
      createStep: () => new AnomalyDetector(options.watchFile),
      publish: (anomaly, post) =>
        post.value(anomalies, 0, anomaly.incidentId, minuteOf(anomaly.eventSecond), { ...anomaly, detector }),
    },
    options,
    transport,
  );
}
