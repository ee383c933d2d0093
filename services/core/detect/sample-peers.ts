import type { Anomaly } from '../contract/anomalies.ts';
import { type EventSecond, parseSecond } from '../event-time.ts';

/** An outage counts its peers anew each minute, and keeps the samples of its opening; of anything else both are of its last loss. */
export const isOutage = ({ kind }: Pick<Anomaly, 'kind'>): boolean =>
  kind === 'outageFull' || kind === 'outagePartial';

/**
 * When the sample peers of an incident lacked its networks, or did not: at the last loss that its sample events have, of
 * an outage at the last before `openedSecond`. Undefined where they have none.
 */
export function samplePeersSecond(
  { kind, evidence }: Pick<Anomaly, 'kind' | 'evidence'>,
  openedSecond: EventSecond,
): EventSecond | undefined {
  const losses = evidence.sampleUpdates
    .map((text) => text.split(' '))
    .filter(([, event]) => event === 'down')
    .map(([time]) => parseSecond(time!))
    .filter((second) => second !== undefined);
  return losses.findLast((second) => !isOutage({ kind }) || second <= openedSecond);
}
