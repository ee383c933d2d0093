import type { AsMinutes } from '#core/contract/as-minutes.ts';
import { isExperimentOrigin } from '#core/score/allow-list.ts';
import type { Metrics } from './metrics.ts';

/**
 * The canary of the whole way from collectors to visible prefixes: what RIS announces and withdraws every two hours (AS12654) must be seen
 * to go and to come back. Nothing until it was.
 */
export class BeaconMetrics {
  #lastSecond: number | undefined;

  constructor(metrics: Metrics) {
    metrics.gauge(
      {
        name: 'steadybeat_beacon_last_event_timestamp_seconds',
        help: 'Event time at which a beacon of RIS was last seen to go or to come back',
      },
      (tell) => {
        if (this.#lastSecond !== undefined) tell(this.#lastSecond);
      },
    );
  }

  /** To be told of each minute of a visibility-tracker. Other paths to a beacon, or to an anchor beside them, are no beat of the clock. */
  heard({ events }: AsMinutes): void {
    for (const { kind, originAs, eventSecond } of events)
      if ((kind === 'down' || kind === 'up') && isExperimentOrigin(originAs))
        this.#lastSecond = Math.max(this.#lastSecond ?? 0, eventSecond);
  }
}
