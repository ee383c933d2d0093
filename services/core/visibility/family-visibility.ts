import { shortestPrefix } from '../block.ts';
import type { PrefixEvent } from '../contract/as-minutes.ts';
import { type ChangeColumns, firstPath, routeAbsent, routeUnknown } from '../contract/route-changes.ts';
import { type EventMinute, firstSecondOf } from '../event-time.ts';
import { type Family, formatPrefix } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { ChangeRows } from './change-rows.ts';
import type { ExpectedChanges } from './expected-set.ts';
import type { FamilyRoster } from './family-roster.ts';
import { isLost, longestMatch } from './longest-match.ts';
import { LostPaths } from './lost-paths.ts';
import type { MinuteColumn } from './minute-columns.ts';
import { MinuteEvidence } from './minute-evidence.ts';
import { hasPeer, sameBits } from './peer-bits.ts';
import type { PeerRoster, RosterChange } from './peer-roster.ts';
import { down, mixed, ownerFromSeed, stateMask, up } from './prefix-flags.ts';
import { PrefixJudge } from './prefix-judge.ts';
import { PrefixRecords } from './prefix-records.ts';
import { noPrefix, type Rows } from './prefix-table.ts';
import { flagsWord, lastRowWord, namedWord, ownerWord, pathRowsWord } from './record-array.ts';
import type { Holder } from './target-origins.ts';

/** So many rows are looked up together, before any of them is applied. */
const runRows = 256;

/** With none of these flags, or only that of a state before `down`, a path of the owner's says nothing new. */
const notSameMask = stateMask | mixed | ownerFromSeed;

/**
 * All prefixes of one family in one address block partition: takes in what peers' routes
 * became, second by second, and has the prefixes judged that this touches.
 */
export class FamilyVisibility {
  readonly #family: Family;
  readonly #roster: PeerRoster;
  readonly #records: PrefixRecords;
  readonly #judge: PrefixJudge;
  readonly #lostPaths = new LostPaths();
  readonly #evidence: MinuteEvidence;
  readonly #shortest: number;
  /** Prefixes of the rows in hand. */
  readonly #ids = new Int32Array(runRows);
  readonly #rows = new ChangeRows();
  /** Prefixes with enough rows for a path event. */
  #pathCandidates: number[] = [];
  #enoughPathRows = 1;
  /** What peers announced or withdrew while they could not vote, to be judged when they can again. */
  #unheard = new Map<number, number[]>();

  constructor(family: Family, roster: PeerRoster) {
    this.#family = family;
    this.#roster = roster;
    this.#shortest = shortestPrefix[family];
    this.#records = new PrefixRecords(family);
    this.#judge = new PrefixJudge(this.#records, roster);
    this.#evidence = new MinuteEvidence(roster, this.#records, this.#judge, this.#lostPaths);
  }

  /** Applies one minute. `before` is the roster of the minute before it, `change` what its reports say. */
  applyMinute(
    minute: EventMinute,
    columns: readonly MinuteColumn[],
    before: FamilyRoster,
    change: RosterChange,
  ): PrefixEvent[] {
    const judge = this.#judge;
    const now = this.#roster.family(this.#family);
    this.#beginMinute(minute, before, now, change);
    for (let second = 0; second < 60; second++) {
      for (const column of columns) this.#applySecond(column, second, now);
      judge.closeSecond(firstSecondOf(minute) + second);
    }
    judge.complete(change.completed[this.#family]);
    const events = this.#evidence.gather({
      minute,
      columns,
      rows: this.#rows,
      pathCandidates: this.#pathCandidates,
      enoughPeers: this.#enoughPathRows,
    });
    for (let i = 0; i < this.#rows.count; i++) this.#records.array.clearRows(this.#rows.prefix(i));
    this.#rows.clear();
    this.#pathCandidates = [];
    return events;
  }

  /** Changes in the number of expected prefixes, by origin AS, since the last call. */
  takeExpected = (): ExpectedChanges => this.#judge.expectedSet.takeChanges();

  /** Whose this address is, which is said to be of an AS. */
  holderOf(address: Uint32Array, originAs: number): Holder {
    const { table, array } = this.#records;
    const id = longestMatch(this.#records, address, originAs);
    if (id === noPrefix) return { prefix: '', originAs: 0, withdrawn: false };
    return {
      prefix: formatPrefix(this.#family, table.addresses, id * table.addressWords, table.lengths[id]),
      originAs: array.owner(id),
      withdrawn: isLost(this.#records, id),
    };
  }

  save(writer: StateWriter): void {
    this.#records.save(writer);
    this.#judge.save(writer);
    this.#lostPaths.save(writer);
    writer.list(this.#unheard, ([peer, ids]) => {
      writer.u32(peer);
      writer.array(Uint32Array.from(ids));
    });
  }

  load(reader: StateReader): void {
    this.#records.load(reader);
    this.#judge.load(reader);
    this.#lostPaths.load(reader);
    this.#unheard = new Map(reader.list(() => [reader.u32(), [...reader.u32Array()]]));
    this.#reserve();
  }

  #beginMinute(minute: EventMinute, before: FamilyRoster, now: FamilyRoster, change: RosterChange): void {
    const judge = this.#judge;
    this.#reserve();
    for (const peer of change.lost) {
      this.#records.array.forget(peer, this.#records.table.count);
      this.#records.origins.forget(peer);
      this.#unheard.delete(peer);
    }
    judge.beginMinute(minute, now);
    if (!sameBits(before.fullFeed, now.fullFeed) || before.knownPeers !== now.knownPeers) judge.sweepKnown();
    if (!sameBits(before.live, now.live)) judge.sweepUnjudged();
    if (!now.denominator.frozen) this.#hear(now);
    this.#enoughPathRows = Math.max(1, Math.ceil(now.denominator.livePeers / 4));
  }

  /** What peers did while they were masked is judged as soon as they count again. */
  #hear(now: FamilyRoster): void {
    for (const [peer, ids] of this.#unheard) {
      if (!hasPeer(now.live, 0, peer)) continue;
      for (const id of ids) this.#judge.reconsider(id);
      this.#unheard.delete(peer);
    }
  }

  #applySecond(column: MinuteColumn, second: number, now: FamilyRoster): void {
    const secondEnd = column.firstRow[second + 1];
    for (let start = column.firstRow[second]; start < secondEnd; start += runRows) {
      const rows = { order: column.order, start, end: Math.min(start + runRows, secondEnd) };
      this.#lookUp(column.columns, rows, now);
      if (column.source.seed) this.#applySeed(column, rows);
      else this.#applyVotes(column, rows, now);
    }
  }

  /** Finds the prefixes of a run of rows, and begins those that are new. */
  #lookUp(columns: ChangeColumns, rows: Rows, now: FamilyRoster): void {
    const { order, start, end } = rows;
    const ids = this.#ids;
    this.#records.table.findRun(columns.address, columns.length, rows, ids);
    for (let i = start; i < end; i++) {
      if (ids[i - start] !== noPrefix) continue;
      ids[i - start] = this.#begin(columns, order === undefined ? i : order[i], now);
    }
  }

  /** Id of the prefix of a row, which is new or was so when the run began. noPrefix: too short to be considered. */
  #begin({ address, length }: ChangeColumns, row: number, now: FamilyRoster): number {
    const { table, array } = this.#records;
    if (length[row] < this.#shortest) return noPrefix;
    const { count } = table;
    const id = table.findOrAdd(address, row * table.addressWords, length[row]);
    if (id === count) {
      this.#reserve();
      array.begin(id, now.complete);
    }
    return id;
  }

  /** What voting peers say; their prefixes have been looked up. Nothing grows in here, so all arrays are at hand. */
  #applyVotes(column: MinuteColumn, { order, start, end }: Rows, now: FamilyRoster): void {
    const ids = this.#ids;
    const changes = this.#rows;
    const enoughPathRows = this.#enoughPathRows;
    const { data, stride, words } = this.#records.array;
    const { peer: peerIndexes, before, after } = column.columns;
    const { peers, base } = column;
    const pathOrigins = column.paths.origins;
    const { live } = now;
    for (let i = start; i < end; i++) {
      const id = ids[i - start];
      if (id === noPrefix) continue;
      const row = order === undefined ? i : order[i];
      const peer = peers[peerIndexes[row]];
      const route = after[row];
      const bit = 1 << (peer & 31);
      const at = id * stride;
      const namedAt = at + namedWord + (peer >>> 5);
      const holds = (data[namedAt] & ~data[namedAt + words] & bit) !== 0;
      // Most often a peer that had a path has another of the same origin.
      const isSame =
        holds &&
        route >= firstPath &&
        (data[at + flagsWord] & notSameMask) <= up &&
        pathOrigins[route - firstPath] === data[at + ownerWord];
      if (!isSame) {
        const originAs = route >= firstPath ? pathOrigins[route - firstPath] : 0;
        this.#applyVote(id, peer, route, originAs, now);
      }
      if (route === routeUnknown || before[row] === routeUnknown || (live[peer >>> 5] & bit) === 0) continue;
      const isGone = route === routeAbsent;
      data[at + lastRowWord] = changes.add(id, base + row, isGone, data[at + lastRowWord]);
      if (!isGone && ++data[at + pathRowsWord] === enoughPathRows) this.#pathCandidates.push(id);
    }
  }

  /** What a peer says of a prefix: `originAs` is that of its path, if it has one. */
  #applyVote(id: number, peer: number, route: number, originAs: number, now: FamilyRoster): void {
    const judge = this.#judge;
    const { origins } = this.#records;
    const { data, stride, words } = this.#records.array;
    const bit = 1 << (peer & 31);
    const namedAt = id * stride + namedWord + (peer >>> 5);
    const lacksAt = namedAt + words;
    const flags = data[id * stride + flagsWord];
    if (route === routeUnknown) {
      // A forgotten route is no news of the prefix: it is not judged.
      data[namedAt] &= ~bit;
      data[lacksAt] &= ~bit;
      if ((flags & mixed) !== 0) origins.drop(id, peer);
      return;
    }
    const isGone = route === routeAbsent;
    const isTurn = ((data[lacksAt] & bit) !== 0) !== isGone;
    const isNamed = (data[namedAt] & bit) !== 0;
    if (isTurn || !isNamed || (flags & stateMask) === down) judge.touch(id);
    if (isTurn) {
      if ((now.live[peer >>> 5] & bit) === 0 || now.denominator.frozen) this.#keepUnheard(peer, id, now);
      data[lacksAt] ^= bit;
    }
    if (isGone) {
      if ((flags & mixed) !== 0) origins.drop(id, peer);
    } else if (judge.ownership.hold(id, peer, originAs)) judge.touch(id);
    if (!isNamed) data[namedAt] |= bit;
  }

  #applySeed({ columns, paths }: MinuteColumn, { order, start, end }: Rows): void {
    for (let i = start; i < end; i++) {
      const id = this.#ids[i - start];
      const route = columns.after[order === undefined ? i : order[i]];
      if (id !== noPrefix && route >= firstPath) this.#judge.nameBySeed(id, paths.origins[route - firstPath]);
    }
  }

  #keepUnheard(peer: number, id: number, now: FamilyRoster): void {
    if (!hasPeer(now.fullFeed, 0, peer)) return;
    const ids = this.#unheard.get(peer);
    if (ids === undefined) this.#unheard.set(peer, [id]);
    else ids.push(id);
  }

  #reserve(): void {
    this.#records.reserve(this.#roster.size);
  }
}
