import type { PrefixEvent } from '../contract/as-minutes.ts';
import { type EventMinute, type EventSecond, firstSecondOf } from '../event-time.ts';
import { formatPrefix } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { Covers } from './covers.ts';
import { ExpectedSet } from './expected-set.ts';
import type { FamilyRoster } from './family-roster.ts';
import { Ownership } from './ownership.ts';
import { countCommon } from './peer-bits.ts';
import type { PeerRoster } from './peer-roster.ts';
import { countPeers, isQuorum, peerNames } from './prefix-evidence.ts';
import * as flag from './prefix-flags.ts';
import type { PrefixRecords } from './prefix-records.ts';
import { TouchedPrefixes } from './touched-prefixes.ts';

/** An event and the id of its prefix. */
export interface EventDraft {
  readonly id: number;
  readonly event: PrefixEvent;
}

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
  readonly #covers: Covers;
  readonly expectedSet = new ExpectedSet();
  readonly ownership: Ownership;

  #minute: EventMinute = 0;
  #second: EventSecond = 0;
  #now: FamilyRoster;
  readonly #touched = new TouchedPrefixes();
  /** Prefixes that began or ceased to cover others in the open second; those that went down in it. */
  #flipped: number[] = [];
  #wentDown: number[] = [];
  /** Prefixes that are down, and that other peers lack than at the beginning of the minute. */
  #recounted: number[] = [];
  #drafts: EventDraft[] = [];

  constructor(records: PrefixRecords, roster: PeerRoster) {
    this.#roster = roster;
    this.#records = records;
    this.#now = roster.family(records.family);
    this.#covers = new Covers(records);
    this.ownership = new Ownership(records, this.expectedSet);
  }

  beginMinute(minute: EventMinute, now: FamilyRoster): void {
    this.#minute = minute;
    this.#second = firstSecondOf(minute);
    this.#now = now;
    const hour = this.expectedSet.beginMinute(minute);
    if (hour !== undefined) this.#sweepExpected(hour);
  }

  /** The prefix will be judged at the end of this second. Called before any peer's view of it changes. */
  touch(id: number): void {
    const { flags, views } = this.#records;
    if ((flags[id] & flag.touched) !== 0) return;
    flags[id] |= flag.touched;
    this.#touched.add(id, views.bits, views.lacksAt(id), views.words);
  }

  /** What masked peers did to the prefix is judged at the end of this second. */
  reconsider(id: number): void {
    this.touch(id);
    this.#records.flags[id] |= flag.reconsidered;
  }

  /** A seed has the prefix. */
  nameBySeed(id: number, originAs: number): void {
    this.touch(id);
    this.ownership.seed(id, originAs);
    this.#makeKnown(id);
  }

  /** All changes of the second are in: judges what they touched. */
  closeSecond(second: EventSecond): void {
    if (this.#touched.count === 0 && this.#flipped.length === 0) return;
    this.#second = second;
    for (let index = 0; index < this.#touched.count; index++) this.#judge(this.#touched.id(index), index);
    this.#touched.clear();
    this.#judgeCovers();
  }

  /** Peers whose whole table has become known lack what they never named; nothing goes down by that. */
  complete(peers: readonly number[]): void {
    if (peers.length === 0) return;
    const { table, views, flags } = this.#records;
    for (const peer of peers) views.complete(peer, table.count);
    for (let id = 0; id < table.count; id++) {
      if ((flags[id] & flag.stateMask) !== flag.up || !this.#isLow(this.#present(id))) continue;
      this.#setState(id, flag.unjudged);
      this.#flip(id);
    }
  }

  /** More peers are full feeds: what they named before counts now. */
  sweepKnown(): void {
    const { table, flags } = this.#records;
    for (let id = 0; id < table.count; id++) {
      if ((flags[id] & flag.heard) === 0 && this.#isNamedEnough(id)) this.#hear(id);
    }
  }

  /** Others may judge now: what could not be judged so far is visible if they say so. */
  sweepUnjudged(): void {
    if (this.#now.denominator.frozen) return;
    const { table, flags } = this.#records;
    for (let id = 0; id < table.count; id++) {
      if ((flags[id] & flag.stateMask) === flag.unjudged && this.#isHigh(this.#present(id))) this.#begin(id);
    }
  }

  /** Whether the prefix is up, but at least one in `share` live peers lack it. */
  isLosing(id: number, share: number): boolean {
    if ((this.#records.flags[id] & flag.stateMask) !== flag.up) return false;
    const { livePeers } = this.#now.denominator;
    return (livePeers - this.#present(id)) * share >= livePeers;
  }

  /** Events of the minute, which is over. */
  takeDrafts(): EventDraft[] {
    this.#recount();
    const drafts = this.#drafts;
    this.#drafts = [];
    for (const { id } of drafts) this.#records.flags[id] &= ~flag.crossed;
    return drafts;
  }

  save(writer: StateWriter): void {
    this.expectedSet.save(writer);
  }

  /** The records have been loaded before. */
  load(reader: StateReader): void {
    this.expectedSet.load(reader);
    const { table, flags } = this.#records;
    for (let id = 0; id < table.count; id++) {
      if ((flags[id] & flag.stateMask) === flag.down) this.#covers.addDown(id);
    }
  }

  #judge(id: number, index: number): void {
    const { flags, origins } = this.#records;
    const isReconsidered = (flags[id] & flag.reconsidered) !== 0;
    flags[id] &= ~(flag.touched | flag.reconsidered);
    if ((flags[id] & flag.ownerIsFresh) !== 0) this.ownership.settle(id);
    if ((flags[id] & flag.heard) === 0 && this.#isNamedEnough(id)) this.#hear(id);
    if (this.#now.denominator.frozen) return;
    const present = this.#present(id);
    const state = flags[id] & flag.stateMask;
    if (state === flag.down) {
      if (this.#isHigh(present)) this.#goUp(id);
      else this.#noteRecount(id, index, isReconsidered);
    } else if (state === flag.unjudged) {
      if (this.#isHigh(present)) this.#begin(id);
      else if (this.#isWithdrawn(id)) this.#goDown(id);
    } else {
      this.#judgeUp(id, index, present, isReconsidered);
      if (origins.hasOthers(id) && (flags[id] & flag.stateMask) === flag.up) this.#followOwner(id, false);
    }
  }

  #judgeUp(id: number, index: number, present: number, isReconsidered: boolean): void {
    const { flags } = this.#records;
    const isDisarmed = (flags[id] & flag.disarmed) !== 0;
    if (this.#isHigh(present)) {
      if (!isDisarmed) return;
      flags[id] &= ~flag.disarmed;
      this.#flip(id);
      return;
    }
    if (isDisarmed) return;
    const { live, liveLately } = this.#now;
    if (isReconsidered || !this.#isGone(this.#touched.lackedBefore(index, live), live)) {
      if (this.#isLow(present) && this.#isGone(this.#records.lacking(id, live), live)) this.#goDown(id);
    } else if (this.#isGone(this.#touched.lackedBefore(index, liveLately), liveLately)) {
      flags[id] |= flag.disarmed;
      this.#flip(id);
    } else if (this.#isGone(this.#records.lacking(id, liveLately), liveLately)) {
      // A peer that had it was masked while others withdrew it: with that peer's last word it goes only now.
      this.#goDown(id);
    }
  }

  #noteRecount(id: number, index: number, isReconsidered: boolean): void {
    const { flags, views } = this.#records;
    if ((flags[id] & flag.recounted) !== 0) return;
    const isChanged = this.#touched.isChanged(index, views.bits, views.lacksAt(id), this.#now.live);
    if (!isChanged && !isReconsidered) return;
    flags[id] |= flag.recounted;
    this.#recounted.push(id);
  }

  #recount(): void {
    const { flags } = this.#records;
    this.#second = firstSecondOf(this.#minute + 1) - 1;
    for (const id of this.#recounted) {
      flags[id] &= ~flag.recounted;
      if ((flags[id] & flag.stateMask) !== flag.down) continue;
      this.#tell(id, 'recount', this.#records.lacking(id, this.#now.live));
    }
    this.#recounted = [];
  }

  /** Live full-feed peers that are not known to lack the prefix. */
  #present(id: number): number {
    const { views } = this.#records;
    const { live, denominator } = this.#now;
    return denominator.livePeers - countCommon(views.bits, views.lacksAt(id), live);
  }

  #isHigh = (present: number): boolean => present * 5 >= this.#now.denominator.livePeers * 3;
  #isLow = (present: number): boolean => present * 5 <= this.#now.denominator.livePeers;

  /** Whether these peers of `voters`, which lack a prefix, are enough to say that it is gone. */
  #isGone(lacking: Uint32Array, voters: Uint32Array): boolean {
    const votes = countCommon(voters, 0, voters);
    const present = votes - countCommon(lacking, 0, lacking);
    return present * 5 <= votes && isQuorum(lacking, this.#roster, this.#now);
  }

  /** Whether enough live peers withdrew the prefix: it was there, although never judged. */
  #isWithdrawn(id: number): boolean {
    const { views } = this.#records;
    const at = views.namedAt(id);
    const { live } = this.#now;
    const withdrawn = this.#records.lacking(id, live).map((word, i) => word & views.bits[at + i]);
    return this.#isGone(withdrawn, live);
  }

  #isNamedEnough(id: number): boolean {
    const { views } = this.#records;
    return countCommon(views.bits, views.namedAt(id), this.#now.fullFeed) >= this.#now.knownPeers;
  }

  /** Enough full-feed peers have named it. */
  #hear(id: number): void {
    const { flags, origins } = this.#records;
    this.expectedSet.add(origins.owner(id), flags[id], -1);
    flags[id] |= flag.heard;
    this.expectedSet.add(origins.owner(id), flags[id], 1);
    this.#makeKnown(id);
  }

  #makeKnown(id: number): void {
    const { flags } = this.#records;
    if ((flags[id] & flag.known) === 0) {
      flags[id] |= flag.known;
      this.#flip(id);
    }
    if (this.expectedSet.isLearning(this.#minute)) this.#setExpected(id, true);
  }

  /** It may cover others from now on, or no longer. What is not known covers nothing anyway. */
  #flip(id: number): void {
    if ((this.#records.flags[id] & flag.known) !== 0) this.#flipped.push(id);
  }

  #setExpected(id: number, isExpected: boolean): void {
    const { flags, origins } = this.#records;
    if (isExpected === ((flags[id] & flag.expected) !== 0)) return;
    this.expectedSet.add(origins.owner(id), flags[id] | flag.expected, isExpected ? 1 : -1);
    flags[id] ^= flag.expected;
  }

  #setState(id: number, state: number): void {
    const { flags } = this.#records;
    flags[id] = (flags[id] & ~(flag.stateMask | flag.disarmed)) | state;
  }

  /** First seen to be visible: nobody needs to be told. */
  #begin(id: number): void {
    this.#setState(id, flag.up);
    this.#records.upTime.begin(id, this.#minute);
    this.#flip(id);
  }

  #goDown(id: number): void {
    const { flags, upTime } = this.#records;
    if ((flags[id] & flag.stateMask) === flag.unjudged) upTime.begin(id, this.#minute);
    this.#setState(id, flag.down);
    flags[id] |= flag.crossed;
    upTime.cross(id, false, this.#minute);
    this.#covers.addDown(id);
    this.#flip(id);
    this.#wentDown.push(id);
  }

  #goUp(id: number): void {
    const { flags, upTime } = this.#records;
    this.#followOwner(id, true);
    this.#tell(id, 'up', this.#holding(id));
    this.#setState(id, flag.up);
    flags[id] = (flags[id] & ~flag.covered) | flag.crossed;
    upTime.cross(id, true, this.#minute);
    this.#covers.removeDown(id);
    this.#flip(id);
  }

  /** Told where the prefix comes back as another's, or most of all live peers now have the new owner's path. */
  #followOwner(id: number, wasDown: boolean): void {
    const move = this.ownership.follow(id, this.#now);
    if (move === undefined) return;
    if (!wasDown && move.peers * 2 <= this.#now.denominator.livePeers) return;
    this.#tell(id, 'origin', this.#holding(id), { originAs: move.from, newOriginAs: move.to });
  }

  /** After all crossings of the second: what covers the prefixes that are down. */
  #judgeCovers(): void {
    const { flags } = this.#records;
    for (const id of this.#wentDown) {
      if (this.#isCovered(id)) flags[id] |= flag.covered;
      const lacking = this.#records.lacking(id, this.#now.live);
      this.#tell(id, 'down', lacking, {
        peersFor: peerNames(lacking, this.#roster),
        peersAgainst: peerNames(this.#holding(id), this.#roster),
      });
    }
    for (const id of this.#covers.downInsideAny(this.#flipped)) {
      const isCovered = this.#isCovered(id);
      if (isCovered === ((flags[id] & flag.covered) !== 0)) continue;
      flags[id] ^= flag.covered;
      this.#tell(id, isCovered ? 'covered' : 'uncovered', this.#records.lacking(id, this.#now.live));
    }
    this.#wentDown = [];
    this.#flipped = [];
  }

  #isCovered = (id: number): boolean => this.#covers.isCovered(id, this.#isCover);

  #isCover = (id: number): boolean => {
    const flags = this.#records.flags[id];
    return (flags & (flag.stateMask | flag.known | flag.disarmed)) === (flag.up | flag.known);
  };

  /** Live peers that have the prefix, or are taken to have it. */
  #holding(id: number): Uint32Array {
    const lacking = this.#records.lacking(id, this.#now.live);
    return this.#now.live.map((word, i) => word & ~lacking[i]);
  }

  #tell(id: number, kind: PrefixEvent['kind'], peers: Uint32Array, content: Partial<PrefixEvent> = {}): void {
    this.#drafts.push({
      id,
      event: { ...this.event(id, kind, peers), eventSecond: this.#second, ...content },
    });
  }

  /** An event of a prefix as it stands, of these peers. */
  event(id: number, kind: PrefixEvent['kind'], peers: Uint32Array): PrefixEvent {
    const { table, family, flags, origins } = this.#records;
    const at = family === 'ipv4' ? id : id * 4;
    return {
      kind,
      originAs: origins.owner(id),
      prefix: formatPrefix(family, table.addresses, at, table.lengths[id]),
      eventSecond: this.#second,
      covered: (flags[id] & flag.covered) !== 0,
      expected: (flags[id] & flag.expected) !== 0,
      ...countPeers(peers, this.#roster),
      livePeers: this.#now.denominator.livePeers,
      livePeerAses: this.#now.denominator.livePeerAses,
      viaAses: [],
      newOriginAs: 0,
      upstreamAs: 0,
      peersFor: [],
      peersAgainst: [],
    };
  }

  #sweepExpected(hour: EventMinute): void {
    const { table, flags, upTime } = this.#records;
    for (let id = 0; id < table.count; id++) {
      const state = flags[id] & flag.stateMask;
      if ((flags[id] & flag.known) === 0 || state === flag.unjudged) continue;
      const isUp = state === flag.up;
      const week = upTime.week(id, isUp, hour);
      this.#setExpected(id, this.expectedSet.belongs(flags[id], isUp, hour - upTime.since(id), week));
    }
  }
}
