import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { remaining } from './half-life.ts';

/** A crossing of a beat event makes so many minutes abnormal, its own included. */
export const holdMinutes = 30;
const towards = 1 - remaining(1, 120);
/** A full outage is in force from its third minute. */
const outageMinutes = 3;
/** Far below all thresholds (the lowest is 0.05): here the score ends, so that a quiet AS costs nothing. */
const forgotten = 0.01;

/**
 * S in [0, 1]: how much of recent time was abnormal. It moves once a minute, towards 1 if there was a
 * beat event in the last 30 minutes, else towards 0, with a half-life of 120 minutes. An AS that is wholly out
 * cannot beat, and has not calmed down either: meanwhile S does not fall. (Standing still from the first minute of
 * an outage would lose the beats of networks that are away longer than they are there.) Only `closeMinute` changes it.
 */
export class InstabilityScore {
  #value = 0;
  #minutesOut = 0;

  get value(): number {
    return this.#value;
  }

  closeMinute(minute: EventMinute, lastBeatMinute: EventMinute, out: boolean): void {
    this.#minutesOut = out ? this.#minutesOut + 1 : 0;
    const abnormal = minute - lastBeatMinute < holdMinutes;
    if (!abnormal && this.#minutesOut >= outageMinutes) return;
    this.#value += towards * ((abnormal ? 1 : 0) - this.#value);
    if (!abnormal && this.#value < forgotten) this.#value = 0;
  }

  save(writer: StateWriter): void {
    writer.f64(this.#value);
    writer.u32(this.#minutesOut);
  }

  load(reader: StateReader): void {
    this.#value = reader.f64();
    this.#minutesOut = reader.u32();
  }
}
