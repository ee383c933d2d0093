import { type EventMinute, type EventSecond, firstSecondOf } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { CoverJudge } from './cover-judge.ts';
import { ExpectedSet } from './expected-set.ts';
import type { FamilyRoster } from './family-roster.ts';
import { Ownership } from './ownership.ts';
import { countCommon } from './peer-bits.ts';
import type { PeerRoster } from './peer-roster.ts';
import { type EventDraft, PrefixEvents } from './prefix-events.ts';
import { isQuorum } from './prefix-evidence.ts';
import * as flag from './prefix-flags.ts';
import type { PrefixRecords } from './prefix-records.ts';
import { TouchedPrefixes } from './touched-prefixes.ts';

/**
 * Decides, prefix by prefix, what the world can see. v = the live full-feed peers that are not known to lack a
 * prefix, of all live ones: down at v <= 20 %, up again at v >= 60 %, unchanged in between.
 *
 * Who may judge changes (a peer is masked, comes back, becomes a full feed) without any prefix being judged
 * anew, so none goes down or comes up by that. If a prefix is found at v <= 20 % without having gone
 * down, and nothing but who may judge made it so, it is disarmed: it must be visible again before it can go down.
 */
export class PrefixJudge {
  readonly #roster: PeerRoster;
  readonly #records: PrefixRecords;
  readonly #covers: CoverJudge;
  readonly expectedSet = new ExpectedSet();
  readonly ownership: Ownership;
  readonly events: PrefixEvents;

  #minute: EventMinute = 0;
  #now: FamilyRoster;
  readonly #touched = new TouchedPrefixes();
  /** Prefixes that are down, and that other peers lack than at the beginning of the minute. */
  #recounted: number[] = [];

  constructor(records: PrefixRecords, roster: PeerRoster) {
    this.#roster = roster;
    this.#records = records;
    this.#now = roster.family(records.family);
    this.events = new PrefixEvents(records, roster);
    this.#covers = new CoverJudge(records, roster, this.events);
    this.ownership = new Ownership(records, this.expectedSet);
  }

  beginMinute(minute: EventMinute, now: FamilyRoster): void {
    this.#minute = minute;
    this.#now = now;
    this.events.now = now;
    this.events.second = firstSecondOf(minute);
    const hour = this.expectedSet.beginMinute(minute);
    if (hour !== undefined) this.#sweepExpected(hour);
  }

  /** The prefix will be judged at the end of this second. Called before any peer's view of it changes. */
  touch(id: number): void {
    const { array } = this.#records;
    if (array.has(id, flag.touched)) return;
    array.set(id, flag.touched);
    this.#touched.add(id, array.data, array.lacksAt(id), array.words);
  }

  /** What masked peers did to the prefix is judged at the end of this second. */
  reconsider(id: number): void {
    this.touch(id);
    this.#records.array.set(id, flag.reconsidered);
  }

  /** A seed has the prefix. */
  nameBySeed(id: number, originAs: number): void {
    this.touch(id);
    this.ownership.seed(id, originAs);
    this.#makeKnown(id);
  }

  /** All changes of the second are in: judges what they touched. */
  closeSecond(second: EventSecond): void {
    if (this.#touched.count === 0 && !this.#covers.isPending) return;
    this.events.second = second;
    const { array } = this.#records;
    for (let index = 0; index < this.#touched.count; index++) {
      const id = this.#touched.id(index);
      const flags = array.flags(id);
      array.clear(id, flag.touched | flag.reconsidered);
      const present = this.#present(id);
      const isQuiet = (flags & flag.settledMask) === flag.settled && this.#isHigh(present);
      if (!isQuiet) this.#judge(id, index, flags, present);
    }
    this.#touched.clear();
    this.#covers.closeSecond();
  }

  /** Peers whose whole table has become known lack what they never named; nothing goes down by that. */
  complete(peers: readonly number[]): void {
    if (peers.length === 0) return;
    const { table, array } = this.#records;
    for (const peer of peers) array.complete(peer, table.count);
    for (let id = 0; id < table.count; id++) {
      if (this.#state(id) !== flag.up || !this.#isLow(this.#present(id))) continue;
      this.#setState(id, flag.unjudged);
      this.#covers.flip(id);
    }
  }

  /** More peers are full feeds: what they named before counts now. */
  sweepKnown(): void {
    const { table, array } = this.#records;
    for (let id = 0; id < table.count; id++) {
      if (!array.has(id, flag.heard) && this.#isNamedEnough(id)) this.#hear(id);
    }
  }

  /** Others may judge now: what could not be judged so far is visible if they say so. */
  sweepUnjudged(): void {
    if (this.#now.denominator.frozen) return;
    const { table } = this.#records;
    for (let id = 0; id < table.count; id++) {
      if (this.#state(id) === flag.unjudged && this.#isHigh(this.#present(id))) this.#begin(id);
    }
  }

  /** Whether the prefix is up, but at least one in `share` live peers lack it. */
  isLosing(id: number, share: number): boolean {
    if (this.#state(id) !== flag.up) return false;
    const { livePeers } = this.#now.denominator;
    return (livePeers - this.#present(id)) * share >= livePeers;
  }

  /** Events of the minute, which is over. */
  takeDrafts(): EventDraft[] {
    this.#recount();
    const drafts = this.events.take();
    for (const { id } of drafts) this.#records.array.clear(id, flag.crossed);
    return drafts;
  }

  save(writer: StateWriter): void {
    this.expectedSet.save(writer);
  }

  /** The records have been loaded before. */
  load(reader: StateReader): void {
    this.expectedSet.load(reader);
    const { table } = this.#records;
    for (let id = 0; id < table.count; id++) {
      if (this.#state(id) === flag.down) this.#covers.restoreDown(id);
    }
  }

  /** `flags` are those that it had in the second, `present` the live peers that have it at its end. */
  #judge(id: number, index: number, flags: number, present: number): void {
    const { array } = this.#records;
    const isReconsidered = (flags & flag.reconsidered) !== 0;
    if ((flags & flag.ownerIsFresh) !== 0) this.ownership.settle(id);
    if ((flags & flag.heard) === 0 && this.#isNamedEnough(id)) this.#hear(id);
    if (this.#now.denominator.frozen) return;
    const state = this.#state(id);
    if (state === flag.down) {
      if (this.#isHigh(present)) this.#goUp(id);
      else this.#noteRecount(id, index, isReconsidered);
    } else if (state === flag.unjudged) {
      if (this.#isHigh(present)) this.#begin(id);
      else if (this.#isWithdrawn(id)) this.#goDown(id);
    } else {
      this.#judgeUp(id, index, present, isReconsidered);
      if (array.has(id, flag.mixed) && this.#state(id) === flag.up) this.#followOwner(id, false);
    }
  }

  #judgeUp(id: number, index: number, present: number, isReconsidered: boolean): void {
    const { array } = this.#records;
    const isDisarmed = array.has(id, flag.disarmed);
    if (this.#isHigh(present)) {
      if (!isDisarmed) return;
      array.clear(id, flag.disarmed);
      this.#covers.flip(id);
      return;
    }
    if (isDisarmed) return;
    const { live, liveLately } = this.#now;
    if (isReconsidered || !this.#wasGone(index, live)) {
      if (this.#isLow(present) && this.#isGone(this.#records.lacking(id, live), live)) this.#goDown(id);
    } else if (this.#wasGone(index, liveLately)) {
      array.set(id, flag.disarmed);
      this.#covers.flip(id);
    } else if (this.#isGone(this.#records.lacking(id, liveLately), liveLately)) {
      // A peer that had it was masked while others withdrew it: with that peer's last word it goes only now.
      this.#goDown(id);
    }
  }

  #noteRecount(id: number, index: number, isReconsidered: boolean): void {
    const { array } = this.#records;
    if (array.has(id, flag.recounted)) return;
    const isChanged = this.#touched.isChanged(index, array.data, array.lacksAt(id), this.#now.live);
    if (!isChanged && !isReconsidered) return;
    array.set(id, flag.recounted);
    this.#recounted.push(id);
  }

  #recount(): void {
    this.events.second = firstSecondOf(this.#minute + 1) - 1;
    for (const id of this.#recounted) {
      this.#records.array.clear(id, flag.recounted);
      if (this.#state(id) !== flag.down) continue;
      this.events.tell(id, 'recount', this.events.lacking(id));
    }
    this.#recounted = [];
  }

  /** Live full-feed peers that are not known to lack the prefix. */
  #present(id: number): number {
    const { array } = this.#records;
    const { live, denominator } = this.#now;
    return denominator.livePeers - countCommon(array.data, array.lacksAt(id), live);
  }

  #isHigh(present: number): boolean {
    return present * 5 >= this.#now.denominator.livePeers * 3;
  }

  #isLow(present: number): boolean {
    return present * 5 <= this.#now.denominator.livePeers;
  }

  #state(id: number): number {
    return this.#records.array.flags(id) & flag.stateMask;
  }

  /** Whether these peers of `voters`, which lack a prefix, are enough to say that it is gone. */
  #isGone(lacking: Uint32Array, voters: Uint32Array): boolean {
    const votes = countCommon(voters, 0, voters);
    const present = votes - countCommon(lacking, 0, lacking);
    return present * 5 <= votes && isQuorum(lacking, this.#roster, this.#now);
  }

  /** Whether these were enough before the second. */
  #wasGone(index: number, voters: Uint32Array): boolean {
    const votes = countCommon(voters, 0, voters);
    if ((votes - this.#touched.countLackedBefore(index, voters)) * 5 > votes) return false;
    return this.#isGone(this.#touched.lackedBefore(index, voters), voters);
  }

  /** Whether enough live peers withdrew the prefix: it was there, although never judged. */
  #isWithdrawn(id: number): boolean {
    const { array } = this.#records;
    const at = array.namedAt(id);
    const { live } = this.#now;
    const withdrawn = this.#records.lacking(id, live).map((word, i) => word & array.data[at + i]);
    return this.#isGone(withdrawn, live);
  }

  #isNamedEnough(id: number): boolean {
    const { array } = this.#records;
    return countCommon(array.data, array.namedAt(id), this.#now.fullFeed) >= this.#now.knownPeers;
  }

  /** Enough full-feed peers have named it. */
  #hear(id: number): void {
    const { array } = this.#records;
    this.expectedSet.add(array.owner(id), array.flags(id), -1);
    array.set(id, flag.heard);
    this.expectedSet.add(array.owner(id), array.flags(id), 1);
    this.#makeKnown(id);
  }

  #makeKnown(id: number): void {
    const { array } = this.#records;
    if (!array.has(id, flag.known)) {
      array.set(id, flag.known);
      this.#covers.flip(id);
    }
    if (this.expectedSet.isLearning(this.#minute)) this.#setExpected(id, true);
  }

  #setExpected(id: number, isExpected: boolean): void {
    const { array } = this.#records;
    if (isExpected === array.has(id, flag.expected)) return;
    this.expectedSet.add(array.owner(id), array.flags(id) | flag.expected, isExpected ? 1 : -1);
    if (isExpected) array.set(id, flag.expected);
    else array.clear(id, flag.expected);
  }

  #setState(id: number, state: number): void {
    const { array } = this.#records;
    array.clear(id, flag.stateMask | flag.disarmed);
    array.set(id, state);
  }

  /** First seen to be visible: nobody needs to be told. */
  #begin(id: number): void {
    this.#setState(id, flag.up);
    this.#records.upTime.begin(id, this.#minute);
    this.#covers.flip(id);
  }

  #goDown(id: number): void {
    const { array, upTime } = this.#records;
    if (this.#state(id) === flag.unjudged) upTime.begin(id, this.#minute);
    this.#setState(id, flag.down);
    array.set(id, flag.crossed);
    upTime.cross(id, false, this.#minute);
    this.#covers.goDown(id);
  }

  #goUp(id: number): void {
    const { array, upTime } = this.#records;
    this.#followOwner(id, true);
    this.events.tell(id, 'up', this.events.holding(id));
    this.#setState(id, flag.up);
    array.clear(id, flag.covered);
    array.set(id, flag.crossed);
    upTime.cross(id, true, this.#minute);
    this.#covers.goUp(id);
  }

  /** Told where the prefix comes back as another's, or most of all live peers now have the new owner's path. */
  #followOwner(id: number, wasDown: boolean): void {
    const move = this.ownership.follow(id, this.#now);
    if (move === undefined) return;
    if (!wasDown && move.peers * 2 <= this.#now.denominator.livePeers) return;
    this.events.tell(id, 'origin', this.events.holding(id), { originAs: move.from, newOriginAs: move.to });
  }

  #sweepExpected(hour: EventMinute): void {
    const { table, array, upTime } = this.#records;
    for (let id = 0; id < table.count; id++) {
      const state = this.#state(id);
      if (!array.has(id, flag.known) || state === flag.unjudged) continue;
      const isUp = state === flag.up;
      const week = upTime.week(id, isUp, hour);
      this.#setExpected(id, this.expectedSet.belongs(array.flags(id), isUp, hour - upTime.since(id), week));
    }
  }
}
