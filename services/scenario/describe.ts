import type { GeneratedScenario } from './generate.ts';

/** What is documented, what is drawn and from which seed: lines of text for people. */
export function describe({ scenario, seed, topology, losses }: GeneratedScenario): string[] {
  const { fullFeedPeers, partialFeedPeers, ipv6Peers } = scenario.topology;
  const origins = topology.origins.length;
  const wholeFeeds = `${fullFeedPeers} with a whole table, ${partialFeedPeers} with a part, ${ipv6Peers} with IPv6 only`;
  return [
    `${scenario.title} (${scenario.name})`,
    `From ${scenario.from} to ${scenario.until}: ${topology.peers.length} peers (${wholeFeeds}) on ${topology.collectors.length} collectors, ${topology.prefixes.length} prefixes of ${origins} ASes.`,
    'Documented:',
    ...scenario.documented.map(({ text, source }) => `  ${text} [${source}]`),
    `Reconstructed, drawn from seed ${seed}:`,
    ...scenario.drawn.map((text) => `  ${text}`),
    `${losses.length} losses were drawn.`,
  ];
}
