import type { Denominator } from '#core/contract/as-minutes.ts';
import type { ProbeResults } from '#core/contract/probe-results.ts';
import { ProbeTracker, type ProbeTrackerOutput } from '#core/probe/probe-tracker.ts';
import { Service, type ServiceOptions } from '#runtime/service.ts';
import { asMinutes, probeResults } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

/** probe.results to as.minutes, in one task. */
export function buildProbeTracker(
  options: ServiceOptions,
  transport: Transport,
): Service<ProbeResults, ProbeTrackerOutput> {
  return new Service(
    {
      service: 'probe-tracker',
      input: probeResults,
      stateVersion: 1,
      createStep: () => new ProbeTracker(),
      publish: ({ eventMinute, probes }, post) =>
        post.value(asMinutes, 0, 'probes', eventMinute, {
          block: 0,
          blockPartitions: 0,
          eventMinute,
          events: [],
          expected: [],
          ipv4: ofNoBlock,
          ipv6: ofNoBlock,
          probes,
        }),
    },
    options,
    transport,
  );
}

const ofNoBlock: Denominator = {
  livePeers: 0,
  livePeerAses: 0,
  collectors: 0,
  maskedPeers: 0,
  frozen: false,
  wholeTable: false,
};
