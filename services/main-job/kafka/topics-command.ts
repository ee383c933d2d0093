import { kafkaOptionsOf } from '#runtime/configuration/configuration.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { applyTopics, type TopicDifference, topicDifferences } from '#runtime/kafka/topic-settings.ts';
import { kafkaCommand } from './kafka-command.ts';
import { differenceText, topicPlans } from './topics-command-plan.ts';

/** Status 0 where all topics are now as they should be, 1 where something differs or nobody answers. */
export const topicsCommand = (configuration: Configuration, apply: boolean): Promise<number> =>
  kafkaCommand(async () => {
    const prefix = configuration.kafkaTopicPrefix;
    const plans = topicPlans(configuration);
    const options = kafkaOptionsOf(configuration, 'steadybeat-topics', () => undefined);
    const before = await topicDifferences(plans, options);
    for (const difference of before) tell(differenceText(difference, prefix));
    const mendable = before.filter(isMendable);
    if (!apply || mendable.length === 0) return verdict(before, plans.length, prefix);
    await applyTopics(mendable, options);
    tell(`applied: ${mendable.length} created or set`);
    const after = before.filter((one) => !isMendable(one));
    return verdict(after, plans.length, prefix);
  });

const isMendable = ({ case: what }: TopicDifference): boolean => what === 'missing' || what === 'settings';

function verdict(differences: readonly TopicDifference[], count: number, prefix: string): number {
  if (differences.length === 0) tell(`all ${count} topics of ${prefix}* are as they should be`);
  else if (differences.some(isMendable))
    tell('nothing was changed: --apply creates what is missing and sets what differs');
  return differences.length === 0 ? 0 : 1;
}

const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
