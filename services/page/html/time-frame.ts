import { type EventSecond, formatSecond } from '#core/event-time.ts';
import { dayText } from './words.ts';

/** A stretch of event time that is drawn, in cells of equal length; `toSecond` is exclusive. */
export interface TimeFrame {
  readonly fromSecond: EventSecond;
  readonly toSecond: EventSecond;
  readonly cellSeconds: number;
}

const cellsMax = 480;
const steps = [60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000];
const cellSteps = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** From `from` to `to`, both moved outwards to whole cells; at least ten minutes. */
export function timeFrame(from: EventSecond, to: EventSecond): TimeFrame {
  const span = Math.max(600, to - from);
  const cellSeconds = cellSteps.find((step) => span / step <= cellsMax) ?? Math.ceil(span / cellsMax);
  const fromSecond = Math.max(0, from - (from % cellSeconds));
  return {
    fromSecond,
    toSecond: fromSecond + Math.ceil((from + span - fromSecond) / cellSeconds) * cellSeconds,
    cellSeconds,
  };
}

export const cellCount = ({ fromSecond, toSecond, cellSeconds }: TimeFrame): number =>
  Math.round((toSecond - fromSecond) / cellSeconds);

/** Where a second lies in the frame, in percent of its width. */
export const percentOf = ({ fromSecond, toSecond }: TimeFrame, second: EventSecond): number =>
  Math.round(1e4 * Math.min(1, Math.max(0, (second - fromSecond) / (toSecond - fromSecond)))) / 100;

export interface TimeMark {
  readonly second: EventSecond;
  readonly text: string;
  /** Left out where there is little room. */
  readonly isMinor: boolean;
}

/** Four to nine marks at round times of day. */
export function timeMarks(frame: TimeFrame): TimeMark[] {
  const { fromSecond, toSecond } = frame;
  const step = steps.find((one) => (toSecond - fromSecond) / one <= 9) ?? steps.at(-1)!;
  const first = Math.ceil(fromSecond / step) * step;
  const seconds = Array.from({ length: Math.ceil((toSecond - first) / step) }, (_, i) => first + i * step);
  // Where days begin, they are what one looks for.
  const days = seconds.filter(isMidnight).length;
  const hasFewDays = days >= 2 && days < seconds.length;
  return seconds.map((second, i) => ({
    second,
    text: isMidnight(second) ? dayText(second).slice(0, -5) : formatSecond(second).slice(11, 16),
    isMinor: hasFewDays ? !isMidnight(second) : i % 2 === 1,
  }));
}

const isMidnight = (second: EventSecond): boolean => second % 86_400 === 0;
