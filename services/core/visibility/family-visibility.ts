import { shortestPrefix } from '../block.ts';
import type { PrefixEvent } from '../contract/as-minutes.ts';
import { firstPath, routeAbsent, routeUnknown } from '../contract/route-changes.ts';
import { type EventMinute, firstSecondOf } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { ChangeRows } from './change-rows.ts';
import type { ExpectedChanges } from './expected-set.ts';
import type { FamilyRoster } from './family-roster.ts';
import { LostPaths } from './lost-paths.ts';
import type { MinuteColumn } from './minute-columns.ts';
import { MinuteEvidence } from './minute-evidence.ts';
import { hasPeer, sameBits } from './peer-bits.ts';
import type { PeerRoster, RosterChange } from './peer-roster.ts';
import { down, stateMask } from './prefix-flags.ts';
import { PrefixJudge } from './prefix-judge.ts';
import { PrefixRecords } from './prefix-records.ts';
import { grown } from './prefix-table.ts';

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
  #ids = new Int32Array(0);
  readonly #rows = new ChangeRows();
  /** Rows of the minute that gave a live peer a path that it had not just before, by prefix. */
  #pathRows = new Uint32Array(0);
  /** Prefixes with enough such rows for a path event. */
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
      slots: this.#pathRows,
    });
    for (let i = 0; i < this.#rows.count; i++) this.#pathRows[this.#rows.prefix(i)] = 0;
    this.#rows.clear();
    this.#pathCandidates = [];
    return events;
  }

  /** Changes in the number of expected prefixes, by origin AS, since the last call. */
  takeExpected = (): ExpectedChanges => this.#judge.expectedSet.takeChanges();

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
      this.#records.views.forget(peer, this.#records.table.count);
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

  /** Looks all prefixes up first: lookups that wait for nothing overlap. */
  #applySecond(column: MinuteColumn, second: number, now: FamilyRoster): void {
    const start = column.firstRow[second];
    const end = column.firstRow[second + 1];
    if (this.#ids.length < end - start) this.#ids = new Int32Array(2 * (end - start));
    const ids = this.#ids;
    const { order } = column;
    for (let i = start; i < end; i++) {
      ids[i - start] = this.#prefixOf(column, order === undefined ? i : order[i], now);
    }
    if (column.source.seed) this.#applySeed(column, start, end);
    else this.#applyVotes(column, start, end, now);
  }

  /** Id of the prefix of a row; a new one is begun. -1: too short to be considered. */
  #prefixOf({ columns }: MinuteColumn, row: number, now: FamilyRoster): number {
    const { table, views } = this.#records;
    const length = columns.length[row];
    if (length < this.#shortest) return -1;
    const { count } = table;
    const id = table.findOrAdd(columns.address, row * table.addressWords, length);
    if (id === count) {
      if (id >= this.#pathRows.length) this.#reserve();
      views.begin(id, now.complete);
    }
    return id;
  }

  /** What voting peers say; their prefixes have been looked up. Nothing grows in here, so all arrays are at hand. */
  #applyVotes(column: MinuteColumn, start: number, end: number, now: FamilyRoster): void {
    const judge = this.#judge;
    const ids = this.#ids;
    const { flags, origins } = this.#records;
    const { bits, words } = this.#records.views;
    const { peer: peerIndexes, before, after } = column.columns;
    const { order, peers, base } = column;
    const pathOrigins = column.paths.origins;
    const { live } = now;
    for (let i = start; i < end; i++) {
      const id = ids[i - start];
      if (id < 0) continue;
      const row = order === undefined ? i : order[i];
      const peer = peers[peerIndexes[row]];
      const route = after[row];
      const bit = 1 << (peer & 31);
      const namedAt = id * 2 * words + (peer >>> 5);
      const lacksAt = namedAt + words;
      if (route === routeUnknown) {
        // A forgotten route is no news of the prefix: it is not judged.
        bits[namedAt] &= ~bit;
        bits[lacksAt] &= ~bit;
        if (origins.hasOthers(id)) origins.drop(id, peer);
        continue;
      }
      const isLive = (live[peer >>> 5] & bit) !== 0;
      const isGone = route === routeAbsent;
      const isTurn = ((bits[lacksAt] & bit) !== 0) !== isGone;
      const isNamed = (bits[namedAt] & bit) !== 0;
      if (isTurn || !isNamed || (flags[id] & stateMask) === down) judge.touch(id);
      if (isTurn) {
        if (!isLive || now.denominator.frozen) this.#keepUnheard(peer, id, now);
        bits[lacksAt] ^= bit;
      }
      if (isGone) {
        if (origins.hasOthers(id)) origins.drop(id, peer);
      } else if (judge.ownership.hold(id, peer, pathOrigins[route - firstPath])) judge.touch(id);
      if (!isNamed) bits[namedAt] |= bit;
      if (isLive && before[row] !== routeUnknown) this.#log(id, base + row, isGone);
    }
  }

  #applySeed({ columns, order, paths }: MinuteColumn, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const id = this.#ids[i - start];
      const route = columns.after[order === undefined ? i : order[i]];
      if (id >= 0 && route >= firstPath) this.#judge.nameBySeed(id, paths.origins[route - firstPath]);
    }
  }

  #log(id: number, row: number, isGone: boolean): void {
    this.#rows.add(id, row, isGone);
    if (isGone) return;
    if (++this.#pathRows[id] === this.#enoughPathRows) this.#pathCandidates.push(id);
  }

  #keepUnheard(peer: number, id: number, now: FamilyRoster): void {
    if (!hasPeer(now.fullFeed, 0, peer)) return;
    const ids = this.#unheard.get(peer);
    if (ids === undefined) this.#unheard.set(peer, [id]);
    else ids.push(id);
  }

  #reserve(): void {
    this.#records.reserve(this.#roster.size);
    const { capacity } = this.#records.table;
    if (this.#pathRows.length < capacity) this.#pathRows = grown(this.#pathRows, capacity);
  }
}
