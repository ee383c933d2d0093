/** A real broker for tests: one given by KAFKA_BROKERS, else in a container, else from the jars. One for each test process. */
import { containerEngineThere, startContainer } from './container-broker.ts';
import { JarCluster } from './jar-cluster.ts';
import { whyNoJars } from './jars.ts';

/** What tests connect to; undefined where there is nothing, and `missing` says what to do. */
export interface TestBroker {
  readonly brokers: readonly string[] | undefined;
  readonly missing: string | false;
}

export async function testBroker(): Promise<TestBroker> {
  const given = process.env.KAFKA_BROKERS;
  if (given !== undefined) return { brokers: given.split(','), missing: false };
  if (containerEngineThere()) return { brokers: [await startContainer()], missing: false };
  const reason = whyNoJars();
  if (reason !== undefined)
    return {
      brokers: undefined,
      missing: `no Kafka: KAFKA_BROKERS is not set, no container engine, ${reason}`,
    };
  const cluster = await JarCluster.start({ nodes: 1 });
  return { brokers: cluster.brokers, missing: false };
}

let named = 0;

/** Topics and groups of a test of its own, also on a broker that others use. */
export const ownPrefix = (): string => `test-${process.pid}-${Date.now().toString(36)}-${named++}.`;
