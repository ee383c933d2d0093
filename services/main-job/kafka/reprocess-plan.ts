import { type EventMinute, type EventSecond, formatSecond } from '#core/event-time.ts';
import { kafkaOptionsOf } from '#runtime/configuration/configuration.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { KafkaProblem } from '#runtime/kafka/kafka-problem.ts';
import { applyTopics, partitionDifferences, type TopicPlan } from '#runtime/kafka/topic-settings.ts';
import { envelopeOf } from '#runtime/read-back.ts';
import { bgpUpdates, probeResults } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { differenceText, topicPlans } from './topics-command-plan.ts';

export const historyTopics = [bgpUpdates.topic, probeResults.topic] as const;
type HistoryTopic = (typeof historyTopics)[number];

/** Offsets [low, high) of one partition. */
export interface PartitionRange {
  readonly low: number;
  readonly high: number;
}

/** What is asked for. */
export interface ReprocessBounds {
  readonly fromSecond: EventSecond | undefined;
  readonly untilSecond: EventSecond | undefined;
}

/** What is told again. It is decided once and kept in the new world: an interrupted run goes on by it. */
export interface ReprocessPlan {
  /** What was asked for: the prefix of the source, and times in words, '' where there is no bound. */
  readonly asked: { readonly source: string; readonly from: string; readonly until: string };
  /** Minutes [from, until). */
  readonly fromMinute: EventMinute;
  readonly untilMinute: EventMinute;
  /** By topic and partition. */
  readonly ranges: Readonly<Record<HistoryTopic, readonly PartitionRange[]>>;
}

/** Holds the plan; a topic that only worlds of this command have. */
const planTopic = 'reprocess';
const planKey = 'plan';

const refused = (message: string): KafkaProblem => new KafkaProblem(message, false, undefined);

/** The plan of the new world: the one that it has, or a new one where it is empty. Creates what topics are missing. */
export async function openPlan(
  bounds: ReprocessBounds,
  { source, target }: { readonly source: Configuration; readonly target: Configuration },
  from: Transport,
  to: Transport,
): Promise<ReprocessPlan> {
  const prefix = target.kafkaTopicPrefix;
  const asked = {
    source: source.kafkaTopicPrefix,
    from: bounds.fromSecond === undefined ? '' : formatSecond(bounds.fromSecond),
    until: bounds.untilSecond === undefined ? '' : formatSecond(bounds.untilSecond),
  };
  await createTopics(target, to);
  const kept = await keptPlan(to);
  if (kept === undefined) {
    const plan = await newPlan(asked, bounds, source, from);
    const producer = await to.openProducer();
    await producer.send([
      { topic: planTopic, partition: 0, key: planKey, value: new TextEncoder().encode(JSON.stringify(plan)) },
    ]);
    await producer.close();
    return plan;
  }
  if (JSON.stringify(kept.asked) !== JSON.stringify(asked))
    throw refused(
      `${prefix}* was begun with other bounds: ${JSON.stringify(kept.asked)}. Give the same ones, or choose another prefix`,
    );
  for (const topic of historyTopics)
    for (const [partition, range] of kept.ranges[topic].entries()) {
      const { low } = await from.offsets(topic, partition);
      if (low > range.low)
        throw refused(
          `${asked.source}${topic}/${partition} no longer has the beginning of what was being told again (offset ${range.low}). Choose another prefix`,
        );
    }
  return kept;
}

/** Of a world that is empty or has a plan; any other is left alone. */
async function createTopics(target: Configuration, to: Transport): Promise<void> {
  const options = kafkaOptionsOf(target, 'steadybeat-reprocess', () => undefined);
  const all = topicPlans(target);
  const marker: TopicPlan = {
    name: planTopic,
    partitions: 1,
    replicas: target.kafkaReplicas,
    settings: { 'cleanup.policy': 'compact' },
  };
  const differences = await partitionDifferences([...all, marker], options);
  const other = differences.find((one) => one.case === 'partitions');
  if (other !== undefined) throw refused(differenceText(other, options.prefix));
  const missing = differences.filter((one) => one.case === 'missing');
  const isMissing = (plan: TopicPlan) => missing.some((one) => one.plan === plan);
  if (isMissing(marker) || (await keptPlan(to)) === undefined)
    for (const plan of all.filter((one) => !isMissing(one)))
      for (let partition = 0; partition < plan.partitions; partition++) {
        const { high } = await to.offsets(plan.name, partition);
        if (high > 0)
          throw refused(
            `${options.prefix}${plan.name} is not empty, and no reprocessing began it. Choose another prefix`,
          );
      }
  if (missing.length > 0) await applyTopics(missing, options);
}

async function keptPlan(to: Transport): Promise<ReprocessPlan | undefined> {
  const { low, high } = await to.offsets(planTopic, 0);
  for await (const { key, value } of to.scan(planTopic, 0, low, high))
    if (key === planKey && value !== null)
      return JSON.parse(new TextDecoder().decode(value)) as ReprocessPlan;
  return undefined;
}

async function newPlan(
  asked: ReprocessPlan['asked'],
  { fromSecond = 0, untilSecond = Number.MAX_SAFE_INTEGER }: Partial<ReprocessBounds>,
  { updatePartitions }: Configuration,
  from: Transport,
): Promise<ReprocessPlan> {
  const rangesOf = (topic: string, partitions: number) =>
    Promise.all(Array.from({ length: partitions }, (_, partition) => from.offsets(topic, partition)));
  const ranges = {
    [bgpUpdates.topic]: await rangesOf(bgpUpdates.topic, updatePartitions),
    [probeResults.topic]: await rangesOf(probeResults.topic, 1),
  };
  let fromMinute = Math.ceil(fromSecond / 60);
  // Where the beginning is no longer kept: from the first minute that is whole in all partitions.
  for (const topic of historyTopics)
    for (const [partition, { low, high }] of ranges[topic].entries())
      if (low > 0)
        fromMinute = Math.max(fromMinute, (await firstMinute(from, topic, partition, low, high)) + 1);
  return { asked, fromMinute, untilMinute: Math.ceil(untilSecond / 60), ranges };
}

async function firstMinute(
  from: Transport,
  topic: string,
  partition: number,
  low: number,
  high: number,
): Promise<EventMinute> {
  for await (const record of from.scan(topic, partition, low, high)) {
    const envelope = envelopeOf(record);
    if (envelope !== undefined) return envelope.eventMinute;
  }
  return 0;
}
