import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { clusterConfig } from '#runtime/kafka/kafka-options.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';
import { topicSpecs } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { ownPrefix } from '../kafka/broker.ts';
import type { JarCluster } from '../kafka/jar-cluster.ts';
import { firstDifference } from '../sim/crashes.ts';
import { disturb, type Surroundings } from './disturb.ts';
import { exporterFollows } from './exporter.ts';
import { Feeding } from './feeding.ts';
import { Fleet } from './fleet.ts';
import type { Flow } from './flow.ts';
import { exporter, type Plan } from './plan.ts';
import { PublicReader } from './public-reader.ts';

const counts = { updatePartitions: 3, blockPartitions: 2 };
const sessionTimeoutMs = 1_500;
/** Generous: a busy machine is no failure. */
const endWithinMs = 300_000;
const pollMs = 100;

export interface Outcome {
  /** Disturbances that met the services at work. */
  readonly counted: number;
  readonly seconds: number;
  /** What the public topics held twice. */
  readonly repeats: number;
  /** How the public topics differ from the undisturbed run's, or what else went wrong. */
  readonly wrong: string | undefined;
}

/** One run on topics of its own; the brokers serve many. */
export async function chaosRun(plan: Plan, flow: Flow, cluster: JarCluster): Promise<Outcome> {
  const started = performance.now();
  const prefix = ownPrefix();
  const kafka = { brokers: cluster.brokers, clientId: 'chaos', prefix };
  const fleet = new Fleet(environment(kafka, plan));
  const transport = await KafkaTransport.open(kafka);
  const reader = new PublicReader();
  const over = new AbortController();
  let counted = 0;
  let wrong: string | undefined;
  try {
    await transport.ensureTopics(topicSpecs(counts));
    const hasExporter = plan.disturbances.some((one) => one.case === 'killExporter');
    await fleet.startAll(plan.instances);
    if (hasExporter) await fleet.start(exporter).process.ready();
    let disturbances = plan.disturbances.length;
    const options = {
      ...{ updatePartitions: counts.updatePartitions, environment: environment(kafka, plan) },
      toldMinute: () => reader.minute,
      isDisturbed: () => disturbances > 0 && !fleet.isAwaited,
      over: over.signal,
    };
    const feeding = new Feeding(options, plan, flow, transport);
    const isOver = () => reader.lineCount >= flow.expected.length;
    const at: Surroundings = {
      ...{ cluster, kafka, transport, fleet, counts, sessionTimeoutMs, isOver },
      killFeeder: (records) => feeding.killed(records),
    };
    const disturbing = (async () => {
      for (const one of plan.disturbances) {
        await fleet.until(() => feeding.share >= one.at, isOver);
        if (await disturb(one, at)) counted++;
        disturbances--;
      }
    })();
    disturbing.catch(() => undefined);
    const fed = feeding.run();
    fed.catch(() => undefined);
    const failing = Promise.all([disturbing, fed]).then(() => undefined);
    failing.catch(() => undefined);
    await allTold(transport, reader, fleet, flow, failing);
    await failing;
    if (hasExporter) await exporterFollows(fleet, reader.scoredMinute);
    await fleet.stopAll();
    fleet.check();
    await reader.readOn(transport);
    wrong = firstDifference(reader.lines, flow.expected);
  } catch (error) {
    wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (wrong !== undefined) wrong += `\nwhat the services said: ${kept(plan.seed, fleet.logs())}`;
  over.abort();
  await fleet.killAll();
  await transport.close();
  await deleteTopics(kafka);
  return { counted, seconds: (performance.now() - started) / 1000, repeats: reader.repeats, wrong };
}

/** Reads on until all is there; rejects where it does not come. */
async function allTold(
  transport: Transport,
  reader: PublicReader,
  fleet: Fleet,
  flow: Flow,
  failing: Promise<void>,
): Promise<void> {
  let failed: { readonly error: unknown } | undefined;
  failing.catch((error: unknown) => {
    failed = { error };
  });
  const until = performance.now() + endWithinMs;
  for (; reader.lineCount < flow.expected.length; await setTimeout(pollMs)) {
    await reader.readOn(transport);
    fleet.check();
    if (failed !== undefined) throw failed.error;
    if (performance.now() > until)
      throw new Error(`${reader.lineCount} of ${flow.expected.length} records after ${endWithinMs / 1000} s`);
  }
}

interface Kafka {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly prefix: string;
}

const environment = ({ brokers, prefix }: Kafka, plan: Plan): Record<string, string> => ({
  STEADYBEAT_KAFKA_BROKERS: brokers.join(','),
  STEADYBEAT_KAFKA_TOPIC_PREFIX: prefix,
  STEADYBEAT_KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
  STEADYBEAT_KAFKA_HEARTBEAT_INTERVAL_MS: '200',
  STEADYBEAT_UPDATE_PARTITIONS: String(counts.updatePartitions),
  STEADYBEAT_BLOCK_PARTITIONS: String(counts.blockPartitions),
  STEADYBEAT_SNAPSHOT_EVENT_MINUTES: String(plan.snapshotEventMinutes),
});

/** The broker's work would grow with each run. */
async function deleteTopics(kafka: Kafka): Promise<void> {
  const admin = newAdmin(clusterConfig(kafka, () => undefined));
  try {
    await admin.connect();
    await admin.deleteTopics({ topics: topicSpecs(counts).map(({ name }) => kafka.prefix + name) });
  } finally {
    await admin.disconnect();
  }
}

function kept(seed: number, logs: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'steadybeat-chaos-log-')), `seed-${seed}.log`);
  writeFileSync(file, logs);
  return file;
}
