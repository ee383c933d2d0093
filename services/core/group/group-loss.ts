import type { PeerCounts } from '../contract/as-scores.ts';
import type { AsState } from '../detect/as-state.ts';
import type { OutageIncident } from '../detect/incident.ts';
import type { IncidentBook } from '../detect/incident-book.ts';
import {
  countOf,
  entriesOf,
  type LostEntry,
  startOfLoss,
  weakest,
  writtenOff,
} from '../detect/lost-prefixes.ts';
import { beatInForce } from '../detect/precursor.ts';
import { isToldQuietly } from '../detect/severity.ts';
import { commonCause } from '../detect/thresholds.ts';
import type { EventSecond } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import { bitsOf, outermost, type PrefixList } from './prefix-list.ts';
import type { GroupAs } from './watch-file.ts';

/** What a group weighs, and of what. */
export interface GroupMembers {
  readonly ases: ReadonlyMap<number, GroupAs>;
  readonly prefixes: PrefixList;
  /** All its address space, in /24 or /48. */
  readonly totalBlocks: Readonly<Record<Family, number>>;
}

/** What a group has lost now, in one family. */
export interface GroupLoss {
  /** Address space that is gone. */
  readonly blocks: number;
  /** The same with what may be one more flap of a beat; and with what is gone for so long that it no longer counts. */
  readonly blocksWithFlaps: number;
  readonly blocksWithStanding: number;
  /** Of what counts, or with flaps; asked for only where it is told. */
  readonly facts: (withFlaps: boolean) => GroupFacts;
}

export interface GroupFacts {
  readonly prefixCount: number;
  readonly prefixes: readonly string[];
  readonly startSecond: EventSecond;
  /** The ASes that lost it, from the one that lost most. */
  readonly ases: readonly number[];
  /** Their open outages. */
  readonly outages: readonly OutageIncident[];
  /** The only AS next to all of them on the lost paths; 0 if several. */
  readonly upstreamAs: number;
  readonly viaAses: readonly number[];
  /** Of the prefix that the fewest peers lack. */
  readonly by: PeerCounts | undefined;
  /** All of it follows a schedule, or probes deny it. */
  readonly isQuiet: boolean;
}

interface AsLoss {
  readonly state: AsState;
  readonly entries: readonly LostEntry[];
  readonly blocks: number;
  readonly outages: readonly OutageIncident[];
  /** It is not one more flap of a beat. */
  readonly counts: boolean;
}

/** Adds up what the ASes lost. A loss inside a beat counts when it, or one that began with it, is known not to be one more flap (detection.md 9.6). */
export function lossOf(
  members: GroupMembers,
  states: readonly AsState[],
  family: Family,
  book: IncidentBook,
): GroupLoss {
  const live: AsLoss[] = [];
  let blocksWithFlaps = 0;
  let blocksWithStanding = 0;
  for (const state of states) {
    const all = ownEntries(members, state, family);
    if (all.length === 0) continue;
    const entries = all.filter(({ owner }) => owner !== writtenOff);
    const blocks = blocksOfAs(members, state, family, entries);
    blocksWithStanding += blocksOfAs(members, state, family, all);
    blocksWithFlaps += blocks;
    const outages = openOutages(state, family, book);
    if (entries.length > 0)
      live.push({ state, entries, blocks, outages, counts: isCounted(state, outages, book) });
  }
  live.sort((a, b) => b.blocks - a.blocks || a.state.originAs - b.state.originAs);
  const counted = withThoseTogether(live);
  const blocks = counted.reduce((sum, one) => sum + one.blocks, 0);
  return {
    blocks,
    blocksWithFlaps,
    blocksWithStanding,
    facts: (withFlaps) => factsOf(withFlaps ? live : counted, family),
  };
}

/**
 * The losses that count, and those that began together with one: members that go at the same time are counted from the same minute on,
 * although the hour of one is over some seconds before another's.
 */
function withThoseTogether(live: readonly AsLoss[]): AsLoss[] {
  const starts = live
    .filter(({ counts }) => counts)
    .flatMap(({ outages }) => outages.map(({ startSecond }) => startSecond));
  const isTogether = ({ outages }: AsLoss): boolean =>
    outages.some(({ startSecond }) =>
      starts.some((start) => Math.abs(start - startSecond) <= commonCause.withinSeconds),
    );
  return live.filter((one) => one.counts || isTogether(one));
}

function factsOf(counted: readonly AsLoss[], family: Family): GroupFacts {
  const entries = counted.flatMap((one) => one.entries);
  const outages = counted.flatMap((one) => one.outages);
  const seen = counted.map(({ state }) => state[family].visibility!);
  const upstreams = new Set(seen.map(({ upstreamAs }) => upstreamAs));
  return {
    prefixCount: countOf(entries),
    prefixes: entries.map(({ prefix }) => prefix).filter((prefix) => prefix !== ''),
    startSecond: entries.length === 0 ? 0 : startOfLoss(entries),
    ases: counted.map(({ state }) => state.originAs),
    outages,
    upstreamAs: upstreams.size === 1 ? [...upstreams][0]! : 0,
    viaAses: (seen[0]?.viaAses ?? []).filter((as) => seen.every(({ viaAses }) => viaAses.includes(as))),
    by: weakest(entries).by,
    isQuiet:
      outages.length > 0 &&
      counted.every((one) => one.outages.length > 0 && one.outages.every(isToldQuietly)),
  };
}

/** What it lost of the group: all, or what lies in the listed prefixes. */
function ownEntries(members: GroupMembers, state: AsState, family: Family): LostEntry[] {
  const entries = entriesOf(state[family].lost);
  if (members.ases.has(state.originAs)) return entries;
  return entries.filter(({ prefix }) => prefix !== '' && members.prefixes.blocksIn(bitsOf(prefix)!) > 0);
}

function blocksOfAs(
  { ases, prefixes }: GroupMembers,
  state: AsState,
  family: Family,
  entries: readonly LostEntry[],
): number {
  const as = ases.get(state.originAs);
  if (as === undefined) {
    const bits = outermost(entries.map(({ prefix }) => bitsOf(prefix)!));
    return bits.reduce((sum, one) => sum + prefixes.blocksIn(one), 0);
  }
  const weight = family === 'ipv4' ? as.slash24s : as.slash48s;
  const { lost, lostBlocks, visible, wholeTable } = state[family].visibility!;
  const count = countOf(entries);
  // Whatever it weighed when the file was written.
  if (wholeTable && visible === 0 && count === lost) return weight;
  return lost === 0 ? 0 : Math.min(weight, Math.ceil((lostBlocks * count) / lost));
}

const openOutages = (state: AsState, family: Family, book: IncidentBook): OutageIncident[] =>
  state[family].outageIds
    .map((id) => book.get(id) as OutageIncident)
    .filter(({ ended }) => ended === undefined);

function isCounted(state: AsState, outages: readonly OutageIncident[], book: IncidentBook): boolean {
  if (outages.length === 0) return beatInForce(state, book) === undefined;
  return outages.some(({ precursor }) => precursor?.relation !== 'inside');
}
