import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import { RouteTracker, type RouteTrackerOutput } from '#core/rib/route-tracker.ts';

/**
 * Measures the route tables: rate and classes over a real day, bytes a route for full feeds, cost as work
 * grows, and memory after everything is withdrawn. Each function returns figures; run alone it prints them.
 */
const dataFolder = process.env['STEADYBEAT_DATA'];
const megabyte = 1e6;

export interface DayFigures {
  readonly seconds: number;
  readonly elems: number;
  readonly elemsPerSecond: number;
  readonly classes: Readonly<Record<string, number>>;
  readonly changes: number;
  readonly routes: number;
  readonly tableBytes: number;
  readonly refused: number;
}

/** The raw bytes of the day 2008-02-20 of route-views2, file by file; undefined without the data. */
export function readDay(): Uint8Array[] | undefined {
  if (dataFolder === undefined) return undefined;
  const folder = join(dataFolder, 'mrt', 'rv2-2008-02-20');
  return readdirSync(folder)
    .sort()
    .map((name) => execFileSync('bzcat', [join(folder, name)], { maxBuffer: 1 << 30 }));
}

/** The day as a feeder would write it: batches by minute, a tick after each minute. */
export function batchesOf(source: string, files: readonly Uint8Array[]): BgpUpdates[] {
  const batches: BgpUpdates[] = [{ source, eventMinute: 0, content: { case: 'sourceOpened', seed: false } }];
  let minute = 0;
  for (const bytes of files) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0;
    for (let at = 0; at + 12 <= bytes.length; at += 12 + view.getUint32(at + 8)) {
      const recordMinute = Math.floor(view.getUint32(at) / 60);
      if (recordMinute <= minute) continue;
      if (at > from) batches.push(records(source, minute, bytes.subarray(from, at)));
      if (minute > 0) batches.push({ source, eventMinute: minute, content: { case: 'tick' } });
      minute = recordMinute;
      from = at;
    }
    if (from < bytes.length) batches.push(records(source, minute, bytes.subarray(from)));
  }
  batches.push({ source, eventMinute: minute, content: { case: 'tick' } });
  batches.push({ source, eventMinute: minute, content: { case: 'endOfSource' } });
  return batches;
}

const records = (source: string, eventMinute: number, value: Uint8Array): BgpUpdates => ({
  source,
  eventMinute,
  content: { case: 'mrtRecords', value },
});

const classNames = [
  'announcedNew',
  'aaDiff',
  'aaDup',
  'waDiff',
  'waDup',
  'withdrawn',
  'wwDup',
  'late',
  'drift',
] as const;

/** Decode, tables and classes over the day, data in memory, cold start. */
export function measureDay(batches: readonly BgpUpdates[], blockPartitions: number): DayFigures {
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions });
  const classes: Record<string, number> = Object.fromEntries(classNames.map((name) => [name, 0]));
  const routes = new Map<string, number>();
  let changes = 0;
  let refused = 0;
  const emit = (output: RouteTrackerOutput) => {
    if (output.case === 'refused') {
      refused++;
      return;
    }
    for (const source of output.value.sources) {
      changes += source.ipv4.count + source.ipv6.count;
      if (output.blockPartition > 0) continue;
      for (const peer of source.peers) {
        for (const name of classNames) classes[name] += peer[name];
        routes.set(`${peer.address} ${peer.asn}`, peer.ipv4.routes + peer.ipv6.routes);
      }
    }
  };
  const start = performance.now();
  for (const batch of batches) tracker.apply(batch, emit);
  const seconds = (performance.now() - start) / 1000;
  const elems = classNames.slice(0, 7).reduce((sum, name) => sum + classes[name], 0);
  return {
    seconds,
    elems,
    elemsPerSecond: elems / seconds,
    classes,
    changes,
    routes: [...routes.values()].reduce((sum, count) => sum + count, 0),
    tableBytes: tracker.tableBytes,
    refused,
  };
}

if (import.meta.main) {
  const files = readDay();
  if (files === undefined) {
    console.log('STEADYBEAT_DATA is not set: the real day is skipped');
  } else {
    const batches = batchesOf('route-views2', files);
    for (const blocks of [4, 64]) {
      const figures = measureDay(batches, blocks);
      console.log(`day, ${blocks} block partitions`, figures, process.memoryUsage().rss / megabyte);
    }
  }
}
