import type { StateReader, StateWriter } from '../state.ts';
import { remaining } from './half-life.ts';

const quartersPerDay = 96;
/** Beta prior of the share of occupied quarter-hours, pooled over all ASes. */
const priorOccupied = 0.5;
const priorQuiet = 250;
const keptAQuarter = remaining(1, 30 * quartersPerDay);
/** An alarm keeps its own quarter-hours out of the baseline for so long; then it is what the AS is like. */
const longestFreezeQuarters = 7 * quartersPerDay;
/** Less than this and the AS is as good as one that never had an event (three half-lives after its last one). */
const forgottenOccupied = 1 / 8;

/**
 * What share of quarter-hours an AS usually has beat events in: p0, in (0, 1).
 * A quarter-hour is learned when it leaves the window that is tested against p0, so
 * that a beat does not become its own excuse; one in which the AS was in alarm is not.
 */
export class OwnBaseline {
  #occupied = 0;
  #learned: number;
  #frozenQuarters = 0;

  /** `learned`: weight of the quarter-hours that have been seen of an AS without any event. */
  constructor(learned: number) {
    this.#learned = learned;
  }

  get probability(): number {
    return (priorOccupied + this.#occupied) / (priorOccupied + priorQuiet + this.#learned);
  }

  get isForgotten(): boolean {
    return this.#occupied < forgottenOccupied;
  }

  learn(occupied: boolean, inAlarm: boolean): void {
    this.#frozenQuarters = inAlarm ? this.#frozenQuarters + 1 : 0;
    if (inAlarm && this.#frozenQuarters <= longestFreezeQuarters) return;
    this.#occupied = this.#occupied * keptAQuarter + (occupied ? 1 : 0);
    this.#learned = learnedAfterQuarter(this.#learned);
  }

  save(writer: StateWriter): void {
    writer.f64(this.#occupied);
    writer.f64(this.#learned);
    writer.u32(this.#frozenQuarters);
  }

  load(reader: StateReader): void {
    this.#occupied = reader.f64();
    this.#learned = reader.f64();
    this.#frozenQuarters = reader.u32();
  }
}

/** The weight of all quarter-hours learned, one quarter-hour later. */
export const learnedAfterQuarter = (learned: number): number => learned * keptAQuarter + 1;
