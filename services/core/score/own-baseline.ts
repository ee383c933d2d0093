import type { StateReader, StateWriter } from '../state.ts';
import { remaining } from './half-life.ts';

const quartersPerDay = 96;
/** Beta prior of the share of occupied quarter-hours, pooled over all ASes. */
const priorOccupied = 0.5;
const priorQuiet = 250;
const keptAQuarter = remaining(1, 30 * quartersPerDay);
/** A quarter-hour is learned when it is so old. */
export const lagQuarters = quartersPerDay;
/** Alarms keep quarter-hours out of the baseline for so long; then this is what the AS is like. */
const longestFreezeQuarters = 7 * quartersPerDay;
/** Less than this and the AS is as good as one that never had an event: three half-lives after its last one. */
const forgottenOccupied = 1 / 8;

/**
 * What share of quarter-hours an AS usually has beat events in: p0, in (0, 1). A beat must not become its own
 * excuse, nor what led up to it: a quarter-hour is learned a day later, and only if there was no alarm in it or since.
 */
export class OwnBaseline {
  #occupied = 0;
  #learned: number;
  /** Occupied quarter-hours that are not a day old, ascending. */
  #waiting: number[] = [];
  #lastAlarmQuarter = 0;
  #frozenQuarters = 0;

  /** `learned`: weight of the quarter-hours that have been seen of an AS without any event. */
  constructor(learned: number) {
    this.#learned = learned;
  }

  get probability(): number {
    return (priorOccupied + this.#occupied) / (priorOccupied + priorQuiet + this.#learned);
  }

  get isForgotten(): boolean {
    return this.#occupied < forgottenOccupied && this.#waiting.length === 0;
  }

  occupy(quarter: number): void {
    if (this.#waiting.at(-1) !== quarter) this.#waiting.push(quarter);
  }

  /** A quarter-hour begins; `inAlarm` says how the one before it ended, `learn` whether a day ago anything was seen. */
  beginQuarter(quarter: number, inAlarm: boolean, learn: boolean): void {
    if (inAlarm) this.#lastAlarmQuarter = quarter - 1;
    const leaving = quarter - lagQuarters;
    let occupied = false;
    while (this.#waiting.length > 0 && this.#waiting[0]! <= leaving)
      occupied = this.#waiting.shift() === leaving;
    if (!learn) return;
    const excluded = this.#lastAlarmQuarter >= leaving;
    this.#frozenQuarters = excluded ? this.#frozenQuarters + 1 : 0;
    if (excluded && this.#frozenQuarters <= longestFreezeQuarters) return;
    this.#occupied = this.#occupied * keptAQuarter + (occupied ? 1 : 0);
    this.#learned = learnedAfterQuarter(this.#learned);
  }

  save(writer: StateWriter): void {
    writer.f64(this.#occupied);
    writer.f64(this.#learned);
    writer.array(Uint32Array.from(this.#waiting));
    writer.u32(this.#lastAlarmQuarter);
    writer.u32(this.#frozenQuarters);
  }

  load(reader: StateReader): void {
    this.#occupied = reader.f64();
    this.#learned = reader.f64();
    this.#waiting = [...reader.u32Array()];
    this.#lastAlarmQuarter = reader.u32();
    this.#frozenQuarters = reader.u32();
  }
}

/** The weight of all quarter-hours learned, one quarter-hour later. */
export const learnedAfterQuarter = (learned: number): number => learned * keptAQuarter + 1;
