import { setTimeout } from 'node:timers/promises';
import { clusterConfig } from '#runtime/kafka/kafka-options.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';

/** Waits until all these brokers are in the cluster and answer. */
export async function clusterReady(brokers: readonly string[], withinMs: number): Promise<void> {
  const options = {
    brokers,
    clientId: 'test',
    prefix: '',
    sessionTimeoutMs: 6000,
    heartbeatIntervalMs: 1000,
  };
  for (const until = Date.now() + withinMs; ; await setTimeout(50)) {
    const admin = newAdmin({ ...clusterConfig(options, () => undefined), retry: { retries: 0 } });
    try {
      await admin.connect();
      const { brokers: found } = await admin.describeCluster();
      if (found.length === brokers.length) return;
    } catch (error) {
      if (Date.now() > until) throw error;
    } finally {
      await admin.disconnect();
    }
  }
}
