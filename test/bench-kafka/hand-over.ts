import { setTimeout } from 'node:timers/promises';
import type { EventMinute } from '#core/event-time.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import type { ServiceProcess } from '../processes/service-process.ts';
import type { MadeFeed } from './made-feed.ts';
import type { Services, StageName } from './processes.ts';
import { fedTables, type ScoredMinutes } from './scored-minutes.ts';
import { ToldMinutes } from './told-minutes.ts';
import { openWorld } from './world.ts';

const partitions = 3;
/** The first partition has the large table, and its owner is killed; the other two have a few peers each. */
const largePeers = 20;
const otherPeers = 4;
const largeTask = 'route-tracker/0';
const otherTasks = ['route-tracker/1', 'route-tracker/2'];
const tableMinutes = 20;
/** So much lies behind the large snapshot before quiet minutes come: by default the next snapshot is made after 67 MB. */
const behindBytes = 54e6;
/** An event is then 25 bytes of MRT, fewer than those of real days (33 in 2008, 74 in 2022): more of them are behind the snapshot. */
const prefixesPerUpdate = 4;
/** Of a minute of the stream that fills the log, in so many seconds of it. */
const fillingEvents = 100_000;
const fillingSeconds = 4;
const eventsPerMinute = 10_000;
/** An event minute passes in so long. */
const minuteMs = 1_000;
const quietMinutes = 10;
/** Longer than the hand-over. */
const handOverMinutes = 15;

export interface HandOverFigures {
  /** Of all that is kept, compressed as it is on disk. */
  readonly snapshotBytes: number;
  /** What lay behind the snapshot when the owner was killed, which the other one read. */
  readonly readOnBytes: number;
  /** From the kill to the next minute in as.scores. */
  readonly secondsToNextMinute: number;
  /** The longest that a minute took from its tick to as.scores: before the kill, and once the hand-over was caught up. */
  readonly usualSeconds: number;
  readonly laterSeconds: number;
  /** The longest that a minute of another partition took from its tick to route.changes: before the kill, and from it to the hand-over. */
  readonly othersUsualSeconds: number;
  readonly othersMeanwhileSeconds: number;
}

/** A tracker with a large table is killed, two others go on, and one stood by. Snapshots, and the session timeout of 6 s, are the defaults. */
export async function measureHandOver(routes: number): Promise<HandOverFigures> {
  const world = await openWorld({ updatePartitions: partitions, blockPartitions: 2 });
  const { services, transport } = world;
  const stages: StageName[] = ['anomaly-detector', 'instability-scorer', 'visibility-tracker'];
  for (const stage of stages) services.start(stage);
  const trackers = services.start('route-tracker', partitions + 1);
  await services.ready();
  const prefixes = Math.ceil(routes / largePeers);
  const made = { partitions, peers: largePeers + otherPeers, prefixes, prefixesPerUpdate };
  const partitionOf = (peer: number): number => (peer < largePeers ? 0 : 1 + (peer % 2));
  const { feed, scored, nextMinute } = await fedTables(world, { ...made, partitionOf }, tableMinutes);
  const owner = await ownerOf(trackers);
  const told = new ToldMinutes(transport);
  let minute = await filledLog(feed, scored, owner, nextMinute);
  const runFor = async (minutes: number): Promise<void> => {
    for (let left = minutes; left > 0; left--, minute++) {
      await feed.changes(minute, minute * 60, eventsPerMinute);
      await scored.tick(feed, minute);
      await setTimeout(minuteMs);
    }
  };
  const quiet = minute;
  await runFor(quietMinutes);
  await scored.until(minute - 1);
  const snapshotBytes = world.diskBytes('snapshots.route-tracker');
  const usualSeconds = scored.longestSince(quiet);
  const firstKilled = minute;
  const { high } = await transport.offsets(bgpUpdates.topic, 0);
  const killed = performance.now();
  await kill(services, owner);
  await runFor(handOverMinutes);
  await scored.until(minute - 1);
  const secondsToNextMinute = (scored.at(firstKilled) - killed) / 1000;
  const later = minute;
  await runFor(quietMinutes);
  await scored.until(minute - 1);
  const laterSeconds = scored.longestSince(later);
  const others = (first: EventMinute, end: EventMinute): number =>
    Math.max(...otherTasks.map((task) => longest(scored, told, task, first, end)));
  const othersUsualSeconds = others(quiet, firstKilled);
  const othersMeanwhileSeconds = others(firstKilled, later);
  const readOnBytes = await bytesOf(transport, resumedFrom(trackers, owner), high);
  await told.end();
  await scored.end();
  await world.close();
  return {
    ...{ snapshotBytes, readOnBytes, secondsToNextMinute, usualSeconds, laterSeconds },
    ...{ othersUsualSeconds, othersMeanwhileSeconds },
  };
}

/** Feeds until a snapshot was made and much lies behind it; the minute after. */
async function filledLog(
  feed: MadeFeed,
  scored: ScoredMinutes,
  owner: ServiceProcess,
  first: EventMinute,
): Promise<EventMinute> {
  let snapshotAt: number | undefined;
  for (let minute = first; ; minute++) {
    for (let second = 0; second < fillingSeconds; second++)
      await feed.changes(minute, minute * 60 + second, fillingEvents / fillingSeconds);
    await scored.tick(feed, minute);
    await scored.until(minute);
    const bytes = feed.sentBytes[0]!;
    if (owner.log.includes(`${largeTask}: snapshot at`)) snapshotAt ??= bytes;
    if (snapshotAt !== undefined && bytes - snapshotAt >= behindBytes) return minute + 1;
  }
}

/** Who has the large table: it tells how far it has read. */
async function ownerOf(trackers: readonly ServiceProcess[]): Promise<ServiceProcess> {
  const position = /^steadybeat_consumer_position\{topic="bgp\.updates",partition="0"\}/m;
  for (const tracker of trackers) if (position.test(await tracker.text('metrics'))) return tracker;
  throw new Error(`no route-tracker has ${largeTask}`);
}

async function kill(services: Services, one: ServiceProcess): Promise<void> {
  services.running.splice(services.running.indexOf(one), 1);
  await one.kill('SIGKILL');
}

/** Where the one that took over read on. */
function resumedFrom(trackers: readonly ServiceProcess[], killed: ServiceProcess): number {
  const pattern = new RegExp(`${largeTask}: reading from offset (\\d+)`, 'g');
  const said = trackers.filter((one) => one !== killed).flatMap(({ log }) => [...log.matchAll(pattern)]);
  return Math.max(...said.map(([, offset]) => Number(offset)));
}

async function bytesOf(transport: Transport, from: number, to: number): Promise<number> {
  let bytes = 0;
  for await (const { value } of transport.scan(bgpUpdates.topic, 0, from, to)) bytes += value!.length;
  return bytes;
}

/** Seconds from tick to route.changes: the longest of the task's minutes [first, end). */
function longest(
  scored: ScoredMinutes,
  told: ToldMinutes,
  task: string,
  first: EventMinute,
  end: EventMinute,
): number {
  let longestMs = 0;
  for (let minute = first; minute < end; minute++) {
    const at = told.at(task, minute);
    if (at === undefined) throw new Error(`${task} has not told minute ${minute}`);
    longestMs = Math.max(longestMs, at - scored.tickedAt(minute));
  }
  return longestMs / 1000;
}
