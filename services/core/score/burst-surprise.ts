import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { remaining } from './half-life.ts';

export const binMinutes = 10;
/** The AS's own past: a week of 10-minute bins. */
const halfLifeBins = (7 * 24 * 60) / binMinutes;
const gain = 1 - remaining(1, halfLifeBins);
/** What any AS is granted, pooled: three prefixes lost in 10 minutes by an AS that never lost one are 6 sigma. */
const leastSigma = Math.log1p(3) / 6;
/** A bin teaches at most so many sigma above the mean: one storm does not make the next one normal. */
const learnedSigmas = 3;

/**
 * How unusual the changes of the last 10 minutes are for this AS: z of log1p of their weighted number. Mean and
 * mean square decay alike over bins without a change, so these need no work; only `endBin` changes what is kept.
 */
export class BurstSurprise {
  #mean = 0;
  #meanSquare = 0;
  #lastBin = 0;
  /** Changes of the last 10 minutes: minute, weight, minute, weight, ... */
  #changes: number[] = [];

  add(minute: EventMinute, weight: number): void {
    this.#changes = this.#changesSince(minute - binMinutes);
    this.#changes.push(minute, weight);
  }

  z(minute: EventMinute): number {
    const { mean, sigma } = this.#past(binOf(minute) - 1);
    return (this.#level(minute) - mean) / sigma;
  }

  /** Learns the bin that ends with this minute. */
  endBin(minute: EventMinute): void {
    const bin = binOf(minute);
    const { mean, sigma } = this.#past(bin - 1);
    const level = Math.min(this.#level(minute), mean + learnedSigmas * sigma);
    const kept = remaining(bin - this.#lastBin, halfLifeBins);
    this.#mean = this.#mean * kept + gain * level;
    this.#meanSquare = this.#meanSquare * kept + gain * level * level;
    this.#lastBin = bin;
    this.#changes = this.#changesSince(minute - binMinutes);
  }

  save(writer: StateWriter): void {
    writer.f64(this.#mean);
    writer.f64(this.#meanSquare);
    writer.u32(this.#lastBin);
    writer.array(Float64Array.from(this.#changes));
  }

  load(reader: StateReader): void {
    this.#mean = reader.f64();
    this.#meanSquare = reader.f64();
    this.#lastBin = reader.u32();
    this.#changes = [...reader.f64Array()];
  }

  #level(minute: EventMinute): number {
    let sum = 0;
    for (let i = 0; i < this.#changes.length; i += 2) {
      if (this.#changes[i]! > minute - binMinutes) sum += this.#changes[i + 1]!;
    }
    return Math.log1p(sum);
  }

  #past(bin: number): { readonly mean: number; readonly sigma: number } {
    const kept = remaining(bin - this.#lastBin, halfLifeBins);
    const mean = this.#mean * kept;
    const variance = this.#meanSquare * kept - mean * mean;
    return { mean, sigma: Math.max(leastSigma, Math.sqrt(Math.max(0, variance))) };
  }

  #changesSince(minute: EventMinute): number[] {
    const first = this.#changes.findIndex((value, i) => i % 2 === 0 && value > minute);
    return first < 0 ? [] : this.#changes.slice(first);
  }
}

const binOf = (minute: EventMinute): number => Math.floor(minute / binMinutes);
export const endsBin = (minute: EventMinute): boolean => minute % binMinutes === binMinutes - 1;
