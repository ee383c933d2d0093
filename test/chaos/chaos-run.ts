import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { EventMinute } from '#core/event-time.ts';
import { clusterConfig } from '#runtime/kafka/kafka-options.ts';
import { KafkaTransport } from '#runtime/kafka/kafka-transport.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Random } from '#scenario/random.ts';
import { Feed, type FeedTransport } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { ownPrefix } from '../kafka/broker.ts';
import type { JarCluster } from '../kafka/jar-cluster.ts';
import { ServiceProcess } from '../processes/service-process.ts';
import { firstDifference } from '../sim/crashes.ts';
import { disordered } from './disordered.ts';
import { disturb, type Surroundings } from './disturb.ts';
import { Fleet } from './fleet.ts';
import type { Flow } from './flow.ts';
import type { Plan } from './plan.ts';
import { PublicReader } from './public-reader.ts';

const counts = { updatePartitions: 3, blockPartitions: 2 };
const sessionTimeoutMs = 1_500;
/** The flow is spread over so long at least, so that all services are at work together. */
const feedMs = 5_000;
/** The feeder is ahead of what was told by at most this share of the flow. */
const aheadShare = 0.12;
/** So much of the flow is kept for the time after the disturbances. */
const keptShare = 0.15;
const endWithinMs = 120_000;
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
  let counted = 0;
  let wrong: string | undefined;
  try {
    await transport.ensureTopics(topicSpecs(counts));
    await fleet.startAll(plan.instances);
    let disturbances = plan.disturbances.length;
    const feeding = new Feeding(plan, flow, kafka, transport, {
      toldMinute: () => reader.minute,
      isDisturbed: () => disturbances > 0 && !fleet.isAwaited,
    });
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
    await fleet.stopAll();
    fleet.check();
    await reader.readOn(transport);
    wrong = firstDifference(reader.lines, flow.expected);
  } catch (error) {
    wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (wrong !== undefined) wrong += `\nwhat the services said: ${kept(plan.seed, fleet.logs())}`;
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

interface Pace {
  readonly toldMinute: () => EventMinute;
  /** Something goes wrong now, and does not wait for anybody. */
  readonly isDisturbed: () => boolean;
}

/** The feeder: in this process, at the services' pace; or one of its own, where it is to be killed. */
class Feeding {
  readonly #plan: Plan;
  readonly #flow: Flow;
  readonly #transport: Transport;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #asProcess: boolean;
  readonly #pace: Pace;
  readonly #ended = Promise.withResolvers<void>();
  #feeder: ServiceProcess | undefined;
  #steps = 0;

  constructor(plan: Plan, flow: Flow, kafka: Kafka, transport: Transport, pace: Pace) {
    this.#pace = pace;
    this.#plan = plan;
    this.#flow = flow;
    this.#transport = transport;
    this.#environment = environment(kafka, plan);
    this.#asProcess = plan.disturbances.some((one) => one.case === 'killFeeder');
  }

  /** How much of the flow is fed, 0 to 1. */
  get share(): number {
    return this.#asProcess ? 1 : this.#steps / this.#flow.steps;
  }

  async run(): Promise<void> {
    if (this.#asProcess) return this.#ended.promise;
    const { flow, disorder, seed } = { ...this.#plan, flow: this.#flow };
    const start = performance.now();
    const { toldMinute, isDisturbed } = this.#pace;
    let firstMinute: EventMinute | undefined;
    const beforeMinute = async (minute: EventMinute): Promise<void> => {
      firstMinute ??= minute;
      const ahead = () => (minute - Math.max(firstMinute!, toldMinute())) / flow.minutes;
      while (ahead() > aheadShare || (this.share > 1 - keptShare && isDisturbed())) await setTimeout(pollMs);
      const waitMs = start + (this.#steps++ / flow.steps) * feedMs - performance.now();
      if (waitMs > 10) await setTimeout(waitMs);
    };
    const log: FeedTransport = disorder
      ? disordered(this.#transport, new Random(seed, 'disorder'))
      : this.#transport;
    await new Feed({ partitions: counts.updatePartitions, beforeMinute }, log).run(flow.files.map(diskFile));
  }

  async killed(afterRecords: number): Promise<boolean> {
    this.#start();
    const feeder = this.#feeder!;
    for (;;) {
      const highs = await Promise.all(
        Array.from({ length: counts.updatePartitions }, (_, partition) =>
          this.#transport.offsets(bgpUpdates.topic, partition),
        ),
      );
      if (highs.reduce((sum, { high }) => sum + high, 0) >= afterRecords) break;
      if (await Promise.race([feeder.ended.then(() => true), setTimeout(5, false)])) break;
    }
    const { signal } = await feeder.kill('SIGKILL');
    this.#start();
    const { code } = await this.#feeder!.ended;
    if (code === 0) this.#ended.resolve();
    else this.#ended.reject(new Error(`the feeder ended with ${code}:\n${this.#feeder!.log}`));
    return signal === 'SIGKILL';
  }

  #start(): void {
    this.#feeder = new ServiceProcess(['run', 'feeder', ...this.#flow.files], this.#environment);
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
