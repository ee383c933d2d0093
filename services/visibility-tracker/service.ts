import type { AsMinutes } from '#core/contract/as-minutes.ts';
import type { RouteChanges } from '#core/contract/route-changes.ts';
import type { ProbedAddress } from '#core/visibility/target-origins.ts';
import { VisibilityTracker } from '#core/visibility/visibility-tracker.ts';
import { Service, type ServiceOptions } from '#runtime/service.ts';
import { asMinutes, type PartitionCounts, routeChanges } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

export interface VisibilityTrackerOptions extends Pick<PartitionCounts, 'blockPartitions'>, ServiceOptions {
  /** Who is probed: whose these addresses are is told with the minutes. */
  readonly probed?: readonly ProbedAddress[];
  /** Told of each minute of a tracker, for figures. */
  readonly onMinute?: (minutes: AsMinutes) => void;
}

/** route.changes to as.minutes, one task a partition of route.changes. */
export function buildVisibilityTracker(
  { blockPartitions, probed = [], onMinute, ...options }: VisibilityTrackerOptions,
  transport: Transport,
): Service<RouteChanges, AsMinutes> {
  return new Service(
    {
      service: 'visibility-tracker',
      input: routeChanges,
      stateVersion: 2,
      createStep: (block) => new VisibilityTracker({ block, blockPartitions, probed }),
      publish(minutes, post) {
        onMinute?.(minutes);
        post.value(asMinutes, 0, String(minutes.block), minutes.eventMinute, minutes);
      },
    },
    options,
    transport,
  );
}
