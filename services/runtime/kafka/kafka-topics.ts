import { setTimeout } from 'node:timers/promises';
import type { TopicSpec } from '../transport/transport.ts';
import { clusterConfig, type KafkaOptions } from './kafka-options.ts';
import { errorType, explained, KafkaProblem } from './kafka-problem.ts';
import { newAdmin } from './mended-kafkajs.ts';

/**
 * Creates the topics that are missing, with as many replicas as the brokers make by default; throws where one has
 * another partition count. Where all are there, describing them is all that this user has to be allowed.
 */
export async function ensureTopics(specs: readonly TopicSpec[], options: KafkaOptions): Promise<void> {
  const admin = newAdmin(clusterConfig(options, () => undefined));
  const named = specs.map((spec) => ({ ...spec, name: options.prefix + spec.name }));
  const topics = named.map(({ name }) => name);
  try {
    await admin.connect();
    const there = new Set(await admin.listTopics());
    const missing = named.filter(({ name }) => !there.has(name));
    if (missing.length > 0)
      await admin.createTopics({ topics: missing.map(created), waitForLeaders: false }).catch(unlessThere);
    const found = await visibleTopics(admin, topics);
    for (const { name, partitions } of named) {
      const count = found.find((topic) => topic.name === name)!.partitions.length;
      if (count === partitions) continue;
      const problem = `topic ${name} has ${count} partitions, not ${partitions}. The count is chosen once: set it to ${count}, or choose another prefix and replay.`;
      throw new KafkaProblem(problem, false, undefined);
    }
  } catch (error) {
    throw explained(error, { doing: 'create or check the topics', brokers: options.brokers, topics });
  } finally {
    await admin.disconnect();
  }
}

const created = ({ name, partitions, compacted }: TopicSpec) => ({
  topic: name,
  numPartitions: partitions,
  configEntries: compacted ? [{ name: 'cleanup.policy', value: 'compact' }] : [],
});

/** Another process may have been quicker. */
function unlessThere(error: unknown): void {
  if (errorType(error) !== 'TOPIC_ALREADY_EXISTS') throw error;
}

type Admin = ReturnType<typeof newAdmin>;
type FoundTopics = Awaited<ReturnType<Admin['fetchTopicMetadata']>>['topics'];

/** A busy broker shows a topic that was just made seconds later, and kafkajs waits for tenths of one. */
const visibleWithinMs = 30_000;
const visiblePollMs = 100;

/** Waits until the broker shows these topics, each partition with a leader. */
export async function visibleTopics(admin: Admin, topics: string[]): Promise<FoundTopics> {
  for (const until = Date.now() + visibleWithinMs; ; await setTimeout(visiblePollMs)) {
    try {
      const { topics: found } = await admin.fetchTopicMetadata({ topics });
      const isLed = found.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
      if (isLed || Date.now() > until) return found;
    } catch (error) {
      if (!notYet.has(errorType(error) ?? '') || Date.now() > until) throw error;
    }
  }
}

const notYet = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);
