import type { PeerCounts, ScoredEvent, Visibility } from '../contract/as-scores.ts';
import type { EventSecond } from '../event-time.ts';
import { cluster, goneShare, limits } from './thresholds.ts';

/** Of a lost prefix that belongs to no incident; that is no longer counted, because its incident was closed without it. */
export const noOwner = '';
export const writtenOff = '-';

/**
 * The prefixes of one AS and family that are lost and uncovered: since when, and to which incident they
 * belong. Scores name 64 of them; the rest of a very large loss is one entry with a count.
 */
export interface LostPrefixes {
  named: LostEntry[];
  unnamed: LostEntry | undefined;
}

export interface LostEntry {
  /** Empty for the unnamed ones. */
  readonly prefix: string;
  readonly count: number;
  readonly second: EventSecond;
  /** Minutes that the family had been judged (it was not frozen) when it went. */
  readonly tick: number;
  owner: string;
  /** The live peers that lack it now; undefined where a score did not say. */
  by?: PeerCounts;
}

export const entriesOf = (lost: LostPrefixes): LostEntry[] =>
  lost.unnamed === undefined ? lost.named : [...lost.named, lost.unnamed];

export const countOf = (entries: readonly LostEntry[]): number =>
  entries.reduce((sum, entry) => sum + entry.count, 0);

/** How many prefixes of these owners, without a list of them. */
export function countOwned(lost: LostPrefixes, isOwner: (owner: string) => boolean): number {
  let count = 0;
  for (const entry of lost.named) if (isOwner(entry.owner)) count += entry.count;
  if (lost.unnamed !== undefined && isOwner(lost.unnamed.owner)) count += lost.unnamed.count;
  return count;
}

/** Takes in what a minute's score says. `fallbackSecond`: when a prefix went whose event is not among those sent. */
export function updateLost(
  lost: LostPrefixes,
  visibility: Visibility,
  events: readonly ScoredEvent[],
  tick: number,
  fallbackSecond: EventSecond,
): void {
  const before = new Map(lost.named.map((entry) => [entry.prefix, entry]));
  const wentAt = lossSeconds(events);
  const entryOf = (prefix: string): LostEntry => {
    const known = before.get(prefix);
    const second = wentAt.get(prefix);
    if (known !== undefined) return second === undefined ? known : { ...known, second };
    return { prefix, count: 1, second: second ?? fallbackSecond, tick, owner: noOwner };
  };
  const listed = new Set(visibility.lostPrefixes);
  if (visibility.lost > listed.size) {
    for (const prefix of [...before.keys(), ...wentAt.keys()]) listed.add(prefix);
    for (const { kind, prefix } of events) {
      if (kind !== 'path' && !visibility.lostPrefixes.includes(prefix) && !isLoss(events, prefix))
        listed.delete(prefix);
    }
  }
  lost.named = [...listed].slice(0, Math.min(visibility.lost, limits.lostPrefixesKept)).map(entryOf);
  const counts = new Map(visibility.lostPrefixes.map((prefix, i) => [prefix, visibility.lostBy[i]]));
  for (const entry of lost.named) {
    const by = counts.get(entry.prefix);
    if (by !== undefined) entry.by = by;
  }
  updateUnnamed(lost, visibility.lost - lost.named.length, tick, fallbackSecond);
}

/** A prefix is lost when it goes without cover, or when its cover goes after it. */
const loses = (event: ScoredEvent): boolean =>
  event.kind === 'uncovered' || (event.kind === 'down' && !event.covered);

const lossSeconds = (events: readonly ScoredEvent[]): Map<string, EventSecond> =>
  new Map(events.filter(loses).map((event) => [event.prefix, event.eventSecond]));

/** True if the last event of the prefix is a loss. */
function isLoss(events: readonly ScoredEvent[], prefix: string): boolean {
  const last = events.findLast((event) => event.prefix === prefix && event.kind !== 'path');
  return last !== undefined && loses(last);
}

function updateUnnamed(lost: LostPrefixes, count: number, tick: number, second: EventSecond): void {
  if (count <= 0) lost.unnamed = undefined;
  else if (lost.unnamed !== undefined) lost.unnamed = { ...lost.unnamed, count };
  else lost.unnamed = { prefix: '', count, second, tick, owner: noOwner };
}

/** Of these prefixes: what the one says that the fewest peers lack, and how many some peers have again. */
export function weakest(entries: readonly LostEntry[]): { by?: PeerCounts; partlyBack: number } {
  let by: PeerCounts | undefined;
  let partlyBack = 0;
  for (const entry of entries) {
    if (entry.by === undefined) continue;
    if (entry.by.peers < goneShare * entry.by.livePeers) partlyBack++;
    if (by === undefined || entry.by.peers * by.livePeers < by.peers * entry.by.livePeers) by = entry.by;
  }
  return { ...(by === undefined ? {} : { by }), partlyBack };
}

export interface LossWindow {
  readonly count: number;
  readonly firstSecond: EventSecond;
  readonly lastSecond: EventSecond;
}

/** The largest set that went within 5 minutes (7.3); of equal ones, the latest. Entries may come in any order. */
export function densestWindow(entries: readonly LostEntry[]): LossWindow {
  const sorted = inOrder(entries);
  let best: LossWindow = { count: 0, firstSecond: 0, lastSecond: 0 };
  let count = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    count += sorted[last]!.count;
    while (sorted[last]!.second - sorted[first]!.second > cluster.withinSeconds)
      count -= sorted[first++]!.count;
    if (count >= best.count)
      best = { count, firstSecond: sorted[first]!.second, lastSecond: sorted[last]!.second };
  }
  return best;
}

/**
 * The largest chain of losses in which no 5 minutes are quiet; of equal ones, the latest. It is what
 * went together, and leaves out what had gone long before.
 */
export function largestChain(entries: readonly LostEntry[]): LossWindow {
  const sorted = inOrder(entries);
  let best: LossWindow = { count: 0, firstSecond: 0, lastSecond: 0 };
  let chain = best;
  for (const { second, count } of sorted) {
    chain =
      chain.count > 0 && second - chain.lastSecond <= cluster.withinSeconds
        ? { ...chain, count: chain.count + count, lastSecond: second }
        : { count, firstSecond: second, lastSecond: second };
    if (chain.count >= best.count) best = chain;
  }
  return best;
}

/** When a loss began: if most of it went at once, then; else when its chain began. */
export function startOfLoss(entries: readonly LostEntry[]): EventSecond {
  const chain = largestChain(entries);
  const inChain = entries.filter(({ second }) => second >= chain.firstSecond && second <= chain.lastSecond);
  const densest = densestWindow(inChain);
  return densest.count * 2 >= chain.count ? densest.firstSecond : chain.firstSecond;
}

const inOrder = (entries: readonly LostEntry[]): LostEntry[] =>
  [...entries].sort((a, b) => a.second - b.second);
