import type { TopicSpec } from '../transport/transport.ts';
import { clusterConfig, type KafkaOptions } from './kafka-options.ts';
import { explained } from './kafka-problem.ts';
import { visibleTopics } from './kafka-topics.ts';
import { newAdmin } from './mended-kafkajs.ts';

/** A topic as it should be. */
export interface TopicPlan extends Pick<TopicSpec, 'name' | 'partitions'> {
  /** Kafka's names and values. */
  readonly settings: Readonly<Record<string, string>>;
  /** The brokers' default where it is undefined. */
  readonly replicas: number | undefined;
}

/** How a topic differs from what it should be. */
export type TopicDifference =
  /** Or this user may not see it. */
  | { readonly case: 'missing'; readonly plan: TopicPlan }
  /** It stays so: records would change their partitions. */
  | { readonly case: 'partitions'; readonly plan: TopicPlan; readonly found: number }
  /** It stays so: Kafka's own kafka-reassign-partitions changes it. */
  | { readonly case: 'replicas'; readonly plan: TopicPlan; readonly found: number }
  | { readonly case: 'settings'; readonly plan: TopicPlan; readonly found: readonly Setting[] };

interface Setting {
  readonly name: string;
  readonly value: string | undefined;
}

type Admin = ReturnType<typeof newAdmin>;

const topicResource = 2;
/** Set for this topic itself, says Kafka: not the brokers' or Kafka's own default. */
const setForTopic = 1;

/** Whether the topics are there with these numbers of partitions; to see that is all that this user has to be allowed. */
export const partitionDifferences = (
  plans: readonly TopicPlan[],
  options: KafkaOptions,
): Promise<TopicDifference[]> =>
  withAdmin(plans, options, (admin) => ofPartitions(admin, plans, options.prefix));

/** All differences; the user has to be allowed DESCRIBE_CONFIGS on the topics. */
export const topicDifferences = (
  plans: readonly TopicPlan[],
  options: KafkaOptions,
): Promise<TopicDifference[]> =>
  withAdmin(plans, options, async (admin) => {
    const differences = await ofPartitions(admin, plans, options.prefix);
    const there = plans.filter(
      (plan) => !differences.some((one) => one.case === 'missing' && one.plan === plan),
    );
    const found = await settingsOf(admin, there, options.prefix);
    for (const plan of there) {
      const values = found.get(plan)!;
      const others = Object.entries(plan.settings)
        .filter(([name, wanted]) => values.get(name)?.value !== wanted)
        .map(([name]) => ({ name, value: values.get(name)?.value }));
      if (others.length > 0) differences.push({ case: 'settings', plan, found: others });
    }
    return differences;
  });

/** Creates what is missing and sets what differs; other settings of a topic stay. */
export const applyTopics = (differences: readonly TopicDifference[], options: KafkaOptions): Promise<void> =>
  withAdmin(
    differences.map(({ plan }) => plan),
    options,
    async (admin) => {
      const missing = differences.filter((one) => one.case === 'missing').map(({ plan }) => plan);
      const topics = missing.map(({ name, partitions, settings, replicas }) => ({
        topic: options.prefix + name,
        numPartitions: partitions,
        ...(replicas !== undefined && { replicationFactor: replicas }),
        configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
      }));
      if (topics.length > 0) {
        await admin.createTopics({ topics, waitForLeaders: false });
        await visibleTopics(
          admin,
          topics.map(({ topic }) => topic),
        );
      }
      const others = differences.filter((one) => one.case === 'settings').map(({ plan }) => plan);
      if (others.length > 0) await setSettings(admin, others, options.prefix);
    },
  );

async function ofPartitions(
  admin: Admin,
  plans: readonly TopicPlan[],
  prefix: string,
): Promise<TopicDifference[]> {
  const listed = new Set(await admin.listTopics());
  const isThere = (plan: TopicPlan) => listed.has(prefix + plan.name);
  const differences: TopicDifference[] = plans
    .filter((plan) => !isThere(plan))
    .map((plan) => ({ case: 'missing', plan }));
  const there = plans.filter(isThere);
  if (there.length === 0) return differences;
  const { topics } = await admin.fetchTopicMetadata({ topics: there.map(({ name }) => prefix + name) });
  for (const plan of there) {
    const { partitions } = topics.find(({ name }) => name === prefix + plan.name)!;
    if (partitions.length !== plan.partitions)
      differences.push({ case: 'partitions', plan, found: partitions.length });
    const found = Math.min(...partitions.map(({ replicas }) => replicas.length));
    if (plan.replicas !== undefined && found !== plan.replicas)
      differences.push({ case: 'replicas', plan, found });
  }
  return differences;
}

interface FoundSetting {
  readonly value: string;
  readonly isOwn: boolean;
}

async function settingsOf(
  admin: Admin,
  plans: readonly TopicPlan[],
  prefix: string,
): Promise<Map<TopicPlan, Map<string, FoundSetting>>> {
  if (plans.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: plans.map(({ name }) => ({ type: topicResource, name: prefix + name })),
  });
  return new Map(
    plans.map((plan) => {
      const { configEntries } = resources.find(({ resourceName }) => resourceName === prefix + plan.name)!;
      const entries = configEntries.map(
        ({ configName, configValue, configSource }) =>
          [configName, { value: configValue, isOwn: Number(configSource) === setForTopic }] as const,
      );
      return [plan, new Map(entries)];
    }),
  );
}

/** Kafka replaces all settings of a topic at once: what others have set is sent along. */
async function setSettings(admin: Admin, plans: readonly TopicPlan[], prefix: string): Promise<void> {
  const found = await settingsOf(admin, plans, prefix);
  const resources = plans.map((plan) => {
    const own = [...found.get(plan)!].filter(([, { isOwn }]) => isOwn);
    const all = { ...Object.fromEntries(own.map(([name, { value }]) => [name, value])), ...plan.settings };
    return {
      type: topicResource,
      name: prefix + plan.name,
      configEntries: Object.entries(all).map(([name, value]) => ({ name, value })),
    };
  });
  await admin.alterConfigs({ validateOnly: false, resources });
}

async function withAdmin<T>(
  plans: readonly TopicPlan[],
  options: KafkaOptions,
  action: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = newAdmin(clusterConfig(options, () => undefined));
  const topics = plans.map(({ name }) => options.prefix + name);
  try {
    await admin.connect();
    return await action(admin);
  } catch (error) {
    throw explained(error, { doing: 'create or check the topics', brokers: options.brokers, topics });
  } finally {
    await admin.disconnect();
  }
}
