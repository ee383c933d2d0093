import type { Configuration } from '#runtime/configuration/schema.ts';
import type { KafkaOptions } from '#runtime/kafka/kafka-options.ts';
import { KafkaProblem } from '#runtime/kafka/kafka-problem.ts';
import { partitionDifferences, type TopicDifference, type TopicPlan } from '#runtime/kafka/topic-settings.ts';
import { anomalies, asScores, deadLetters, topicSpecs } from '#runtime/topics.ts';

/** Kafka's default, stated: what services send is below it. */
const messageBytesMax = '1048588';
const hourMs = 3_600_000;
/** With so many copies one may be away, and what is acknowledged is still kept by two. */
const safeReplicas = 3;
const results: readonly string[] = [asScores.topic, anomalies.topic, deadLetters.topic];

/** All topics as this configuration wants them. */
export function topicPlans(configuration: Configuration): TopicPlan[] {
  const { kafkaReplicas: replicas, logRetentionHours, resultRetentionHours } = configuration;
  const common = {
    'max.message.bytes': messageBytesMax,
    // As they are written: a broker that packs them anew may do it as no service can read it.
    'compression.type': 'producer',
    ...(replicas !== undefined && replicas >= safeReplicas && { 'min.insync.replicas': '2' }),
  };
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

/** Throws where one of these is missing, or has another partition count; all of them are told at once. */
export async function assertTopics(
  names: readonly string[],
  configuration: Configuration,
  options: KafkaOptions,
): Promise<void> {
  const plans = topicPlans(configuration).filter((plan) => names.includes(plan.name));
  const differences = (await partitionDifferences(plans, options)).filter((one) => one.case !== 'replicas');
  if (differences.length === 0) return;
  const missing = differences
    .filter((one) => one.case === 'missing')
    .map(({ plan }) => options.prefix + plan.name);
  const problems = differences
    .filter((one) => one.case !== 'missing')
    .map((difference) => differenceText(difference, options.prefix));
  if (missing.length > 0)
    problems.push(
      `missing, or not to be seen by this user: ${missing.join(', ')}. \`npm start -- topics --apply\` creates topics`,
    );
  throw new KafkaProblem(problems.join('; '), false, undefined);
}

const settingsText = ({ partitions, settings }: TopicPlan): string =>
  [['partitions', partitions], ...Object.entries(settings)].map((pair) => pair.join('=')).join(' ');
