import { setTimeout } from 'node:timers/promises';
import { clusterConfig } from '#runtime/kafka/kafka-options.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';

/** Waits until each of these brokers answers, and knows the others. */
export async function clusterReady(brokers: readonly string[], withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  // Of a broker that was killed the others say for seconds that it is there.
  for (const broker of brokers) await knowsAll(broker, brokers.length, until);
}

async function knowsAll(broker: string, count: number, until: number): Promise<void> {
  const options = { brokers: [broker], clientId: 'test', prefix: '' };
  for (;;) {
    const admin = newAdmin({ ...clusterConfig(options, () => undefined), retry: { retries: 0 } });
    try {
      await admin.connect();
      const { brokers: found } = await admin.describeCluster();
      if (found.length === count) return;
      if (Date.now() > until) throw new Error(`${broker} knows ${found.length} of ${count} brokers`);
    } catch (error) {
      if (Date.now() > until) throw error;
    } finally {
      await admin.disconnect();
    }
    await setTimeout(50);
  }
}
