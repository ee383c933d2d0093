import { setTimeout } from 'node:timers/promises';
import { clusterConfig, type KafkaOptions } from '#runtime/kafka/kafka-options.ts';
import { newAdmin } from '#runtime/kafka/mended-kafkajs.ts';
import { bgpUpdates, topicSpecs } from '#runtime/topics.ts';
import type { LogRecord, Transport } from '#runtime/transport/transport.ts';
import type { JarCluster } from '../kafka/jar-cluster.ts';
import { killExporter } from './exporter.ts';
import type { Fleet, Instance } from './fleet.ts';
import type { Disturbance } from './plan.ts';

export interface Surroundings {
  readonly cluster: JarCluster;
  readonly kafka: KafkaOptions;
  readonly transport: Transport;
  readonly fleet: Fleet;
  readonly counts: { readonly updatePartitions: number; readonly blockPartitions: number };
  readonly sessionTimeoutMs: number;
  /** True where all that flows has been told, so that nothing can be disturbed any more. */
  readonly isOver: () => boolean;
  /** Kills the feeder's process once the topic has so many records, and starts it again. */
  readonly killFeeder: (afterRecords: number) => Promise<boolean>;
}

/** How many records a second delivery has. */
const againRecords = 200;

/** True where it met the services at work. */
export async function disturb(what: Disturbance, at: Surroundings): Promise<boolean> {
  const { fleet, isOver } = at;
  switch (what.case) {
    case 'kill':
      return killAtWork(what, at);
    case 'killRestoring':
      return killRestoring(what, at);
    case 'killFeeder':
      return at.killFeeder(what.afterRecords);
    case 'zombie':
      return pause(what, at);
    case 'scale':
      for (let i = 0; i < what.times; i++) {
        const extra = fleet.start(what.stage);
        await extra.process.ready();
        await setTimeout(what.forMs);
        // The newer one stays, the older goes.
        await fleet.stop(fleet.of(what.stage)[0]!);
      }
      return !isOver();
    case 'again':
      return sendAgain(what, at);
    case 'broker':
      await breakBroker(at.cluster, 0, what);
      return !isOver();
    case 'leader':
      await breakBroker(at.cluster, await leaderOf(at, what.topic), { ...what, signal: 'SIGKILL' });
      return !isOver();
    case 'refuse':
      return refuseWrites(what, at);
    case 'killExporter':
      return (await killExporter(fleet, what.awayMs)) && !isOver();
  }
}

/** One that has a snapshot and work done since, as soon as there is one. */
async function atWork(
  stage: Instance['stage'],
  batches: number,
  { fleet, isOver }: Surroundings,
): Promise<Instance | undefined> {
  const found = () => fleet.of(stage).find((instance) => instance.hasDone(batches));
  return (await fleet.until(() => found() !== undefined, isOver)) ? found() : undefined;
}

async function killAtWork(
  { stages, batches, awayMs }: Extract<Disturbance, { case: 'kill' }>,
  at: Surroundings,
): Promise<boolean> {
  const { fleet } = at;
  const victims = () => stages.map((stage) => fleet.of(stage).find((instance) => instance.hasDone(batches)));
  if (!(await fleet.until(() => victims().every((victim) => victim !== undefined), at.isOver))) return false;
  const killed = victims() as Instance[];
  await Promise.all(killed.map((victim) => fleet.kill(victim)));
  await setTimeout(awayMs);
  for (const { stage } of killed) fleet.start(stage);
  return true;
}

async function killRestoring(
  { stage, batches, delayMs }: Extract<Disturbance, { case: 'killRestoring' }>,
  at: Surroundings,
): Promise<boolean> {
  const { fleet } = at;
  const victim = await atWork(stage, batches, at);
  if (victim === undefined) return false;
  await fleet.kill(victim);
  const next = fleet.start(stage);
  await fleet.until(() => next.isRestoring, at.isOver);
  await setTimeout(delayMs);
  const isMet = next.isRestoring || next.hasDone(1);
  await fleet.kill(next);
  fleet.start(stage);
  return isMet;
}

/** Another takes its partitions over while it stands still; then it goes on as if nothing had been. */
async function pause(
  { stage, batches, sessions }: Extract<Disturbance, { case: 'zombie' }>,
  at: Surroundings,
): Promise<boolean> {
  const victim = await atWork(stage, batches, at);
  if (victim === undefined) return false;
  victim.process.signal('SIGSTOP');
  await setTimeout(sessions * at.sessionTimeoutMs);
  victim.process.signal('SIGCONT');
  return true;
}

/** A stretch of a topic comes once more, as from a producer that repeats itself. */
async function sendAgain(
  { topic, share }: Extract<Disturbance, { case: 'again' }>,
  { transport, counts, isOver }: Surroundings,
): Promise<boolean> {
  const { partitions } = topicSpecs(counts).find(({ name }) => name === topic)!;
  const producer = await transport.openProducer();
  let sent = 0;
  for (let partition = 0; partition < partitions; partition++) {
    const { low, high } = await transport.offsets(topic, partition);
    const from = low + Math.floor(share * (high - low));
    const records: LogRecord[] = [];
    for await (const record of transport.scan(topic, partition, from, from + againRecords))
      records.push(record);
    await producer.send(records.map(({ key, value }) => ({ topic, partition, key, value })));
    sent += records.length;
  }
  await producer.close();
  return sent > 0 && !isOver();
}

async function breakBroker(
  cluster: JarCluster,
  index: number,
  { signal, awayMs }: { readonly signal: 'SIGKILL' | 'SIGTERM'; readonly awayMs: number },
): Promise<void> {
  const node = cluster.nodes[index]!;
  await node.kill(signal);
  await setTimeout(awayMs);
  await cluster.startAgain(node);
}

/** The index of the broker that leads the topic's first partition. */
async function leaderOf({ kafka }: Surroundings, topic: string): Promise<number> {
  const admin = newAdmin(clusterConfig(kafka, () => undefined));
  try {
    await admin.connect();
    const name = kafka.prefix + topic;
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    return topics[0]!.partitions.find(({ partitionId }) => partitionId === 0)!.leader - 1;
  } finally {
    await admin.disconnect();
  }
}

const topicResource = 2;

/** All three brokers must have a record before it is kept, and one of them is away: reads go on, writes are refused. */
async function refuseWrites(
  { forMs }: Extract<Disturbance, { case: 'refuse' }>,
  at: Surroundings,
): Promise<boolean> {
  await setMinInSync(at, '3');
  await breakBroker(at.cluster, await leaderOf(at, bgpUpdates.topic), { signal: 'SIGTERM', awayMs: forMs });
  await setMinInSync(at, '2');
  return !at.isOver();
}

async function setMinInSync({ kafka, counts }: Surroundings, count: string): Promise<void> {
  const admin = newAdmin(clusterConfig(kafka, () => undefined));
  try {
    await admin.connect();
    const resources = topicSpecs(counts).map(({ name, compacted }) => ({
      type: topicResource,
      name: kafka.prefix + name,
      configEntries: [
        { name: 'min.insync.replicas', value: count },
        ...(compacted ? [{ name: 'cleanup.policy', value: 'compact' }] : []),
      ],
    }));
    await admin.alterConfigs({ validateOnly: false, resources });
  } finally {
    await admin.disconnect();
  }
}
