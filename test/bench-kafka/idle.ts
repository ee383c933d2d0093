import { setTimeout } from 'node:timers/promises';
import { MadeFeed } from './made-feed.ts';
import type { StageName } from './processes.ts';
import { openWorld } from './world.ts';

const partitions = 4;
const minute = 23_654_000;
const settleMs = 5_000;
const measuredMs = 30_000;
const tickMs = 1_000;

/** Share of one core that the services take together while nothing comes but a tick a second. */
export async function measureIdle(): Promise<{ readonly services: number; readonly cpuShare: number }> {
  const world = await openWorld({ updatePartitions: partitions, blockPartitions: partitions });
  const { services, transport } = world;
  const stages: StageName[] = [
    'metrics-exporter',
    'anomaly-detector',
    'instability-scorer',
    'visibility-tracker',
    'route-tracker',
  ];
  for (const stage of stages) services.start(stage);
  await services.ready();
  const feed = new MadeFeed({ partitions, peers: 1, prefixes: 1 }, await transport.openProducer());
  await feed.open(minute);
  const tickFor = async (milliseconds: number): Promise<void> => {
    for (const end = performance.now() + milliseconds; performance.now() < end; await setTimeout(tickMs))
      await feed.tick(minute);
  };
  await tickFor(settleMs);
  const start = performance.now();
  const startCpu = services.cpuSeconds();
  await tickFor(measuredMs);
  const cpuShare = (services.cpuSeconds() - startCpu) / ((performance.now() - start) / 1000);
  await world.close();
  return { services: stages.length, cpuShare };
}
