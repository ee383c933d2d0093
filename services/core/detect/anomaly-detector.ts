import type { Anomaly } from '../contract/anomalies.ts';
import type { AsScores, Heartbeat, TransitScore } from '../contract/as-scores.ts';
import type { EventMinute } from '../event-time.ts';
import { GroupWatch } from '../group/group-watch.ts';
import { Mutes } from '../group/mutes.ts';
import type { WatchFile } from '../group/watch-file.ts';
import { families } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import type { Step } from '../step.ts';
import { type AsState, emptyAs, forget, type Minute, takeScore, withAllFields } from './as-state.ts';
import { decideBeat } from './beats.ts';
import { findCommonCauses } from './common-cause.ts';
import { decideDataPlane } from './data-plane.ts';
import { endOf, IncidentBook } from './incident-book.ts';
import { decideOutages } from './outages.ts';
import { decideSchedule } from './schedules.ts';
import { decideTransits } from './transits.ts';
import { noteWitnesses } from './witnesses.ts';

const nothingWatched: WatchFile = { hash: '', groups: [], mutes: [] };

const minutesOfDay = 1440;

/** Each AS has its minute of the day, in which what is over is forgotten. */
const dailyLook = (originAs: number, minute: EventMinute): EventMinute =>
  minute + minutesOfDay - ((minute + originAs) % minutesOfDay);

/** Of a score that was taken in they are known already. */
const withoutLostPrefixes = (key: string, value: unknown): unknown =>
  key === 'lostPrefixes' || key === 'lostBy' ? undefined : value;

/**
 * The states and incidents of every subject (detection.md 4.4 with 7 and 9). Scores are taken in as they come;
 * the heartbeat of a minute decides it. Of an AS that is not scored in a minute the last score's visibility still holds, and
 * its score is below 0.25.
 */
export class AnomalyDetector implements Step<AsScores, Anomaly> {
  #ases = new Map<number, AsState>();
  readonly #book = new IncidentBook();
  /** ASes to look at in a minute although nothing may happen to them: a time limit is reached then. */
  #due = new Map<EventMinute, Set<number>>();
  /** The minute that was decided last; undefined where this is not known. */
  #decidedMinute: EventMinute | undefined;
  readonly #groups: GroupWatch;
  readonly #mutes: Mutes;
  #transits: TransitScore[] = [];
  #ticks = { ipv4: 0, ipv6: 0 };

  constructor(watchFile: WatchFile = nothingWatched) {
    this.#groups = new GroupWatch(watchFile);
    this.#mutes = new Mutes(watchFile);
  }

  apply({ eventMinute, content }: AsScores, emit: (anomaly: Anomaly) => void): void {
    switch (content.case) {
      case 'score': {
        const { originAs } = content.value;
        let state = this.#ases.get(originAs);
        if (state === undefined) {
          state = emptyAs(originAs);
          this.#ases.set(originAs, state);
        }
        takeScore(state, content.value, eventMinute, this.#ticks);
        this.#lookAt(state, eventMinute);
        return;
      }
      case 'transit':
        this.#transits.push(content.value);
        return;
      case 'heartbeat':
        this.#decide(eventMinute, content.value, emit);
    }
  }

  #decide(minute: EventMinute, heartbeat: Heartbeat, emit: (anomaly: Anomaly) => void): void {
    const frozen = { ipv4: heartbeat.ipv4Frozen, ipv6: heartbeat.ipv6Frozen };
    for (const family of families) if (!frozen[family]) this.#ticks[family]++;
    const now: Minute = { minute, eventSecond: endOf(minute), ticks: { ...this.#ticks }, frozen };
    for (const originAs of this.#takeDue(minute)) this.#decideAs(this.#ases.get(originAs), now);
    findCommonCauses(this.#book, this.#ases, now.eventSecond);
    decideTransits(this.#transits, now, this.#book);
    this.#transits = [];
    this.#groups.decide(now, this.#ases, this.#book);
    this.#mutes.mark(this.#book, now.eventSecond);
    this.#book.flush(now.eventSecond, emit);
  }

  /** The ASes to look at now, in order: also those whose minute was jumped over. */
  #takeDue(minute: EventMinute): number[] {
    const isNext = this.#decidedMinute === minute - 1;
    const minutes = isNext ? [minute] : [...this.#due.keys()].filter((one) => one <= minute);
    this.#decidedMinute = minute;
    const due = minutes.flatMap((one) => [...(this.#due.get(one) ?? [])]);
    for (const one of minutes) this.#due.delete(one);
    return due.sort((a, b) => a - b);
  }

  #decideAs(state: AsState | undefined, now: Minute): void {
    if (state?.dueMinute === undefined || state.dueMinute > now.minute) return;
    state.dueMinute = undefined;
    const book = this.#book;
    let next = decideBeat(state, now, book);
    for (const family of families) next = Math.min(next, decideOutages(state, family, now, book));
    next = Math.min(next, decideSchedule(state, now, book));
    next = Math.min(next, decideDataPlane(state, now, book));
    noteWitnesses(state, now, book);
    this.#groups.note(state, book);
    state.score = undefined;
    if (forget(state, now.eventSecond)) this.#ases.delete(state.originAs);
    else this.#lookAt(state, Math.max(Math.min(next, dailyLook(state.originAs, now.minute)), now.minute + 1));
  }

  /** Of several minutes the earliest counts. */
  #lookAt(state: AsState, minute: EventMinute): void {
    if (state.dueMinute !== undefined && state.dueMinute <= minute) return;
    state.dueMinute = minute;
    const { originAs } = state;
    const due = this.#due.get(minute);
    if (due === undefined) this.#due.set(minute, new Set([originAs]));
    else due.add(originAs);
  }

  save(writer: StateWriter): void {
    writer.f64(this.#ticks.ipv4);
    writer.f64(this.#ticks.ipv6);
    writer.text(JSON.stringify([...this.#ases.values()], withoutLostPrefixes));
    writer.text(JSON.stringify([...this.#due].map(([minute, ases]) => [minute, [...ases]])));
    writer.text(JSON.stringify(this.#transits));
    writer.text(this.#book.save());
    writer.text(this.#groups.save());
  }

  load(reader: StateReader): void {
    this.#ticks = { ipv4: reader.f64(), ipv6: reader.f64() };
    const ases = JSON.parse(reader.text()) as AsState[];
    this.#ases = new Map(ases.map((state) => [state.originAs, withAllFields(state)]));
    const due = JSON.parse(reader.text()) as [EventMinute, number[]][];
    this.#due = new Map(due.map(([minute, origins]) => [minute, new Set(origins)]));
    this.#transits = JSON.parse(reader.text()) as TransitScore[];
    this.#book.load(reader.text());
    this.#groups.load(reader.text(), this.#ases, this.#book);
  }
}
