import { readBack } from '#runtime/read-back.ts';
import { anomalies, asScores, type Channel, type PartitionCounts, topicSpecs } from '#runtime/topics.ts';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Random } from '#scenario/random.ts';
import { beatAndBlackout } from './beat-and-blackout.ts';
import { type Faults, FaultyTransport } from './faulty-transport.ts';
import { interleaved, sourceScripts } from './scripted-feed.ts';
import { supervisedServices } from './supervised.ts';

/** Small, so that the stages run together and a crash meets all of them at work. */
const lagBytesMax = 20_000;
const scenarioSeed = 1;

export interface SimulatedRun {
  /** The public topics, read back by the rule of the envelope: one line a record. */
  readonly scores: readonly string[];
  readonly anomalies: readonly string[];
  readonly crashes: number;
}

export interface SimulationOptions extends PartitionCounts {
  readonly seed: number;
  readonly crashes: number;
}

/** One run of the whole flow, where processes die, members come and go, and records come twice, as the seed draws. */
export async function simulate(options: SimulationOptions): Promise<SimulatedRun> {
  const { seed, crashes, updatePartitions } = options;
  const random = new Random(seed, 'simulation');
  const faults: Faults = {
    random,
    crashChance: crashes === 0 ? 0 : 0.004,
    duplicateChance: crashes === 0 ? 0 : 0.02,
    crashesLeft: crashes,
  };
  const log = new EmbeddedLog({ lagBytesMax }, new MemoryStorage({ retention: 'everything' }));
  await log.ensureTopics(topicSpecs(options));
  const snapshots = {
    everyEventMinutes: random.integer(30, 400),
    everyInputBytes: random.integer(100, 200_000),
  };
  const services = supervisedServices(
    options,
    () => ({ snapshots }),
    () => new FaultyTransport(faults, log),
  );
  for (const service of services.toReversed()) await service.start();
  const scripts = sourceScripts(beatAndBlackout, scenarioSeed, updatePartitions);
  const feeder = await new FaultyTransport({ ...faults, crashChance: 0 }, log).openProducer();
  for (const record of interleaved(scripts, updatePartitions, random)) {
    await feeder.send([record]);
    if (crashes > 0 && random.chance(0.002)) await random.pick(services).startExtra();
    if (crashes > 0 && random.chance(0.002)) await random.pick(services).stopExtra();
  }
  for (const service of services) await service.stopExtra();
  for (const service of services) await service.caughtUp();
  for (const service of services) await service.stop();
  const run = {
    scores: await lines(log, asScores),
    anomalies: await lines(log, anomalies),
    crashes: crashes - faults.crashesLeft,
  };
  await log.close();
  return run;
}

/** Where two outputs differ first, and how; a whole diff of thousands of lines helps nobody. */
export function firstDifference(actual: readonly string[], expected: readonly string[]): string | undefined {
  const length = Math.max(actual.length, expected.length);
  for (let i = 0; i < length; i++)
    if (actual[i] !== expected[i])
      return `line ${i} of ${actual.length}: ${actual[i]?.slice(0, 400)}\nexpected of ${expected.length}: ${expected[i]?.slice(0, 400)}`;
  return undefined;
}

async function lines<T>(log: Transport, channel: Channel<T>): Promise<string[]> {
  const all: string[] = [];
  for await (const { record } of readBack(log, channel, 0))
    all.push(`${record.key} ${Buffer.from(record.value!).toString('latin1')}`);
  return all;
}
