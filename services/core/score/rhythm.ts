import type { EventSecond } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { remaining } from './half-life.ts';

/** Fixed periods: a search over all periods would find one in any noise. */
export const periodMinutes: readonly number[] = [30, 60, 120, 240, 720, 1440];
/** Old events count half after eight periods, or after the window of a beat if that is longer. */
const halfLifeMinutes = periodMinutes.map((period) => Math.max(8 * period, 6 * 60));

/**
 * Rayleigh R in [0, 1] of the phases of all events at each period: |sum of exp(2 pi i t / T)| / n, both sums decaying
 * with time. They decay alike, so between events R stands still and nothing has to be done.
 */
export class Rhythm {
  /** For each period: cosine sum, sine sum, count. */
  #sums = new Float64Array(3 * periodMinutes.length);
  #lastSecond: EventSecond = 0;
  /** Made from the sums when they are asked for. */
  #resultants: readonly number[] | undefined;

  add(second: EventSecond): void {
    const minutes = (second - this.#lastSecond) / 60;
    for (let i = 0; i < periodMinutes.length; i++) {
      const periodSeconds = periodMinutes[i]! * 60;
      const angle = (2 * Math.PI * (second % periodSeconds)) / periodSeconds;
      const kept = remaining(minutes, halfLifeMinutes[i]!);
      this.#sums[3 * i] = this.#sums[3 * i]! * kept + Math.cos(angle);
      this.#sums[3 * i + 1] = this.#sums[3 * i + 1]! * kept + Math.sin(angle);
      this.#sums[3 * i + 2] = this.#sums[3 * i + 2]! * kept + 1;
    }
    this.#lastSecond = second;
    this.#resultants = undefined;
  }

  /** R at each period; 0 without events. */
  resultants(): readonly number[] {
    this.#resultants ??= periodMinutes.map((_, i) => {
      const [cosine, sine, count] = [this.#sums[3 * i]!, this.#sums[3 * i + 1]!, this.#sums[3 * i + 2]!];
      return count === 0 ? 0 : Math.min(1, Math.sqrt(cosine * cosine + sine * sine) / count);
    });
    return this.#resultants;
  }

  save(writer: StateWriter): void {
    writer.array(this.#sums);
    writer.u32(this.#lastSecond);
  }

  load(reader: StateReader): void {
    this.#sums = reader.f64Array();
    this.#lastSecond = reader.u32();
  }
}
