import type { EventSecond } from '#core/event-time.ts';
import type { ArchiveName } from './archive-layout.ts';

/** From `fromSecond` up to `untilSecond`; undefined where there is no bound. */
export interface TimeSpan {
  readonly fromSecond: EventSecond | undefined;
  readonly untilSecond: EventSecond | undefined;
}

/** Of one source. */
export interface Choice<T> {
  readonly rib: T | undefined;
  readonly updates: readonly T[];
  /** Times without an update file: [after, before). */
  readonly gaps: readonly { readonly fromSecond: EventSecond; readonly untilSecond: EventSecond }[];
}

/** The last RIB before `fromSecond`, or the first where there is no bound, and all updates from it on. */
export function choose<T extends ArchiveName>(
  files: readonly T[],
  { fromSecond = Number.NEGATIVE_INFINITY, untilSecond = Number.POSITIVE_INFINITY }: TimeSpan,
  updateSeconds: number,
): Choice<T> {
  const inOrder = files.toSorted((a, b) => a.second - b.second);
  const ribs = inOrder.filter(({ kind, second }) => kind === 'rib' && second < untilSecond);
  const rib = ribs.findLast(({ second }) => second <= fromSecond) ?? (fromSecond > 0 ? undefined : ribs[0]);
  const begin = rib === undefined ? fromSecond : rib.second;
  const updates = inOrder.filter(({ kind, second }) => kind === 'updates' && second < untilSecond);
  // The file before may reach into the time.
  const first = updates.findLastIndex(({ second }) => second <= begin);
  const chosen = updates.slice(Math.max(0, first)).filter(({ second }) => second > begin - 4 * updateSeconds);
  return { rib, updates: chosen, gaps: gapsOf(chosen, begin, untilSecond, updateSeconds) };
}

/** Where more than one file is missing between two: names of old archives are not at whole intervals. */
function gapsOf(
  updates: readonly ArchiveName[],
  begin: EventSecond,
  untilSecond: EventSecond,
  updateSeconds: number,
): { fromSecond: EventSecond; untilSecond: EventSecond }[] {
  const step = Math.max(updateSeconds, usualStep(updates));
  const times = updates.map(({ second }) => second);
  if (Number.isFinite(begin)) times.unshift(begin - step);
  if (Number.isFinite(untilSecond)) times.push(untilSecond);
  return times.flatMap((second, i) =>
    i > 0 && second - times[i - 1]! > 1.6 * step
      ? [{ fromSecond: times[i - 1]! + step, untilSecond: second }]
      : [],
  );
}

/** The median of the times between files: RIS wrote every 15 minutes until 2003. */
function usualStep(updates: readonly ArchiveName[]): number {
  const steps = updates.slice(1).map(({ second }, i) => second - updates[i]!.second);
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
}
