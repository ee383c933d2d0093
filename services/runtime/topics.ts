import { anomaliesCodec } from './codec/anomalies.ts';
import { asMinutesCodec } from './codec/as-minutes.ts';
import { asScoresCodec } from './codec/as-scores.ts';
import { bgpUpdatesCodec } from './codec/bgp-updates.ts';
import type { Codec } from './codec/codec.ts';
import { deadLettersCodec } from './codec/dead-letters.ts';
import { probeResultsCodec } from './codec/probe-results.ts';
import { routeChangesCodec } from './codec/route-changes.ts';
import type { TopicSpec } from './transport/transport.ts';

/** A topic and how its values are coded. */
export interface Channel<T> {
  readonly topic: string;
  readonly codec: Codec<T>;
  /** The services whose tasks alone write it for others to read; undefined where a producer is a source, of whatever name. */
  readonly writers?: readonly string[];
}

/** Whether its records are a topic's: of a source, whose name can be any, only its first record tells. */
export const isWriter = ({ writers }: Pick<Channel<unknown>, 'writers'>, producer: string): boolean =>
  writers === undefined || writers.some((service) => isTaskOf(service, producer));

/** "route-tracker/3" is a task of route-tracker. */
const isTaskOf = (service: string, producer: string): boolean =>
  producer.startsWith(`${service}/`) && /^(0|[1-9]\d{0,8})$/.test(producer.slice(service.length + 1));

export const bgpUpdates = { topic: 'bgp.updates', codec: bgpUpdatesCodec } as const;
export const routeChanges = {
  topic: 'route.changes',
  codec: routeChangesCodec,
  writers: ['route-tracker'],
} as const;
export const asMinutes = {
  topic: 'as.minutes',
  codec: asMinutesCodec,
  writers: ['visibility-tracker', 'probe-tracker'],
} as const;
export const asScores = {
  topic: 'as.scores',
  codec: asScoresCodec,
  writers: ['instability-scorer'],
} as const;
export const probeResults = { topic: 'probe.results', codec: probeResultsCodec } as const;
export const anomalies = { topic: 'anomalies', codec: anomaliesCodec } as const;
export const deadLetters = { topic: 'dead.letters', codec: deadLettersCodec } as const;

export interface PartitionCounts {
  /** Of bgp.updates: over which the peers are spread. */
  readonly updatePartitions: number;
  /** Of route.changes: over which the address blocks are spread. */
  readonly blockPartitions: number;
}

export const snapshotTopic = (service: string): string => `snapshots.${service}`;

/** All topics; the counts are chosen once, another count is another set of topics and a replay. */
export function topicSpecs({ updatePartitions, blockPartitions }: PartitionCounts): TopicSpec[] {
  const plain = (name: string, partitions: number) => ({ name, partitions, compacted: false });
  const snapshots = (service: string, partitions: number) => ({
    name: snapshotTopic(service),
    partitions,
    compacted: true,
  });
  return [
    plain(bgpUpdates.topic, updatePartitions),
    plain(routeChanges.topic, blockPartitions),
    plain(asMinutes.topic, 1),
    plain(asScores.topic, 1),
    plain(probeResults.topic, 1),
    plain(anomalies.topic, 1),
    plain(deadLetters.topic, 1),
    snapshots('route-tracker', updatePartitions),
    snapshots('visibility-tracker', blockPartitions),
    snapshots('probe-tracker', 1),
    snapshots('instability-scorer', 1),
    snapshots('anomaly-detector', 1),
  ];
}
