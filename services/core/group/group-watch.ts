import type { AsState, Minute } from '../detect/as-state.ts';
import type { Incident } from '../detect/incident.ts';
import type { IncidentBook } from '../detect/incident-book.ts';
import { type Family, families } from '../prefix.ts';
import { decideGroupBeat, emptyGroupBeat, type GroupBeatState } from './group-beat.ts';
import { decideGroup, emptyGroupFamily, type GroupFamilyState } from './group-case.ts';
import { type GroupMembers, lossOf } from './group-loss.ts';
import { weightOf } from './group-weight.ts';
import { type MemberBeat, memberBeat, shareOf } from './member-beats.ts';
import { bitsOf, PrefixList } from './prefix-list.ts';
import { type Group, groupSubject, type WatchFile } from './watch-file.ts';

/** What is remembered of a group. Plain data, as incident.ts says. */
type GroupState = Record<Family, GroupFamilyState> & { readonly beat: GroupBeatState };

const emptyGroup = (): GroupState => ({
  ipv4: emptyGroupFamily(),
  ipv6: emptyGroupFamily(),
  beat: emptyGroupBeat(),
});

interface WatchedGroup {
  readonly group: Group;
  readonly members: GroupMembers;
  /** The ASes that have lost something of it. */
  readonly losing: Set<number>;
  /** Those that have a beat, and prefixes of it that flap. */
  readonly beating: Set<number>;
  /** Scores of these ASes in the minute that is being decided; the others' are below 0.25. */
  readonly scores: Map<number, number>;
  state: GroupState;
}

/** The groups of the watch file: what their ASes lost together, when most of them beat, and the incidents of that. */
export class GroupWatch {
  readonly #groups: readonly WatchedGroup[];
  readonly #byAs = new Map<number, WatchedGroup[]>();
  /** Those with prefixes, which may be any AS's. */
  readonly #withPrefixes: readonly WatchedGroup[];
  readonly #basis: string;

  constructor({ groups, hash }: WatchFile) {
    this.#basis = `by watch file ${hash.slice(0, 12)}`;
    this.#groups = groups.map((group) => ({
      group,
      members: membersOf(group),
      losing: new Set(),
      beating: new Set(),
      scores: new Map(),
      state: emptyGroup(),
    }));
    this.#withPrefixes = this.#groups.filter(({ group }) => group.prefixes.length > 0);
    for (const watched of this.#groups)
      for (const { asn } of watched.group.ases) {
        const others = this.#byAs.get(asn);
        if (others === undefined) this.#byAs.set(asn, [watched]);
        else others.push(watched);
      }
  }

  /** To be called when an AS was decided, with the score of the minute still in it. */
  note(state: AsState, book: IncidentBook): void {
    const hasBeat = state.beatId !== undefined;
    for (const watched of this.#byAs.get(state.originAs) ?? []) {
      if (state.score !== undefined) watched.scores.set(state.originAs, state.score.score);
      noteIn(watched.losing, state, hasLost(state));
      noteIn(watched.beating, state, hasBeat && memberBeat(watched.members, state, book) !== undefined);
    }
    for (const watched of this.#withPrefixes) {
      const { members, losing, beating } = watched;
      if (members.ases.has(state.originAs)) continue;
      noteIn(losing, state, hasLost(state) && lostNames(state).some((prefix) => isOf(watched, prefix)));
      noteIn(beating, state, hasBeat && memberBeat(members, state, book) !== undefined);
      if (state.score !== undefined && beating.has(state.originAs))
        watched.scores.set(state.originAs, state.score.score);
    }
  }

  /** To be called when all ASes of the minute were decided. */
  decide(now: Minute, ases: ReadonlyMap<number, AsState>, book: IncidentBook): void {
    for (const watched of this.#groups) {
      if (!isIdle(watched)) this.#decideGroup(watched, now, ases, book);
      watched.scores.clear();
    }
  }

  #decideGroup(
    { group, members, losing, beating, scores, state }: WatchedGroup,
    now: Minute,
    ases: ReadonlyMap<number, AsState>,
    book: IncidentBook,
  ): void {
    const beats = statesOf(beating, ases).flatMap((one) => memberBeat(members, one, book) ?? []);
    const score = scoreOf(members, scores, beats);
    const at = { group, members, score, now, book, basis: this.#basis };
    decideGroupBeat({ ...at, beats }, state.beat);
    const states = statesOf(losing, ases);
    for (const family of families) {
      if (members.totalBlocks[family] === 0 || now.frozen[family]) continue;
      const loss = lossOf(members, states, family, book);
      decideGroup({ ...at, family, loss }, state[family]);
      joinBeat(state, family, book);
    }
  }

  save(): string {
    return JSON.stringify(this.#groups.map(({ group, state }) => [group.name, state]));
  }

  /** The file may be another one by now: what it no longer names is dropped, and its incidents end. */
  load(text: string, ases: ReadonlyMap<number, AsState>, book: IncidentBook): void {
    const states = new Map(JSON.parse(text) as [string, GroupState][]);
    for (const watched of this.#groups) watched.state = states.get(watched.group.name) ?? emptyGroup();
    for (const state of ases.values()) this.note(state, book);
    const known = new Set(this.#groups.map(({ group }) => groupSubject(group.name)));
    for (const incident of book.incidents())
      if (isOfGroup(incident) && !known.has(incident.subject))
        book.close(incident, incident.openedSecond, 'retracted');
  }
}

const isIdle = ({ losing, beating, state: { ipv4, ipv6, beat } }: WatchedGroup): boolean =>
  losing.size + beating.size === 0 && isAtRest(ipv4) && isAtRest(ipv6) && beat.incidentId === undefined;

const isAtRest = ({ incidentId, fullMinutes, partialMinutes }: GroupFamilyState): boolean =>
  incidentId === undefined && fullMinutes + partialMinutes === 0;

const isOfGroup = ({ type }: Incident): boolean => type === 'group' || type === 'groupBeat';

/** In the order of their numbers. */
const statesOf = (asns: ReadonlySet<number>, ases: ReadonlyMap<number, AsState>): AsState[] =>
  [...asns].sort((a, b) => a - b).flatMap((asn) => ases.get(asn) ?? []);

/** What a group loses while it beats is linked with its beat. */
function joinBeat(state: GroupState, family: Family, book: IncidentBook): void {
  const beat = book.get(state.beat.incidentId);
  const loss = book.get(state[family].incidentId);
  if (beat !== undefined && loss !== undefined) book.join(beat, loss);
}

function membersOf(group: Group): GroupMembers {
  const prefixes = new PrefixList(group.prefixes);
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  return {
    ases: new Map(group.ases.map((as) => [as.asn, as])),
    prefixes,
    totalBlocks: {
      ipv4: sum(group.ases.map(({ slash24s }) => slash24s)) + prefixes.blocks('ipv4'),
      ipv6: sum(group.ases.map(({ slash48s }) => slash48s)) + prefixes.blocks('ipv6'),
    },
  };
}

const hasLost = ({ ipv4, ipv6 }: AsState): boolean =>
  (ipv4.visibility?.lost ?? 0) + (ipv6.visibility?.lost ?? 0) > 0;

const lostNames = ({ ipv4, ipv6 }: AsState): string[] =>
  [...ipv4.lost.named, ...ipv6.lost.named].map(({ prefix }) => prefix);

const isOf = ({ members }: WatchedGroup, prefix: string): boolean =>
  members.prefixes.blocksIn(bitsOf(prefix)!) > 0;

function noteIn(ases: Set<number>, { originAs }: AsState, belongs: boolean): void {
  if (belongs) ases.add(originAs);
  else ases.delete(originAs);
}

/** The mean by weight; what is quiet counts as 0, and a listed prefix that does not flap too. */
function scoreOf(
  members: GroupMembers,
  scores: ReadonlyMap<number, number>,
  beats: readonly MemberBeat[],
): number {
  const { ases, totalBlocks } = members;
  const all = weightOf(totalBlocks.ipv4, totalBlocks.ipv6);
  let score = 0;
  for (const [asn, own] of scores) {
    const as = ases.get(asn);
    if (as !== undefined) score += (weightOf(as.slash24s, as.slash48s) / all) * own;
  }
  for (const beat of beats)
    if (!ases.has(beat.state.originAs))
      score += shareOf(members, [beat]) * (scores.get(beat.state.originAs) ?? 0);
  return Math.min(1, score);
}
