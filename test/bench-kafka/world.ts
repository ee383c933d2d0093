import { globSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EventMinute } from '#core/event-time.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { asScores, type PartitionCounts, topicSpecs } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { ownPrefix } from '../kafka/broker.ts';
import { JarCluster } from '../kafka/jar-cluster.ts';
import type { ServerProperties } from '../kafka/server-properties.ts';
import { Services } from './processes.ts';

/** A broker with all topics, and what runs there. */
export interface World {
  readonly transport: Transport;
  readonly services: Services;
  /** Bytes of the topic's segments on the broker's disk. */
  diskBytes(topic: string): number;
  close(): Promise<void>;
}

export async function openWorld(
  counts: PartitionCounts,
  environment: Readonly<Record<string, string>> = {},
  properties: ServerProperties = {},
): Promise<World> {
  const cluster = await JarCluster.start({ nodes: 1, properties });
  const prefix = ownPrefix();
  const { brokers } = cluster;
  const transport = await KafkaTransport.open({ brokers, clientId: 'bench', prefix });
  await transport.ensureTopics(topicSpecs(counts));
  const services = new Services({
    STEADYBEAT_KAFKA_BROKERS: brokers.join(','),
    STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
    STEADYBEAT_UPDATE_PARTITIONS: String(counts.updatePartitions),
    STEADYBEAT_BLOCK_PARTITIONS: String(counts.blockPartitions),
    ...environment,
  });
  return {
    transport,
    services,
    diskBytes(topic) {
      const folders = path.join(tmpdir(), `steadybeat-kafka-*/1/data/${prefix}${topic}-*`);
      return globSync(`${folders}/*.log`).reduce((sum, file) => sum + statSync(file).size, 0);
    },
    async close() {
      await services.stop();
      await transport.close();
      await cluster.stop();
    },
  };
}

/** The last minute whose scores are all in as.scores; 0 where there is none. */
export async function lastScoredMinute(transport: Transport): Promise<EventMinute> {
  const { high } = await transport.offsets(asScores.topic, 0);
  for await (const { value } of transport.scan(asScores.topic, 0, high - 1, high)) {
    const { envelope, body } = asScores.codec.open(value!);
    // The heartbeat comes last.
    const isWhole = asScores.codec.decode(envelope, body).content.case === 'heartbeat';
    return isWhole ? envelope.eventMinute : envelope.eventMinute - 1;
  }
  return 0;
}
