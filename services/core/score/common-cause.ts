import { median, medianAbsoluteDeviation } from 'simple-statistics';
import type { PrefixEvent } from '../contract/as-minutes.ts';
import type { TransitScore } from '../contract/as-scores.ts';
import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';

const historyMinutes = 24 * 60;
const leastOrigins = 50;
const deviations = 8;
const sharedPart = 0.7;
/** Convergence after a common cause takes its time: so long it goes on excusing path changes. */
const aftermathMinutes = 10;
const mostSamples = 16;

/**
 * Decides for each minute whether path changes concern so many origins at once that none of them is to
 * blame (detection.md 4.3.5 and 9.4): a leak or a cut of one AS, or a storm.
 */
export class CommonCause {
  /** Origins with path changes in each of the last 24 hours' minutes. */
  #origins = new Uint32Array(historyMinutes);
  #minutes = 0;
  #lastMinute: EventMinute = 0;

  /** `changes`: the minute's path changes. */
  judge(
    minute: EventMinute,
    changes: readonly PrefixEvent[],
  ): { readonly storm: boolean; readonly transit?: TransitScore } {
    const origins = new Set(changes.map((event) => event.originAs)).size;
    const transit = origins < leastOrigins ? undefined : this.#transitScore(origins, changes);
    if (transit !== undefined) this.#lastMinute = minute;
    this.#origins[this.#minutes % historyMinutes] = origins;
    this.#minutes++;
    if (transit !== undefined) return { storm: true, transit };
    return { storm: minute - this.#lastMinute <= aftermathMinutes };
  }

  save(writer: StateWriter): void {
    writer.array(this.#origins);
    writer.u32(this.#minutes);
    writer.u32(this.#lastMinute);
  }

  load(reader: StateReader): void {
    this.#origins = reader.u32Array();
    this.#minutes = reader.u32();
    this.#lastMinute = reader.u32();
  }

  #transitScore(origins: number, changes: readonly PrefixEvent[]): TransitScore | undefined {
    const thresholdOrigins = this.#threshold();
    if (origins < thresholdOrigins) return undefined;
    const viaAses = new Map<string, readonly number[]>();
    for (const { prefix, viaAses: via } of changes) viaAses.set(prefix, via);
    return {
      transitAs: sharedAses([...viaAses.values()])[0] ?? 0,
      prefixes: viaAses.size,
      origins,
      thresholdOrigins,
      samplePrefixes: [...viaAses.keys()].sort().slice(0, mostSamples),
    };
  }

  #threshold(): number {
    const history = Array.from(this.#origins.subarray(0, Math.min(this.#minutes, historyMinutes)));
    if (history.length === 0) return leastOrigins;
    return Math.max(leastOrigins, median(history) + deviations * medianAbsoluteDeviation(history));
  }
}

/** ASes on at least 70 % of the lists: on most of them first, then nearest to the origin. */
export function sharedAses(lists: readonly (readonly number[])[]): number[] {
  const found = new Map<number, { lists: number; places: number }>();
  for (const list of lists) {
    list.forEach((asn, place) => {
      const sum = found.get(asn) ?? { lists: 0, places: 0 };
      sum.lists++;
      sum.places += place;
      found.set(asn, sum);
    });
  }
  return [...found]
    .filter(([, sum]) => sum.lists >= sharedPart * lists.length)
    .sort(
      ([asnA, a], [asnB, b]) => b.lists - a.lists || a.places / a.lists - b.places / b.lists || asnA - asnB,
    )
    .map(([asn]) => asn);
}
