import type { AsMinutes, Denominator, ExpectedDelta, PrefixEvent } from '../contract/as-minutes.ts';
import type { AsReach } from '../contract/as-reach.ts';
import type { AsScores, ScoresContent } from '../contract/as-scores.ts';
import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import type { Step, Wait } from '../step.ts';
import { isExperiment, isExperimentOrigin } from './allow-list.ts';
import { readDenominator, writeDenominator } from './as-minutes-state.ts';
import { quarterMinutes } from './beat-train.ts';
import { BlockMerge, type MergedMinute } from './block-merge.ts';
import { endsBin } from './burst-surprise.ts';
import { CommonCause } from './common-cause.ts';
import { type MinuteContext, Origin } from './origin.ts';
import { lagQuarters, learnedAfterQuarter } from './own-baseline.ts';

/** What has been lost for so long is off the table: it no longer is expected either (detection.md 7.7). */
const writtenOffMinutes = 7 * 24 * 60;

/** Before the first record of any block. */
const unknown: Denominator = {
  livePeers: 0,
  livePeerAses: 0,
  collectors: 0,
  maskedPeers: 0,
  frozen: true,
  wholeTable: false,
};

/**
 * One task for all origin ASes: puts each minute of all address blocks together, decides what concerns
 * many origins at once, and keeps the score, the surprise and the losses of each. Emits of each minute its
 * scores by origin AS, then the common cause if there is one, then one heartbeat.
 */
export class InstabilityScorer implements Step<AsMinutes, AsScores> {
  readonly #merge = new BlockMerge();
  readonly #commonCause = new CommonCause();
  readonly #origins = new Map<number, Origin>();
  #ipv4 = unknown;
  #ipv6 = unknown;
  #firstQuarter: number | undefined;
  /** Weight of the quarter-hours learned of an AS that never had an event. */
  #learned = 0;
  /** Origins that time does something to: by the minute, by the quarter-hour, at the end of the burst bin. */
  readonly #moving = new Set<Origin>();
  readonly #tracked = new Set<Origin>();
  readonly #changedInBin = new Set<Origin>();
  /** Who lost each prefix that is down now. */
  readonly #losers = new Map<string, Origin>();

  apply(input: AsMinutes, emit: (output: AsScores) => void): void {
    this.#merge.add(input);
    while (this.#scoreNext(emit)) {}
  }

  /** A minute a turn: of many minutes that all blocks jump over, unstable ASes are told in each. */
  *applyInTurns(input: AsMinutes, emit: (output: AsScores) => void): Generator<void> {
    this.#merge.add(input);
    while (this.#scoreNext(emit)) yield;
  }

  waitsFor(): Wait | undefined {
    return this.#merge.waitsFor();
  }

  save(writer: StateWriter): void {
    this.#merge.save(writer);
    this.#commonCause.save(writer);
    writeDenominator(writer, this.#ipv4);
    writeDenominator(writer, this.#ipv6);
    writer.u32(this.#firstQuarter ?? 0);
    writer.f64(this.#learned);
    writer.list(this.#origins.values(), (origin) => {
      writer.u32(origin.originAs);
      writer.u8(this.#moving.has(origin) ? 1 : 0);
      writer.u8(this.#changedInBin.has(origin) ? 1 : 0);
      origin.save(writer);
    });
  }

  load(reader: StateReader): void {
    this.#merge.load(reader);
    this.#commonCause.load(reader);
    this.#ipv4 = readDenominator(reader);
    this.#ipv6 = readDenominator(reader);
    this.#firstQuarter = reader.u32() || undefined;
    this.#learned = reader.f64();
    reader.list(() => {
      const origin = this.#origin(reader.u32());
      if (reader.u8() === 1) this.#moving.add(origin);
      if (reader.u8() === 1) this.#changedInBin.add(origin);
      origin.load(reader);
      if (origin.isTracked) this.#tracked.add(origin);
      for (const prefix of origin.lostPrefixes) this.#losers.set(prefix, origin);
    });
  }

  /** True if there was a minute to score. */
  #scoreNext(emit: (output: AsScores) => void): boolean {
    const merged = this.#merge.take();
    if (merged !== undefined) this.#scoreMinute(merged, emit);
    return merged !== undefined;
  }

  #scoreMinute(merged: MergedMinute, emit: (output: AsScores) => void): void {
    const { eventMinute } = merged;
    if (merged.denominators !== undefined) ({ ipv4: this.#ipv4, ipv6: this.#ipv6 } = merged.denominators);
    this.#beginQuarter(eventMinute);
    const context: MinuteContext = {
      minute: eventMinute,
      learned: this.#learned,
      wholeTable: { ipv4: this.#ipv4.wholeTable, ipv6: this.#ipv6.wholeTable },
      frozen: { ipv4: this.#ipv4.frozen, ipv6: this.#ipv6.frozen },
    };
    const news = new Set<Origin>();
    this.#expect(merged.expected, news);
    const events = merged.events.filter(
      ({ kind, originAs, prefix }) => kind !== 'recount' && originAs !== 0 && !isExperiment(originAs, prefix),
    );
    const cause = this.#commonCause.judge(
      eventMinute,
      events.filter((event) => event.kind === 'path'),
    );
    this.#writeOff(eventMinute, news);
    const activeOrigins = this.#applyEvents(events, cause.storm, context, news);
    this.#recount(merged.events, news);
    this.#noteReaches(merged.reaches, context, news);
    let unstableOrigins = 0;
    for (const origin of this.#moving) {
      origin.closeMinute(context);
      if (origin.isUnstable) unstableOrigins++;
      if (origin.isNews) news.add(origin);
      if (!origin.isMoving(eventMinute)) this.#moving.delete(origin);
    }
    this.#endBurstBin(eventMinute);
    const send = (content: ScoresContent) => emit({ eventMinute, content });
    for (const origin of [...news].sort((a, b) => a.originAs - b.originAs)) {
      send({ case: 'score', value: origin.takeScore(context) });
    }
    if (cause.transit !== undefined) send({ case: 'transit', value: cause.transit });
    const [ipv4Frozen, ipv6Frozen] = [this.#ipv4.frozen, this.#ipv6.frozen];
    send({
      case: 'heartbeat',
      value: { activeOrigins, unstableOrigins, storm: cause.storm, ipv4Frozen, ipv6Frozen },
    });
  }

  #expect(deltas: readonly ExpectedDelta[], news: Set<Origin>): void {
    for (const delta of deltas) {
      if (delta.originAs === 0 || isExperimentOrigin(delta.originAs)) continue;
      const origin = this.#origin(delta.originAs);
      origin.expect(delta);
      if (origin.isNews) news.add(origin);
    }
  }

  /** Returns how many origins have events, path changes in a storm included. */
  #applyEvents(
    events: readonly PrefixEvent[],
    storm: boolean,
    context: MinuteContext,
    news: Set<Origin>,
  ): number {
    const groups = byOrigin(events);
    for (const [originAs, ownEvents] of groups) {
      const blamed = storm ? ownEvents.filter((event) => event.kind !== 'path') : ownEvents;
      if (blamed.length === 0) continue;
      const origin = this.#origin(originAs);
      origin.apply(blamed, context);
      this.#changedInBin.add(origin);
      if (origin.isNews) news.add(origin);
      if (origin.isTracked) this.#tracked.add(origin);
      if (origin.isMoving(context.minute)) this.#moving.add(origin);
    }
    this.#settleLosers(events, news);
    return groups.size;
  }

  /** Where a prefix comes back as another AS's, the one that lost it has lost nothing any more. */
  #settleLosers(events: readonly PrefixEvent[], news: Set<Origin>): void {
    for (const { kind, prefix, originAs } of events) {
      if (kind === 'down') this.#losers.set(prefix, this.#origin(originAs));
    }
    for (const { kind, prefix, originAs, eventSecond } of events) {
      if (kind !== 'up') continue;
      const loser = this.#losers.get(prefix);
      if (loser === undefined) continue;
      if (loser.originAs !== originAs) loser.disown(prefix, eventSecond);
      if (loser.isNews) news.add(loser);
      if (!loser.hasLost(prefix)) this.#losers.delete(prefix);
    }
  }

  /** Counted at the end of the minute, after all that happened in it. */
  #recount(events: readonly PrefixEvent[], news: Set<Origin>): void {
    for (const event of events) {
      if (event.kind !== 'recount') continue;
      const loser = this.#losers.get(event.prefix);
      loser?.recount(event);
      if (loser?.isNews) news.add(loser);
    }
  }

  /** A network that probes lose and reach again beats like one whose routes come and go. */
  #noteReaches(reaches: readonly AsReach[], context: MinuteContext, news: Set<Origin>): void {
    for (const reach of reaches) {
      if (isExperimentOrigin(reach.originAs)) continue;
      const origin = this.#origin(reach.originAs);
      origin.noteReach(reach, context);
      news.add(origin);
      if (origin.isTracked) this.#tracked.add(origin);
      if (origin.isMoving(context.minute)) this.#moving.add(origin);
    }
  }

  #writeOff(minute: EventMinute, news: Set<Origin>): void {
    if (minute % 60 !== 0) return;
    for (const [prefix, loser] of this.#losers) {
      loser.writeOff((minute - writtenOffMinutes) * 60);
      if (loser.isNews) news.add(loser);
      if (!loser.hasLost(prefix)) this.#losers.delete(prefix);
    }
  }

  #beginQuarter(minute: EventMinute): void {
    const quarter = Math.floor(minute / quarterMinutes);
    this.#firstQuarter ??= quarter;
    if (minute % quarterMinutes !== 0) return;
    const learn = quarter - lagQuarters >= this.#firstQuarter;
    if (learn) this.#learned = learnedAfterQuarter(this.#learned);
    for (const origin of this.#tracked) {
      origin.beginQuarter(quarter, learn);
      if (!origin.isTracked) this.#tracked.delete(origin);
    }
  }

  #endBurstBin(minute: EventMinute): void {
    if (!endsBin(minute)) return;
    for (const origin of this.#changedInBin) origin.endBurstBin(minute);
    this.#changedInBin.clear();
  }

  #origin(originAs: number): Origin {
    let origin = this.#origins.get(originAs);
    if (origin === undefined) {
      origin = new Origin(originAs);
      this.#origins.set(originAs, origin);
    }
    return origin;
  }
}

/** An origin change concerns the AS that the prefix leaves, and the one that it comes to. */
function byOrigin(events: readonly PrefixEvent[]): Map<number, PrefixEvent[]> {
  const groups = new Map<number, PrefixEvent[]>();
  const add = (originAs: number, event: PrefixEvent) => {
    const group = groups.get(originAs);
    if (group === undefined) groups.set(originAs, [event]);
    else group.push(event);
  };
  for (const event of events) {
    add(event.originAs, event);
    if (event.kind === 'origin' && event.newOriginAs !== 0) add(event.newOriginAs, event);
  }
  return groups;
}
