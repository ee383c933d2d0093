import type { AsState, Minute } from '../detect/as-state.ts';
import type { IncidentBook } from '../detect/incident-book.ts';
import { families } from '../prefix.ts';
import { decideGroup, emptyGroup, type GroupCase, type GroupState } from './group-case.ts';
import { type GroupMembers, lossOf } from './group-loss.ts';
import { bitsOf, PrefixList } from './prefix-list.ts';
import { type Group, groupSubject, type WatchFile } from './watch-file.ts';

interface WatchedGroup {
  readonly group: Group;
  readonly members: GroupMembers;
  /** The ASes that have lost something of it. */
  readonly losing: Set<number>;
  /** Scores of its ASes in the minute that is being decided; the others' are below 0.25. */
  readonly scores: Map<number, number>;
  state: GroupState;
}

/** The groups of the watch file: what their ASes lost together, and the incidents of that. */
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
  note(state: AsState): void {
    for (const watched of this.#byAs.get(state.originAs) ?? []) {
      if (state.score !== undefined) watched.scores.set(state.originAs, state.score.score);
      noteLoss(watched, state, hasLost(state));
    }
    for (const watched of this.#withPrefixes)
      if (!watched.members.ases.has(state.originAs))
        noteLoss(watched, state, hasLost(state) && lostNames(state).some((prefix) => isOf(watched, prefix)));
  }

  /** To be called when all ASes of the minute were decided. */
  decide(now: Minute, ases: ReadonlyMap<number, AsState>, book: IncidentBook): void {
    for (const watched of this.#groups) {
      const { group, members, losing, scores, state } = watched;
      const states = [...losing].sort((a, b) => a - b).flatMap((asn) => ases.get(asn) ?? []);
      for (const family of families) {
        const isIdle = states.length === 0 && isAtRest(state, family);
        if (isIdle || members.totalBlocks[family] === 0 || now.frozen[family]) continue;
        const loss = lossOf(members, states, family, book);
        const score = scoreOf(members, scores);
        const at: GroupCase = { group, members, family, loss, score, now, book, basis: this.#basis };
        decideGroup(at, state);
      }
      scores.clear();
    }
  }

  save(): string {
    return JSON.stringify(this.#groups.map(({ group, state }) => [group.name, state]));
  }

  /** The file may be another one by now: what it no longer names is dropped, and its incidents end. */
  load(text: string, ases: ReadonlyMap<number, AsState>, book: IncidentBook): void {
    const states = new Map(JSON.parse(text) as [string, GroupState][]);
    for (const watched of this.#groups) watched.state = states.get(watched.group.name) ?? emptyGroup();
    for (const state of ases.values()) this.note(state);
    const known = new Set(this.#groups.map(({ group }) => groupSubject(group.name)));
    for (const incident of book.incidents())
      if (incident.type === 'group' && !known.has(incident.subject))
        book.close(incident, incident.openedSecond, 'retracted');
  }
}

const isAtRest = (state: GroupState, family: 'ipv4' | 'ipv6'): boolean =>
  state[family].incidentId === undefined && state[family].fullMinutes + state[family].partialMinutes === 0;

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

function noteLoss({ losing }: WatchedGroup, { originAs }: AsState, loses: boolean): void {
  if (loses) losing.add(originAs);
  else losing.delete(originAs);
}

/** A /32 of IPv6 weighs as a /20 of IPv4. */
const slash48sInSlash24 = 4096;

/** Of its ASes by their weights; those that are quiet count as 0. */
function scoreOf({ ases }: GroupMembers, scores: ReadonlyMap<number, number>): number {
  let all = 0;
  let sum = 0;
  for (const { asn, slash24s, slash48s } of ases.values()) {
    const weight = slash24s + slash48s / slash48sInSlash24;
    all += weight;
    sum += weight * (scores.get(asn) ?? 0);
  }
  return all === 0 ? 0 : sum / all;
}
