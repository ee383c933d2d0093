import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import type { RouteChanges } from '#core/contract/route-changes.ts';
import { RouteTracker, type RouteTrackerOutput } from '#core/rib/route-tracker.ts';
import type { WatchedUpdates } from '#core/rib/watched-updates.ts';
import { Service, type ServiceOptions } from '#runtime/service.ts';
import { bgpUpdates, type PartitionCounts, routeChanges } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

export interface RouteTrackerOptions extends PartitionCounts, ServiceOptions {
  /** Told once of each minute of a tracker, for figures of its peers. */
  readonly onMinute?: (changes: RouteChanges) => void;
  /** Counted by all trackers of this process together. */
  readonly watched?: WatchedUpdates | undefined;
}

/** bgp.updates to route.changes, one task a partition of bgp.updates. */
export function buildRouteTracker(
  { updatePartitions, blockPartitions, onMinute, watched, ...options }: RouteTrackerOptions,
  transport: Transport,
): Service<BgpUpdates, RouteTrackerOutput> {
  return new Service(
    {
      service: 'route-tracker',
      input: bgpUpdates,
      stateVersion: 3,
      createStep: (tracker) =>
        new RouteTracker({ tracker, trackerPartitions: updatePartitions, blockPartitions, watched }),
      publish(output, post) {
        if (output.case === 'refused') post.refused(output.reason, output.head, output.length);
        else {
          const { blockPartition, value } = output;
          if (blockPartition === 0) onMinute?.(value);
          post.value(routeChanges, blockPartition, String(blockPartition), value.eventMinute, value);
        }
      },
    },
    options,
    transport,
  );
}
