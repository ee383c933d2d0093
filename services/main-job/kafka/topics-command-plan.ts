import type { Configuration } from '#runtime/configuration/schema.ts';
import type { TopicDifference, TopicPlan } from '#runtime/kafka/topic-settings.ts';
import { anomalies, asScores, deadLetters, topicSpecs } from '#runtime/topics.ts';

/** Kafka's default, stated: what services send is below it. */
const messageBytesMax = '1048588';
const hourMs = 3_600_000;
const results: readonly string[] = [asScores.topic, anomalies.topic, deadLetters.topic];

/** All topics as this configuration wants them. */
export function topicPlans(configuration: Configuration): TopicPlan[] {
  const { kafkaReplicas: replicas, logRetentionHours, resultRetentionHours } = configuration;
  const common = { 'max.message.bytes': messageBytesMax };
  return topicSpecs(configuration).map(({ name, partitions, compacted }) => {
    const hours = results.includes(name) ? resultRetentionHours : logRetentionHours;
    const settings = compacted
      ? // Only closed segments are compacted; soon, or a restore reads old generations.
        {
          'cleanup.policy': 'compact',
          'segment.ms': String(hourMs),
          'min.cleanable.dirty.ratio': '0.3',
          ...common,
        }
      : { 'cleanup.policy': 'delete', 'retention.ms': String(hours * hourMs), ...common };
    return { name, partitions, replicas, settings };
  });
}

/** "steadybeat.v1.anomalies has 2 partitions, not 1: ...". */
export function differenceText(difference: TopicDifference, prefix: string): string {
  const { plan } = difference;
  const topic = prefix + plan.name;
  switch (difference.case) {
    case 'missing':
      return `${topic} is missing, or this user may not see it (wanted: ${settingsText(plan)})`;
    case 'partitions':
      return `${topic} has ${difference.found} partitions, not ${plan.partitions}. The count is chosen once: configure ${difference.found}, or choose another prefix and replay`;
    case 'replicas':
      return `${topic} has ${difference.found} replicas, not ${plan.replicas}. kafka-reassign-partitions changes that`;
    case 'settings':
      return difference.found
        .map(({ name, value }) => `${topic} has ${name}=${value}, not ${plan.settings[name]}`)
        .join('\n');
  }
}

const settingsText = ({ partitions, settings }: TopicPlan): string =>
  [['partitions', partitions], ...Object.entries(settings)].map((pair) => pair.join('=')).join(' ');
