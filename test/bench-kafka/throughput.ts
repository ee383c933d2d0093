import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { EventMinute } from '#core/event-time.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import { Feed } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import type { EmbeddedFigures } from './embedded.ts';
import { lastScoredMinute, openWorld } from './world.ts';

export interface ThroughputFigures {
  readonly elems: number;
  /** From the start of the route-trackers, with all else ready, to the last score. */
  readonly seconds: number;
  /** Of the services' processes, without what it took to start them. */
  readonly cpuSeconds: number;
  readonly startCpuSeconds: number;
  readonly updatesDiskBytes: number;
}

const pollMs = 50;

/** Files through the services as processes, with everything in bgp.updates before they begin. */
export async function measureThroughput(
  files: readonly string[],
  { partitions, lastMinute }: { readonly partitions: number; readonly lastMinute: EventMinute },
): Promise<ThroughputFigures> {
  const world = await openWorld({ updatePartitions: partitions, blockPartitions: partitions });
  const { transport, services } = world;
  const feed = new Feed({ partitions }, transport);
  await feed.run(files.map(diskFile));
  const { elems } = feed.totals();
  const updatesDiskBytes = world.diskBytes(bgpUpdates.topic);
  services.start('anomaly-detector');
  services.start('instability-scorer');
  services.start('visibility-tracker', partitions);
  await services.ready();
  // What a route-tracker takes until it reads is not seen from outside: as much as any other.
  const readyCpuSeconds = services.cpuSeconds();
  const startCpuSeconds = readyCpuSeconds * (1 + partitions / services.running.length);
  const start = performance.now();
  services.start('route-tracker', partitions);
  while ((await lastScoredMinute(transport)) < lastMinute) await setTimeout(pollMs);
  const seconds = (performance.now() - start) / 1000;
  const cpuSeconds = services.cpuSeconds();
  await world.close();
  return {
    elems,
    seconds,
    cpuSeconds: cpuSeconds - startCpuSeconds,
    startCpuSeconds,
    updatesDiskBytes,
  };
}

/** The services over the log in memory, in a process of their own. */
export function measureEmbedded(files: readonly string[], partitions: number): EmbeddedFigures {
  const program = path.join(import.meta.dirname, 'embedded.ts');
  const output = execFileSync(process.execPath, [program, String(partitions), ...files], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as EmbeddedFigures;
}

/** What `gzip -6` makes of the files. */
export const gzippedBytes = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 6 }).length, 0);
