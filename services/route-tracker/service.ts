import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import { RouteTracker, type RouteTrackerOutput } from '#core/rib/route-tracker.ts';
import { Service, type ServiceOptions } from '#runtime/service.ts';
import { bgpUpdates, type PartitionCounts, routeChanges } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

/** bgp.updates to route.changes, one task a partition of bgp.updates. */
export function buildRouteTracker(
  { updatePartitions, blockPartitions, ...options }: PartitionCounts & ServiceOptions,
  transport: Transport,
): Service<BgpUpdates, RouteTrackerOutput> {
  return new Service(
    {
      service: 'route-tracker',
      input: bgpUpdates,
      stateVersion: 3,
      createStep: (tracker) =>
        new RouteTracker({ tracker, trackerPartitions: updatePartitions, blockPartitions }),
      publish(output, post) {
        if (output.case === 'refused') post.refused(output.reason, output.head, output.length);
        else {
          const { blockPartition, value } = output;
          post.value(routeChanges, blockPartition, String(blockPartition), value.eventMinute, value);
        }
      },
    },
    options,
    transport,
  );
}
