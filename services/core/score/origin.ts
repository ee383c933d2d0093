import type { ExpectedDelta, PrefixEvent } from '../contract/as-minutes.ts';
import type { AsReach } from '../contract/as-reach.ts';
import type { AsScore, Beat, ScoredEvent, Visibility } from '../contract/as-scores.ts';
import type { EventMinute, EventSecond } from '../event-time.ts';
import { type Family, families } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { type Crossing, dataPlane } from './beat-clusters.ts';
import { BeatTrain, noTrain, quarterMinutes, quarterOf, windowQuarters } from './beat-train.ts';
import { tailSurprise } from './binomial-tail.ts';
import { BurstSurprise } from './burst-surprise.ts';
import { LostPrefixes } from './lost-prefixes.ts';
import { OwnBaseline } from './own-baseline.ts';
import { familyOf } from './prefix-space.ts';
import { periodMinutes, Rhythm } from './rhythm.ts';

/** The score at which an AS is spoken of every minute. */
const unstableScore = 0.25;
/** An AS with so little of its expected prefixes in reach is wholly out. */
const outShare = 0.05;
/** Path changes alone are news of an AS from so many sigma on. */
const unusualZ = 3;
const mostEvents = 64;
/** u: what a loss and a path change weigh. */
const lossWeight = 1;
const pathWeight = 0.5;

const noRhythm: readonly number[] = periodMinutes.map(() => 0);
const noLosses = { ipv4: new LostPrefixes('ipv4').describe(), ipv6: new LostPrefixes('ipv6').describe() };

/** What the AS is like when it is not in alarm. */
interface History {
  readonly baseline: OwnBaseline;
  readonly rhythm: Rhythm;
}

/** What the minute says of all ASes. */
export interface MinuteContext {
  readonly minute: EventMinute;
  /** Weight of the quarter-hours learned of an AS without any event. */
  readonly learned: number;
  readonly wholeTable: Readonly<Record<Family, boolean>>;
  /** Too few live peers to judge. */
  readonly frozen: Readonly<Record<Family, boolean>>;
}

/** One origin AS. A quiet one is its expected prefixes and no more. */
export class Origin {
  readonly originAs: number;
  readonly #expected = { ipv4: 0, ipv6: 0 };
  /** Of the expected ones, those that peers themselves have named. A beat is measured by them: most of a seed never stirs. */
  readonly #heard = { ipv4: 0, ipv6: 0 };
  #lost: Record<Family, LostPrefixes> | undefined;
  #train: BeatTrain | undefined;
  #history: History | undefined;
  /** Z; made from the train and the history when it is asked for. */
  #surprise: number | undefined;
  #burst: BurstSurprise | undefined;
  /** What probes last said of it. */
  #reach: AsReach | undefined;
  /** Of the minute that is open. */
  #events: readonly PrefixEvent[] = [];
  #isNews = false;

  constructor(originAs: number) {
    this.originAs = originAs;
  }

  /** Its prefixes that are down now, covered or not. */
  get lostPrefixes(): string[] {
    const lost = this.#lost;
    return lost === undefined ? [] : families.flatMap((family) => lost[family].prefixes());
  }

  hasLost(prefix: string): boolean {
    return this.#lost?.[familyOf(prefix)].has(prefix) ?? false;
  }

  get score(): number {
    return this.#train?.score.value ?? 0;
  }

  /** True while quarter-hours do something to it. */
  get isTracked(): boolean {
    return this.#train !== undefined || this.#history !== undefined;
  }

  /** True while minutes do something to it. */
  isMoving(minute: EventMinute): boolean {
    return this.#train?.isMoving(minute) ?? false;
  }

  /** True if there is something to say of the open minute. */
  get isNews(): boolean {
    return this.#isNews;
  }

  get isUnstable(): boolean {
    return this.score >= unstableScore;
  }

  expect(delta: ExpectedDelta): void {
    this.#expected.ipv4 += delta.ipv4;
    this.#expected.ipv6 += delta.ipv6;
    this.#heard.ipv4 += delta.heardIpv4;
    this.#heard.ipv6 += delta.heardIpv6;
    if (this.#lost !== undefined && this.#lost.ipv4.size + this.#lost.ipv6.size > 0) this.#isNews = true;
  }

  /** The minute's events of this AS, in any order; path changes only as far as it is to blame for them. */
  apply(events: readonly PrefixEvent[], context: MinuteContext): void {
    const ordered = events.length === 1 ? events : [...events].sort(byTime);
    const weight = this.#applyEach(ordered, context);
    if (weight > 0) {
      this.#burst ??= new BurstSurprise();
      this.#burst.add(context.minute, weight);
      this.#isNews ||= this.#burst.z(context.minute) >= unusualZ;
    }
    if (this.#isNews) this.#events = ordered.filter((event) => event.originAs === this.originAs);
  }

  /** A prefix went, came back, or changed hands: then it counts for both, since both were its origin. */
  #cross(event: PrefixEvent, context: MinuteContext): void {
    // A late change counts in the open minute.
    const second = Math.max(event.eventSecond, context.minute * 60);
    const upstreamAs = event.kind === 'down' ? event.upstreamAs : 0;
    this.#take({ second, prefix: event.prefix, upstreamAs }, context);
  }

  #take(crossing: Crossing, { learned }: MinuteContext): void {
    this.#train ??= new BeatTrain();
    const start = this.#train.add(crossing, this.#heard);
    if (start === undefined) return;
    this.#history ??= { baseline: new OwnBaseline(learned), rhythm: new Rhythm() };
    this.#history.baseline.occupy(quarterOf(start));
    this.#history.rhythm.add(start);
    this.#surprise = undefined;
  }

  /** What probes say of it in this minute, after its prefix events. */
  noteReach(reach: AsReach, context: MinuteContext): void {
    this.#reach = reach;
    this.#isNews = true;
    // It is declared at the end of the minute.
    if (reach.changed)
      this.#take({ second: context.minute * 60 + 59, prefix: dataPlane, upstreamAs: 0 }, context);
  }

  /** Returns u, the weighted changes. */
  #applyEach(events: readonly PrefixEvent[], context: MinuteContext): number {
    let weight = 0;
    for (const event of events) {
      if (event.kind === 'path') {
        // They count in u, and in no beat: who changes paths upstream of an AS makes it change with him. (With them
        // 51 ASes that have no beat were CONFIRMED on 2008-02-20, and 3 without.)
        weight += pathWeight;
        continue;
      }
      this.#isNews = true;
      // A prefix that comes from another AS was not lost here.
      if (event.originAs === this.originAs) this.#applyLoss(event);
      if (event.kind === 'down') weight += lossWeight;
      if (event.kind !== 'covered' && event.kind !== 'uncovered') this.#cross(event, context);
    }
    return weight;
  }

  /** Time passes by one minute: it is news while the AS is unstable, and when it no longer is. */
  closeMinute(context: MinuteContext): void {
    const train = this.#train;
    if (train === undefined) return;
    const before = train.score.value;
    train.closeMinute(context.minute, this.#isOut() || this.#isUnseen(context), this.#heard);
    if (before >= unstableScore || train.score.value >= unstableScore) this.#isNews = true;
  }

  endBurstBin(minute: EventMinute): void {
    this.#burst?.endBin(minute);
  }

  /** A quarter-hour begins; `learn` unless what is a day old is older than all that was seen. */
  beginQuarter(quarter: number, learn: boolean): void {
    this.#surprise = undefined;
    this.#history?.baseline.beginQuarter(quarter, this.#train?.inAlarm ?? false, learn);
    this.#train?.beginQuarter(quarter);
    if (this.#train?.isOver(quarter * quarterMinutes * 60)) this.#train = undefined;
    if (this.#train === undefined && this.#history?.baseline.isForgotten) this.#history = undefined;
  }

  /** The prefix is another AS's since this second. */
  disown(prefix: string, second: EventSecond): void {
    if (this.#lost?.[familyOf(prefix)].disown(prefix, second)) this.#isNews = true;
  }

  /** Other peers lack one of its prefixes that are down. */
  recount(event: PrefixEvent): void {
    if (this.#lost?.[familyOf(event.prefix)].recount(event)) this.#isNews = true;
  }

  /** What went before this second and did not come back is no longer counted as lost. */
  writeOff(before: EventSecond): void {
    if (this.#lost === undefined) return;
    for (const family of families) if (this.#lost[family].writeOff(before)) this.#isNews = true;
  }

  /** What there is to say of the minute; then the minute is done. */
  takeScore(context: MinuteContext): AsScore {
    const score = this.#describe(context);
    const reach = this.#reach;
    if (reach?.changed) this.#reach = { ...reach, changed: false };
    this.#isNews = false;
    this.#events = [];
    return reach === undefined ? score : { ...score, reach };
  }

  save(writer: StateWriter): void {
    for (const { ipv4, ipv6 } of [this.#expected, this.#heard]) {
      writer.f64(ipv4);
      writer.f64(ipv6);
    }
    const write = (part: { save(writer: StateWriter): void } | undefined) => {
      writer.u8(part === undefined ? 0 : 1);
      part?.save(writer);
    };
    write(this.#lost?.ipv4);
    write(this.#lost?.ipv6);
    write(this.#train);
    write(this.#history?.baseline);
    write(this.#history?.rhythm);
    write(this.#burst);
    writer.u8(this.#reach === undefined ? 0 : 1);
    if (this.#reach !== undefined) writer.text(JSON.stringify(this.#reach));
  }

  load(reader: StateReader): void {
    for (const counts of [this.#expected, this.#heard]) {
      counts.ipv4 = reader.f64();
      counts.ipv6 = reader.f64();
    }
    const read = <Part extends { load(reader: StateReader): void }>(part: Part): Part | undefined => {
      if (reader.u8() === 0) return undefined;
      part.load(reader);
      return part;
    };
    const ipv4 = read(new LostPrefixes('ipv4'));
    const ipv6 = read(new LostPrefixes('ipv6'));
    this.#lost = ipv4 === undefined || ipv6 === undefined ? undefined : { ipv4, ipv6 };
    this.#train = read(new BeatTrain());
    const baseline = read(new OwnBaseline(0));
    const rhythm = read(new Rhythm());
    this.#history = baseline === undefined || rhythm === undefined ? undefined : { baseline, rhythm };
    this.#burst = read(new BurstSurprise());
    this.#reach = reader.u8() === 0 ? undefined : (JSON.parse(reader.text()) as AsReach);
  }

  #applyLoss(event: PrefixEvent): void {
    if (event.kind === 'down') {
      this.#lost ??= { ipv4: new LostPrefixes('ipv4'), ipv6: new LostPrefixes('ipv6') };
    }
    this.#lost?.[familyOf(event.prefix)].apply(event);
  }

  #isOut(): boolean {
    if (this.#reach?.state === 'down') return true;
    if (this.#lost === undefined) return false;
    const lost = this.#lost.ipv4.uncovered + this.#lost.ipv6.uncovered;
    return lost > 0 && lost >= (1 - outShare) * (this.#expected.ipv4 + this.#expected.ipv6);
  }

  /** Nothing can be said of any of its prefixes. */
  #isUnseen({ frozen }: MinuteContext): boolean {
    return (
      (frozen.ipv4 || this.#expected.ipv4 === 0) &&
      (frozen.ipv6 || this.#expected.ipv6 === 0) &&
      (frozen.ipv4 || frozen.ipv6)
    );
  }

  #describe(context: MinuteContext): AsScore {
    const { minute } = context;
    const periodicity = this.#history?.rhythm.resultants() ?? noRhythm;
    this.#surprise ??= this.#surpriseOf(context);
    return {
      originAs: this.originAs,
      score: this.score,
      surprise: this.#surprise,
      beat: this.#beat(minute, periodicity),
      burst: { z: this.#burst?.z(minute) ?? 0, events: this.#train?.recentEvents(minute) ?? 0 },
      ipv4: this.#visibility('ipv4', context),
      ipv6: this.#visibility('ipv6', context),
      events: scoredEvents(this.#events),
      eventCount: this.#events.length,
    };
  }

  #beat(minute: EventMinute, periodicity: readonly number[]): Beat {
    const train = this.#train?.describe(minute, periodicity) ?? noTrain(periodicity);
    const heardPrefixes = this.#heard.ipv4 + this.#heard.ipv6;
    return { ...train, heardPrefixes, wide: this.#train?.isWide(this.#heard) ?? false };
  }

  #surpriseOf({ learned }: MinuteContext): number {
    const occupied = this.#train?.occupiedQuarters() ?? 0;
    if (occupied === 0) return 0;
    const { probability } = this.#history?.baseline ?? new OwnBaseline(learned);
    return tailSurprise(windowQuarters, occupied, probability);
  }

  #visibility(family: Family, { wholeTable }: MinuteContext): Visibility {
    const expected = this.#expected[family];
    const losses = this.#lost?.[family].describe() ?? noLosses[family];
    // Field by field: a literal into which another object is spread is made the slow way.
    return {
      expected,
      visible: Math.max(0, expected - losses.lost),
      lost: losses.lost,
      covered: losses.covered,
      wholeTable: wholeTable[family],
      firstLostSecond: losses.firstLostSecond,
      lastLostSecond: losses.lastLostSecond,
      lastReturnedSecond: losses.lastReturnedSecond,
      clusterSize: losses.clusterSize,
      clusterFirstSecond: losses.clusterFirstSecond,
      lostPrefixes: losses.lostPrefixes,
      lostBy: losses.lostBy,
      lostBlocks: losses.lostBlocks,
      viaAses: losses.viaAses,
      upstreamAs: losses.upstreamAs,
    };
  }
}

const byTime = (a: PrefixEvent, b: PrefixEvent): number =>
  a.eventSecond - b.eventSecond || compareText(a.prefix, b.prefix);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Path changes last: where there are too many to show, losses are what people want to see. */
function scoredEvents(events: readonly PrefixEvent[]): ScoredEvent[] {
  if (events.length === 0) return [];
  const shown = [
    ...events.filter(({ kind }) => kind !== 'path'),
    ...events.filter(({ kind }) => kind === 'path'),
  ];
  return shown.slice(0, mostEvents).map((event) => ({
    kind: event.kind,
    prefix: event.prefix,
    eventSecond: event.eventSecond,
    covered: event.covered,
    peers: event.peers,
    livePeers: event.livePeers,
    peerAses: event.peerAses,
    livePeerAses: event.livePeerAses,
    newOriginAs: event.newOriginAs,
    peersFor: event.peersFor,
    peersAgainst: event.peersAgainst,
  }));
}
