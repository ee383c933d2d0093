import type { EventMinute } from '#core/event-time.ts';

/** S, Z and the lost prefixes of one AS at one minute. */
export interface ScorePoint {
  readonly minute: EventMinute;
  readonly score: number;
  readonly surprise: number;
  readonly lost: number;
}

const pointsMax = 2880;
const keptMinutes = 35 * 1440;

/**
 * The minute scores of one AS, oldest first. Of too many, those of more than five weeks ago go; if that is not enough,
 * two become one, with the higher values: long histories get coarser, never longer.
 */
export class ScoreSeries {
  #minutes: number[] = [];
  #scores: number[] = [];
  #surprises: number[] = [];
  #lost: number[] = [];

  get length(): number {
    return this.#minutes.length;
  }

  add({ minute, score, surprise, lost }: ScorePoint): void {
    const last = this.#minutes.at(-1);
    if (last !== undefined && minute <= last) return;
    this.#minutes.push(minute);
    this.#scores.push(score);
    this.#surprises.push(surprise);
    this.#lost.push(lost);
    if (this.length > pointsMax) this.#shorten(minute - keptMinutes);
  }

  /** Those in [from, to). */
  between(from: EventMinute, to: EventMinute): ScorePoint[] {
    const points: ScorePoint[] = [];
    for (let i = this.#firstFrom(from); i < this.length && this.#minutes[i]! < to; i++)
      points.push(this.#at(i));
    return points;
  }

  #at(i: number): ScorePoint {
    return {
      minute: this.#minutes[i]!,
      score: this.#scores[i]!,
      surprise: this.#surprises[i]!,
      lost: this.#lost[i]!,
    };
  }

  #firstFrom(minute: EventMinute): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#minutes[middle]! < minute) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #shorten(oldest: EventMinute): void {
    let kept = this.between(oldest, Number.POSITIVE_INFINITY);
    if (kept.length > (pointsMax * 3) / 4) kept = inPairs(kept);
    this.#minutes = kept.map(({ minute }) => minute);
    this.#scores = kept.map(({ score }) => score);
    this.#surprises = kept.map(({ surprise }) => surprise);
    this.#lost = kept.map(({ lost }) => lost);
  }
}

/** The last stays alone, so that the latest minute is exact. */
function inPairs(points: readonly ScorePoint[]): ScorePoint[] {
  const pairs: ScorePoint[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const one = points[i]!;
    const other = points[i + 1] ?? one;
    pairs.push({
      minute: one.minute,
      score: Math.max(one.score, other.score),
      surprise: Math.max(one.surprise, other.surprise),
      lost: Math.max(one.lost, other.lost),
    });
  }
  return pairs;
}
