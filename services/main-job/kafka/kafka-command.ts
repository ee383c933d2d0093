import { kafkaOptionsOf } from '#runtime/configuration/configuration.ts';
import type { Configuration } from '#runtime/configuration/schema.ts';
import { KafkaProblem } from '#runtime/kafka/kafka-problem.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { SequenceGap } from '#runtime/sequence-rule.ts';

/** A command that a person waits for: what Kafka refuses is one line and status 1. */
export async function kafkaCommand(action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof KafkaProblem || error instanceof SequenceGap)) throw error;
    process.stderr.write(`steadybeat: ${error.message}\n`);
    return 1;
  }
}

/** The same over a connection of its own, which is closed however it ends; brokers know the program as "steadybeat-" and the name. */
export const overKafka = (
  configuration: Configuration,
  name: string,
  action: (transport: KafkaTransport) => Promise<number>,
): Promise<number> =>
  kafkaCommand(async () => {
    const options = kafkaOptionsOf(configuration, `steadybeat-${name}`, () => undefined);
    const transport = await KafkaTransport.open(options);
    try {
      return await action(transport);
    } finally {
      await transport.close();
    }
  });
