import type { Minute } from '../detect/as-state.ts';
import { changePhase, type GroupBeatIncident, link } from '../detect/incident.ts';
import type { IncidentBook } from '../detect/incident-book.ts';
import { groupBeatSeverity } from '../detect/severity.ts';
import { groupBeat, limits } from '../detect/thresholds.ts';
import type { EventSecond } from '../event-time.ts';
import { begunIncident } from './group-incident.ts';
import type { GroupMembers } from './group-loss.ts';
import { firstBeyond, type MemberBeat, shareOf } from './member-beats.ts';
import type { Group } from './watch-file.ts';

/** What is remembered of it. Plain data, as incident.ts says. */
export interface GroupBeatState {
  incidentId: string | undefined;
  /** The last one that was given. */
  lastId: string;
}

export const emptyGroupBeat = (): GroupBeatState => ({ incidentId: undefined, lastId: '' });

/** The beats of one group in one minute. */
export interface GroupBeatCase {
  readonly group: Group;
  readonly members: GroupMembers;
  /** Of its ASes, in the order of their numbers. */
  readonly beats: readonly MemberBeat[];
  readonly score: number;
  readonly now: Minute;
  readonly book: IncidentBook;
  /** What the denominators are. */
  readonly basis: string;
}

type Kind = GroupBeatIncident['kind'];

/**
 * A group beats while most of it does: the ASes whose own beat is in force weigh more than half of it. Nothing is judged again: what an AS
 * has found by its own baseline is added up. (Events of many ASes put together would be a beat of any large country on any day.)
 *
 * An AS weighs the address space that it announces, of both families. So a group of one tiny AS beats exactly when that AS does, a
 * giant decides for its country, a tiny AS beside it never does, and it takes 51 of a hundred equal ones. It does
 * not matter how large the group is.
 *
 * It is over when no more than a quarter of it has a beat, half of what it begins at, as a score falls from 0.5 to 0.25: a large
 * group whose ASes begin and end by themselves neither begins nor ends with each of them.
 */
export function decideGroupBeat(at: GroupBeatCase, state: GroupBeatState): void {
  const { members, beats, now, book } = at;
  const incident = book.get(state.incidentId) as GroupBeatIncident | undefined;
  const kind = kindOf(at);
  if (incident === undefined) {
    if (kind !== undefined) open(at, state, kind);
    return;
  }
  if (shareOf(members, beats) <= groupBeat.leaveShare) {
    book.close(incident, incident.lastEventSecond, 'recovered');
    state.incidentId = undefined;
    return;
  }
  if (kind !== undefined && order.indexOf(kind) > order.indexOf(incident.kind)) {
    incident.kind = kind;
    changePhase(incident, kind, now.eventSecond);
    book.update(incident);
  }
  describe(at, incident);
}

/** The life of a beat goes only forward. */
const order: readonly Kind[] = ['beatWatch', 'beatConfirmed', 'chronic'];

const inForce = ({ beats }: GroupBeatCase): MemberBeat[] => beats.filter(({ isInForce }) => isInForce);
const confirmedOf = ({ beats }: GroupBeatCase): MemberBeat[] =>
  beats.filter(({ incident: { kind } }) => kind === 'beatConfirmed');

/** What it is by this minute alone. */
function kindOf(at: GroupBeatCase): Kind | undefined {
  const { members } = at;
  const beating = inForce(at);
  if (shareOf(members, beating) <= groupBeat.share) return undefined;
  if (shareOf(members, confirmedOf(at)) > groupBeat.share) return 'beatConfirmed';
  const news = beating.filter(({ incident: { kind } }) => kind !== 'chronic');
  return shareOf(members, news) > groupBeat.share ? 'beatWatch' : 'chronic';
}

function open(at: GroupBeatCase, state: GroupBeatState, kind: Kind): void {
  const { group, members, now, book } = at;
  const byStart = inForce(at).sort((a, b) => a.incident.startSecond - b.incident.startSecond);
  // Since more than half of it beats.
  const { startSecond } = firstBeyond(members, byStart, groupBeat.share)!.incident;
  const begin = {
    group,
    sort: 'beat',
    kind,
    startSecond,
    openedSecond: now.eventSecond,
    lastId: state.lastId,
  };
  const incident: GroupBeatIncident = {
    type: 'groupBeat',
    ...begunIncident(begin, book),
    peakShare: 0,
    lastEventSecond: 0,
  };
  state.incidentId = incident.id;
  state.lastId = incident.id;
  book.open(incident);
  describe(at, incident);
}

/** What is known of it by now. People are told when other members, or another severity, come to it. */
function describe(at: GroupBeatCase, incident: GroupBeatIncident): void {
  const { members, beats, book } = at;
  const beating = inForce(at);
  const share = shareOf(members, beating);
  incident.peakShare = Math.max(incident.peakShare, share);
  incident.lastEventSecond = Math.max(incident.lastEventSecond, lastSecondOf(at));
  describePrefixes(incident, beats);
  const byWeight = beats.toSorted((a, b) => shareOf(members, [b]) - shareOf(members, [a]));
  const known = incident.evidence.members;
  incident.evidence = {
    ...incident.evidence,
    ...(beating.length === 0 ? {} : flapFacts(beating)),
    rule: incident.kind === 'beatConfirmed' ? confirmedRule : rule,
    measures: [
      { name: 'share of the address space whose ASes beat', value: share, threshold: groupBeat.share },
      {
        name: 'share of it whose beat is confirmed',
        value: shareOf(members, confirmedOf(at)),
        threshold: incident.kind === 'beatConfirmed' ? groupBeat.share : 0,
      },
      { name: 'ASes that beat', value: beating.length, threshold: 0 },
      { name: 'score of the group', value: at.score, threshold: 0 },
    ],
    members: [...new Set([...known, ...byWeight.map(({ incident: { subject } }) => subject)])].slice(
      0,
      limits.membersKept,
    ),
    expectedBasis: at.basis,
  };
  if (incident.evidence.members.length > known.length) book.update(incident);
  for (const { incident: member } of byWeight) {
    if (incident.linked.length >= limits.linksKept || !link(incident, member.id)) continue;
    link(member, incident.id);
    book.update(incident);
    book.update(member);
  }
  const severity = groupBeatSeverity(
    incident.kind,
    beats.map((one) => one.incident),
  );
  if (severity === incident.severity) return;
  incident.severity = severity;
  book.update(incident);
}

/** When more than a quarter of it beat last. */
function lastSecondOf({ members, beats }: GroupBeatCase): EventSecond {
  const latestFirst = beats.toSorted((a, b) => b.incident.lastEventSecond - a.incident.lastEventSecond);
  return firstBeyond(members, latestFirst, groupBeat.leaveShare)?.incident.lastEventSecond ?? 0;
}

/** Of an AS with more than 64 that flap the others have no names. */
function describePrefixes(incident: GroupBeatIncident, beats: readonly MemberBeat[]): void {
  const named = new Set(beats.flatMap(({ prefixes }) => prefixes));
  const unnamed = beats.reduce(
    (sum, { incident: { prefixCount, prefixes }, prefixes: own }) =>
      sum + (own === prefixes ? prefixCount - prefixes.length : 0),
    0,
  );
  const all = [...new Set([...incident.prefixes, ...named])].sort();
  incident.prefixes = all.slice(0, limits.prefixesSent);
  incident.prefixCount = Math.max(incident.prefixCount, named.size + unnamed, incident.prefixes.length);
}

/** The peers of the last loss of any of them; the only AS next to all of them on the lost paths, 0 if several. */
function flapFacts(beating: readonly MemberBeat[]) {
  const lastLoss = ({ state: { ipv4, ipv6 } }: MemberBeat) =>
    Math.max(ipv4.peers?.second ?? 0, ipv6.peers?.second ?? 0);
  const { evidence } = beating.reduce((a, b) => (lastLoss(b) > lastLoss(a) ? b : a)).incident;
  const { peersFor, livePeers, peerAsesFor, livePeerAses, samplePeersFor, samplePeersAgainst } = evidence;
  const upstreams = new Set(beating.map((one) => one.incident.evidence.upstreamAs));
  return {
    ...{ peersFor, livePeers, peerAsesFor, livePeerAses, samplePeersFor, samplePeersAgainst },
    // Each begins with its time.
    sampleUpdates: [...new Set(beating.flatMap((one) => one.incident.evidence.sampleUpdates))]
      .sort()
      .slice(-limits.sampleUpdates),
    upstreamAs: upstreams.size === 1 ? [...upstreams][0]! : 0,
  };
}

const rule = `ASes with a beat of their own in force weigh more than ${groupBeat.share} of the group, by address space`;
const confirmedRule = `ASes with a confirmed beat of their own weigh more than ${groupBeat.share} of the group, by address space`;
