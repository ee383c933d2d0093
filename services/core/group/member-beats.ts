import type { AsState } from '../detect/as-state.ts';
import type { BeatIncident } from '../detect/incident.ts';
import type { IncidentBook } from '../detect/incident-book.ts';
import { beatInForce } from '../detect/precursor.ts';
import type { GroupMembers } from './group-loss.ts';
import { weightOf } from './group-weight.ts';
import { bitsOf, outermost } from './prefix-list.ts';

/** The open beat of an AS that has something of a group. */
export interface MemberBeat {
  readonly state: AsState;
  readonly incident: BeatIncident;
  /** Watched, confirmed, or chronic and on. */
  readonly isInForce: boolean;
  /** Of its prefixes that flap, those that are the group's. */
  readonly prefixes: readonly string[];
}

/** Undefined of an AS that has no beat, or none of the group's prefixes. */
export function memberBeat(
  members: GroupMembers,
  state: AsState,
  book: IncidentBook,
): MemberBeat | undefined {
  const incident = book.get(state.beatId);
  if (incident?.type !== 'beat' || incident.kind === 'burst') return undefined;
  const isMember = members.ases.has(state.originAs);
  const prefixes = isMember
    ? incident.prefixes
    : incident.prefixes.filter((prefix) => members.prefixes.blocksIn(bitsOf(prefix)!) > 0);
  if (!isMember && prefixes.length === 0) return undefined;
  return { state, incident, isInForce: beatInForce(state, book) !== undefined, prefixes };
}

/**
 * How much of the group beats, in [0, 1]. An AS of the group weighs all that it announces, since its beat was judged to be the AS's;
 * listed prefixes weigh their own space, once, whoever announces them.
 */
export function shareOf(members: GroupMembers, beats: readonly MemberBeat[]): number {
  const { ases, totalBlocks } = members;
  let weight = 0;
  const listed: string[] = [];
  for (const { state, prefixes } of beats) {
    const as = ases.get(state.originAs);
    if (as === undefined) listed.push(...prefixes.map((prefix) => bitsOf(prefix)!));
    else weight += weightOf(as.slash24s, as.slash48s);
  }
  for (const bits of outermost(listed)) {
    const blocks = members.prefixes.blocksIn(bits);
    weight += bits[0] === '4' ? weightOf(blocks, 0) : weightOf(0, blocks);
  }
  return Math.min(1, weight / weightOf(totalBlocks.ipv4, totalBlocks.ipv6));
}

/** The first of them, in their order, with which they are more than a share of the group. */
export function firstBeyond(
  members: GroupMembers,
  beats: readonly MemberBeat[],
  share: number,
): MemberBeat | undefined {
  return beats.find((_, i) => shareOf(members, beats.slice(0, i + 1)) > share);
}
