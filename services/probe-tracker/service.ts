import type { AsMinutes } from '#core/contract/as-minutes.ts';
import type { ProbeResults } from '#core/contract/probe-results.ts';
import { ProbeTracker } from '#core/probe/probe-tracker.ts';
import { Service, type ServiceOptions } from '#runtime/service.ts';
import { asMinutes, probeResults } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

/** probe.results to as.minutes, in one task. */
export function buildProbeTracker(
  options: ServiceOptions,
  transport: Transport,
): Service<ProbeResults, AsMinutes> {
  return new Service(
    {
      service: 'probe-tracker',
      input: probeResults,
      stateVersion: 1,
      createStep: () => new ProbeTracker(),
      publish: (minutes, post) => post.value(asMinutes, 0, 'probes', minutes.eventMinute, minutes),
    },
    options,
    transport,
  );
}
