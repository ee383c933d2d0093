import { setTimeout } from 'node:timers/promises';
import type { EventMinute } from '#core/event-time.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import type { Services, StageName } from './processes.ts';
import { fedTables } from './scored-minutes.ts';
import { openWorld } from './world.ts';

const peers = 20;
/** The tables come in so many minutes, and a snapshot after about as many. */
const tableMinutes = 20;
const snapshotMinutes = 22;
/** An event minute passes in so long. */
const minuteMs = 1_000;
const quietMinutes = 8;

export interface HandOverFigures {
  readonly routes: number;
  /** Of all snapshots that are kept, compressed as they are on disk. */
  readonly snapshotBytes: number;
  /** Where the other one read on, of so many records. */
  readonly resumedFrom: number;
  readonly records: number;
  /** From the kill to the next minute in as.scores. */
  readonly secondsToNextMinute: number;
  /** The longest that a minute took from its tick to as.scores: before the kill, and once the hand-over was caught up. */
  readonly usualSeconds: number;
  readonly laterSeconds: number;
}

/** A tracker with a large table is killed while another stands by; session timeout 6 s, the default. */
export async function measureHandOver(routes: number): Promise<HandOverFigures> {
  const counts = { updatePartitions: 1, blockPartitions: 1 };
  const world = await openWorld(counts, { STEADYBEAT_SNAPSHOT_EVENT_MINUTES: String(snapshotMinutes) });
  const { transport, services } = world;
  const stages: StageName[] = ['anomaly-detector', 'instability-scorer', 'visibility-tracker'];
  for (const stage of stages) services.start(stage);
  const [owner] = services.start('route-tracker');
  await services.ready();
  const [standBy] = services.start('route-tracker');
  await services.ready();
  const { feed, scored, nextMinute } = await fedTables(
    world,
    { partitions: 1, peers, prefixes: Math.ceil(routes / peers) },
    tableMinutes,
  );
  let minute = nextMinute;
  const runFor = async (minutes: number): Promise<void> => {
    for (let left = minutes; left > 0; left--, minute++) {
      await feed.changes(minute, minute * 60, 1_000);
      await scored.tick(feed, minute);
      await setTimeout(minuteMs);
    }
  };
  await runFor(snapshotMinutes - tableMinutes + quietMinutes);
  await owner!.said(/snapshot at offset/);
  await scored.until(minute - 1);
  const usualSeconds = scored.longestSince(minute - quietMinutes);
  const snapshotBytes = world.diskBytes('snapshots.route-tracker');
  const killed = performance.now();
  await kill(services, owner!);
  const waiting = scored.until(minute);
  await runFor(quietMinutes);
  await waiting;
  const secondsToNextMinute = (scored.at(firstKilledMinute(minute)) - killed) / 1000;
  await scored.until(minute - 1);
  const later = minute;
  await runFor(quietMinutes);
  await scored.until(minute - 1);
  const laterSeconds = scored.longestSince(later);
  const resumedFrom = Number(/reading from offset (\d+)/.exec(standBy!.log)?.[1]);
  const { high: records } = await transport.offsets(bgpUpdates.topic, 0);
  await scored.end();
  await world.close();
  return { routes, snapshotBytes, resumedFrom, records, secondsToNextMinute, usualSeconds, laterSeconds };
}

/** The one that was open when the tracker died. */
const firstKilledMinute = (minute: EventMinute): EventMinute => minute - quietMinutes;

async function kill(services: Services, one: Services['running'][number]): Promise<void> {
  services.running.splice(services.running.indexOf(one), 1);
  await one.kill('SIGKILL');
}
