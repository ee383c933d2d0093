import type { Beat } from '../contract/as-scores.ts';
import { type EventMinute, type EventSecond, minuteOf } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { BeatClusters, type Crossing, dataPlane, type Heard, isWide, type Measure } from './beat-clusters.ts';
import { holdMinutes, InstabilityScore } from './instability-score.ts';
import { burstiness, evenness, longestGap, rateRatio } from './train-statistics.ts';

/** The window is cut into quarter-hours of the clock; the last one is the one that is running. */
export const quarterMinutes = 15;
export const windowQuarters = 24;
const quarterSeconds = quarterMinutes * 60;
const recentQuarters = 8;
const quartersAnHour = 4;
/** The scores at which a beat is an alarm, at which it no longer is, and below which it has not begun. */
const alarmScore = 0.5;
const leaveScore = 0.25;
const onsetScore = 0.05;
const mostPrefixes = 64;

export const quarterOf = (second: EventSecond): number => Math.floor(second / quarterSeconds);

/** What of a Beat the train decides. */
type Train = Omit<Beat, 'heardPrefixes' | 'wide'>;

interface Member {
  lastSecond: EventSecond;
  upstreamAs: number;
}

/** The beat events of one AS in the last 6 hours, and its score. Exists while there is something to remember. */
export class BeatTrain {
  readonly score = new InstabilityScore();
  readonly #clusters = new BeatClusters();
  /** Starts of the beat events in the window, ascending. */
  #starts: EventSecond[] = [];
  /** The prefixes that took part in them. */
  readonly #members = new Map<string, Member>();
  /** What stands still between beat events and quarter-hours; made from the rest when it is asked for. */
  #described: Omit<Train, 'longestGapMinutes'> | undefined;
  #longestGapSeconds = 0;
  #onsetSecond: EventSecond = 0;
  /** From the alarm on until it is left. */
  #inForce: Measure | undefined;

  get inAlarm(): boolean {
    return this.score.value >= alarmScore;
  }

  /** True while minutes can change the score. */
  isMoving(minute: EventMinute): boolean {
    return this.score.value > 0 || minute - this.#lastMinute() < holdMinutes;
  }

  /** Takes a crossing; returns the start of a beat event if one begins with it. */
  add(crossing: Crossing, heard: Heard): EventSecond | undefined {
    const lastMinute = this.#lastMinute();
    const { start, members } = this.#clusters.add(crossing, heard, this.#inForce);
    if (members.length > 0) this.#described = undefined;
    for (const { prefix, second, upstreamAs } of members) {
      const member = this.#members.get(prefix);
      if (member === undefined) {
        this.#members.set(prefix, { lastSecond: second, upstreamAs });
      } else {
        member.lastSecond = second;
        if (upstreamAs !== 0) member.upstreamAs = upstreamAs;
      }
    }
    if (start === undefined) return undefined;
    if (this.score.value < onsetScore && minuteOf(start) - lastMinute >= holdMinutes) {
      this.#onsetSecond = start;
    }
    this.#starts.push(start);
    return start;
  }

  /** Whether its prefixes are enough of what was heard of the AS by now. */
  isWide(heard: Heard): boolean {
    return isWide(this.#members.keys(), heard);
  }

  closeMinute(minute: EventMinute, out: boolean, heard: Heard): void {
    this.score.closeMinute(minute, this.#lastMinute(), out);
    if (this.#inForce === undefined) {
      if (this.inAlarm) this.#inForce = { prefixes: new Set(this.#members.keys()), heard: { ...heard } };
    } else if (this.score.value <= leaveScore) this.#inForce = undefined;
  }

  /** Beat events that started in the last 30 minutes. */
  recentEvents(minute: EventMinute): number {
    const from = (minute + 1 - holdMinutes) * 60;
    let events = 0;
    while (events < this.#starts.length && this.#starts.at(-1 - events)! >= from) events++;
    return events;
  }

  occupiedQuarters(): number {
    return new Set(this.#starts.map(quarterOf)).size;
  }

  /** A quarter-hour begins, and one leaves the window. */
  beginQuarter(quarter: number): void {
    const from = (quarter + 1 - windowQuarters) * quarterSeconds;
    const [first] = this.#starts;
    if (first !== undefined && first < from) this.#starts = this.#starts.filter((start) => start >= from);
    for (const [prefix, { lastSecond }] of this.#members) {
      if (lastSecond < from) this.#members.delete(prefix);
    }
    this.#described = undefined;
  }

  /** True if a new train would say the same. */
  isOver(second: EventSecond): boolean {
    return this.score.value === 0 && this.#starts.length === 0 && this.#clusters.isIdleAt(second);
  }

  describe(minute: EventMinute, periodicity: readonly number[]): Train {
    this.#described ??= this.#describe(quarterOf(minute * 60), periodicity);
    const last = this.#starts.at(-1) ?? 0;
    const gapSeconds = Math.max(this.#longestGapSeconds, (minute + 1) * 60 - last);
    return {
      ...this.#described,
      longestGapMinutes: Math.min(minuteOf(gapSeconds), windowQuarters * quarterMinutes),
    };
  }

  save(writer: StateWriter): void {
    this.score.save(writer);
    this.#clusters.save(writer);
    writer.array(Uint32Array.from(this.#starts));
    writer.list(this.#members, ([prefix, { lastSecond, upstreamAs }]) => {
      writer.text(prefix);
      writer.u32(lastSecond);
      writer.u32(upstreamAs);
    });
    writer.u32(this.#onsetSecond);
    writer.list(this.#inForce?.prefixes ?? [], (prefix) => writer.text(prefix));
    writer.u32(this.#inForce?.heard.ipv4 ?? 0);
    writer.u32(this.#inForce?.heard.ipv6 ?? 0);
  }

  load(reader: StateReader): void {
    this.score.load(reader);
    this.#clusters.load(reader);
    this.#starts = [...reader.u32Array()];
    reader.list(() =>
      this.#members.set(reader.text(), { lastSecond: reader.u32(), upstreamAs: reader.u32() }),
    );
    this.#onsetSecond = reader.u32();
    const prefixes = new Set(reader.list(() => reader.text()));
    const heard = { ipv4: reader.u32(), ipv6: reader.u32() };
    this.#inForce = prefixes.size === 0 ? undefined : { prefixes, heard };
  }

  #describe(lastQuarter: number, periodicity: readonly number[]): Omit<Train, 'longestGapMinutes'> {
    const starts = this.#starts;
    const [first = 0, last = 0] = [starts[0], starts.at(-1)];
    const from = (lastQuarter + 1 - windowQuarters) * quarterSeconds;
    const split = (lastQuarter + 1 - recentQuarters) * quarterSeconds;
    const quarters = this.occupiedQuarters();
    const hours = new Set(
      starts.map((start) => Math.floor((lastQuarter - quarterOf(start)) / quartersAnHour)),
    );
    const prefixes = [...this.#members.keys()].filter((prefix) => prefix !== dataPlane).sort();
    this.#longestGapSeconds = longestGap(starts, from);
    return {
      events: starts.length,
      activeQuarters: quarters,
      activeHours: hours.size,
      spanMinutes: minuteOf(last - first),
      onsetSecond: this.#onsetSecond,
      lastEventSecond: last,
      evenness: evenness(quarters, windowQuarters, starts.length),
      burstiness: burstiness(starts),
      periodicity,
      rateRatio: rateRatio(starts, split, recentQuarters, windowQuarters - recentQuarters),
      prefixes: prefixes.slice(0, mostPrefixes),
      prefixCount: prefixes.length,
      upstreamAs: this.#onlyUpstream(),
      byProbes: this.#members.has(dataPlane),
    };
  }

  /** Of the last crossing of the last beat event. */
  #lastMinute(): EventMinute {
    return minuteOf(this.#clusters.lastSecond);
  }

  #onlyUpstream(): number {
    const upstreams = new Set<number>();
    for (const { upstreamAs } of this.#members.values()) if (upstreamAs !== 0) upstreams.add(upstreamAs);
    return upstreams.size === 1 ? [...upstreams][0]! : 0;
  }
}

/** Of an AS that has none. */
export const noTrain = (periodicity: readonly number[]): Train => ({
  events: 0,
  activeQuarters: 0,
  activeHours: 0,
  spanMinutes: 0,
  longestGapMinutes: windowQuarters * quarterMinutes,
  onsetSecond: 0,
  lastEventSecond: 0,
  evenness: 0,
  burstiness: 0,
  periodicity,
  rateRatio: 0,
  prefixes: [],
  prefixCount: 0,
  upstreamAs: 0,
  byProbes: false,
});
