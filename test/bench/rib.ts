import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import { peerCounts } from '#core/contract/route-changes.ts';
import { RouteTracker, type RouteTrackerOutput } from '#core/rib/route-tracker.ts';

/**
 * Measures the route tables: rate and classes over a real day, bytes a route for full feeds, cost as work
 * grows, and memory after everything is withdrawn. Each function returns figures; run alone it prints them.
 */
const dataFolder = process.env.STEADYBEAT_DATA;
const megabyte = 1e6;

export interface DayFigures {
  readonly seconds: number;
  /** Of the whole process, its helper threads included: what a busy machine leaves comparable. */
  readonly cpuSeconds: number;
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

/** Those that are classes: each elem is in one. */
const classNames = peerCounts.filter((name) => name !== 'late' && name !== 'drift');

/** Decode, tables and classes over the day, data in memory, cold start. */
export function measureDay(batches: readonly BgpUpdates[], blockPartitions: number): DayFigures {
  const tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions });
  const classes: Record<string, number> = Object.fromEntries(peerCounts.map((name) => [name, 0]));
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
        for (const name of peerCounts) classes[name] += peer[name];
        routes.set(`${peer.address} ${peer.asn}`, peer.ipv4.routes + peer.ipv6.routes);
      }
    }
  };
  const start = performance.now();
  const startCpu = process.cpuUsage();
  for (const batch of batches) tracker.apply(batch, emit);
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(startCpu);
  const elems = classNames.reduce((sum, name) => sum + classes[name], 0);
  return {
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    elems,
    elemsPerSecond: elems / seconds,
    classes,
    changes,
    routes: [...routes.values()].reduce((sum, count) => sum + count, 0),
    tableBytes: tracker.tableBytes,
    refused,
  };
}

/** A full feed of the future: prefixes, and how many share a path. */
const fullFeedPrefixes = 1_000_000;
const pathGroups = 60_000;
/** A peer sends its table in so many minutes. */
const minutesPerTable = 10;

export interface FullFeedFigures {
  readonly peers: number;
  readonly routes: number;
  readonly paths: number;
  readonly seconds: number;
  /** Growth of the resident set, and what the tables say they use, over routes. */
  readonly rssBytesPerRoute: number;
  readonly tableBytesPerRoute: number;
  /** Growth left after all routes were withdrawn. */
  readonly rssBytesAfterWithdrawal: number;
  readonly tableBytesAfterWithdrawal: number;
}

/** Full feeds in a fresh process, so that nothing else is in its memory. */
export const measureFullFeeds = (peers: number): FullFeedFigures =>
  JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', import.meta.filename, 'full-feeds', String(peers)], {
      encoding: 'utf8',
    }),
  ) as FullFeedFigures;

function fullFeeds(peers: number): FullFeedFigures {
  // Everything is compiled and every buffer of the bench is there before the memory is looked at.
  const warm = new FeedRun();
  warm.table(0, true);
  warm.table(0, false);
  warm.end();
  const before = residentBytes();
  const run = new FeedRun();
  const start = performance.now();
  for (let peer = 1; peer <= peers; peer++) run.table(peer, true);
  const seconds = (performance.now() - start) / 1000;
  const growth = residentBytes() - before;
  const { tableBytes, pathCount: paths } = run.tracker;
  for (let peer = 1; peer <= peers; peer++) run.table(peer, false);
  run.wait(120);
  const routes = peers * fullFeedPrefixes;
  return {
    peers,
    routes,
    paths,
    seconds,
    rssBytesPerRoute: growth / routes,
    tableBytesPerRoute: tableBytes / routes,
    rssBytesAfterWithdrawal: residentBytes() - before,
    tableBytesAfterWithdrawal: run.tracker.tableBytes,
  };
}

/** A tracker that is fed whole tables, each minute ticked. */
class FeedRun {
  tracker = new RouteTracker({ tracker: 0, trackerPartitions: 1, blockPartitions: 4 });
  #minute = 20_000_000;

  constructor() {
    this.#apply({ case: 'sourceOpened', seed: false });
  }

  /** A peer announces, or withdraws, its whole table. */
  table(peer: number, isAnnounce: boolean): void {
    for (let part = 0; part < minutesPerTable; part++) {
      this.#apply({ case: 'mrtRecords', value: tablePart(this.#minute, peer, part, isAnnounce) });
      this.wait(1);
    }
  }

  wait(minutes: number): void {
    for (let left = minutes; left > 0; left--) {
      this.#apply({ case: 'tick' });
      this.#minute++;
    }
  }

  end(): void {
    this.#apply({ case: 'endOfSource' });
  }

  #apply(content: BgpUpdates['content']): void {
    this.tracker.apply({ source: 'feeds', eventMinute: this.#minute, content }, () => {});
  }
}

function residentBytes(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  return process.memoryUsage().rss;
}

const partBytes = new Uint8Array(16 << 20);
const partView = new DataView(partBytes.buffer);

/** A tenth of a peer's table as BGP4MP_MESSAGE_AS4 records, an UPDATE for each path; valid until the next call. */
function tablePart(minute: number, peer: number, part: number, isAnnounce: boolean): Uint8Array {
  const from = (part * pathGroups) / minutesPerTable;
  const to = ((part + 1) * pathGroups) / minutesPerTable;
  let at = 0;
  for (let group = from; group < to; group++) {
    at = writeUpdate(at, minute * 60 + ((group - from) % 60), peer, group, isAnnounce);
  }
  return partBytes.subarray(0, at);
}

function writeUpdate(
  start: number,
  second: number,
  peer: number,
  group: number,
  isAnnounce: boolean,
): number {
  let at = start;
  const u8 = (value: number) => {
    partView.setUint8(at, value);
    at += 1;
  };
  const u16 = (value: number) => {
    partView.setUint16(at, value);
    at += 2;
  };
  const u32 = (value: number) => {
    partView.setUint32(at, value);
    at += 4;
  };
  const nlri = () => {
    const end = Math.floor(((group + 1) * fullFeedPrefixes) / pathGroups);
    for (let i = Math.floor((group * fullFeedPrefixes) / pathGroups); i < end; i++) {
      u8(24);
      u16(((0x0b000000 + i * 0x300) >>> 16) & 0xffff);
      u8((i * 3) & 0xff);
    }
  };
  u32(second);
  u16(16);
  u16(4);
  u32(0);
  u32(peer + 1000);
  u32(64_512);
  u16(0);
  u16(1);
  u32(0xc0000200 + peer);
  u32(0);
  for (let i = 0; i < 4; i++) u32(0xffffffff);
  const lengthAt = at;
  u16(0);
  u8(2);
  const withdrawnAt = at;
  u16(0);
  if (!isAnnounce) nlri();
  partView.setUint16(withdrawnAt, at - withdrawnAt - 2);
  const attributesAt = at;
  u16(0);
  if (isAnnounce) {
    u32(0x40010100);
    // The peer, two to four networks in between by a fixed draw, and the origin.
    const draw = Math.imul(peer * 65_537 + group, 0x9e3779b1) >>> 8;
    const hops = 2 + (draw % 3);
    u16(0x4002);
    u8(2 + 4 * (hops + 2));
    u8(2);
    u8(hops + 2);
    u32(peer + 1000);
    for (let hop = 0; hop < hops; hop++) u32(2000 + ((draw >>> hop) % 900));
    u32(100_000 + group);
    u32(0x400304c0);
    u16(2);
    u8(peer);
  }
  partView.setUint16(attributesAt, at - attributesAt - 2);
  if (isAnnounce) nlri();
  partView.setUint16(lengthAt, at - lengthAt + 16);
  partView.setUint32(start + 8, at - start - 12);
  return at;
}

/** Cost as the day grows: its first eighth, quarter, half and all of it. */
export function measureLinearity(
  files: readonly Uint8Array[],
): { readonly files: number; readonly day: DayFigures }[] {
  return [8, 4, 2, 1].map((part) => {
    const count = Math.ceil(files.length / part);
    return { files: count, day: measureDay(batchesOf('route-views2', files.slice(0, count)), 4) };
  });
}

function printAll(): void {
  const files = readDay();
  if (files === undefined) console.log('STEADYBEAT_DATA is not set: the real day is skipped');
  else {
    measureDay(batchesOf('route-views2', files.slice(0, 20)), 4);
    for (const { files: count, day } of measureLinearity(files)) {
      console.log(`${count} files`, { ...day, rssMegabytes: process.memoryUsage().rss / megabyte });
    }
  }
  for (const peers of [5, 10, 20, 40]) console.log(measureFullFeeds(peers));
}

if (import.meta.main) {
  if (process.argv[2] === 'full-feeds') console.log(JSON.stringify(fullFeeds(Number(process.argv[3]))));
  else printAll();
}
