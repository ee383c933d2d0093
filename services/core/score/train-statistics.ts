import { mean, standardDeviation } from 'simple-statistics';
import type { EventSecond } from '../event-time.ts';

/** What a train of events in a window says (detection.md 4.2). Seconds ascend. */

/** The longest stretch without an event up to the last one, from the window's edge on, in seconds. */
export function longestGap(seconds: readonly EventSecond[], from: EventSecond): number {
  let longest = 0;
  let previous = from;
  for (const second of seconds) {
    longest = Math.max(longest, second - previous);
    previous = second;
  }
  return longest;
}

/** Occupied bins over those that as many independent events would be expected to occupy; 0 without events. */
export function evenness(occupiedBins: number, bins: number, events: number): number {
  return events === 0 ? 0 : occupiedBins / (bins * (1 - (1 - 1 / bins) ** events));
}

/**
 * Burstiness B_n in [-1, 1] of the gaps between events, corrected for their number (Kim and Jo,
 * "Measuring burstiness for finite event sequences", 2016): -1 a metronome, 0 at random, 1 one burst. 0 for less than 3 gaps.
 */
export function burstiness(seconds: readonly EventSecond[]): number {
  const gaps = seconds.slice(1).map((second, i) => second - seconds[i]!);
  const n = gaps.length;
  if (n < 3) return 0;
  const meanGap = mean(gaps);
  if (meanGap === 0) return 0;
  const r = standardDeviation(gaps) / meanGap;
  return (Math.sqrt(n + 1) * r - Math.sqrt(n - 1)) / ((Math.sqrt(n + 1) - 2) * r + Math.sqrt(n - 1));
}

/** How often events come since `split` over how often before it, where these spans are so long; 0 without any before. */
export function rateRatio(
  seconds: readonly EventSecond[],
  split: EventSecond,
  spanSince: number,
  spanBefore: number,
): number {
  const before = seconds.filter((second) => second < split).length;
  return before === 0 ? 0 : (seconds.length - before) / spanSince / (before / spanBefore);
}
