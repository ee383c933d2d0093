import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaProblem } from '#runtime/kafka/kafka-problem.ts';
import type { TopicSpec, Transport } from '#runtime/transport/transport.ts';

/** A broker that is busy does not know at once what it has just made. */
export async function createTopics(transport: Transport, topics: readonly TopicSpec[]): Promise<void> {
  for (;;) {
    try {
      await transport.ensureTopics(topics);
      return;
    } catch (error) {
      if (!(error instanceof KafkaProblem && error.passes)) throw error;
      await sleep(50);
    }
  }
}
