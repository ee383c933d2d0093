import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { expected, heard } from './prefix-flags.ts';
import { weekMinutes } from './up-time.ts';

/** From the seventh day of the stream on, what is expected follows from the last 7 days. */
const learningMinutes = 6 * 24 * 60;
const hourMinutes = 60;
/** Share of the last 7 days that a prefix must be up to be expected: 80 %. */
const upPercent = 80;

/** Changes in the number of an origin AS's expected prefixes, and of those of them that peers themselves have named. */
interface ExpectedChange {
  expected: number;
  heard: number;
}

/** By origin AS. */
export type ExpectedChanges = ReadonlyMap<number, Readonly<ExpectedChange>>;

/** Which prefixes count in what their origin ASes are expected to announce, and how that changed in the open minute. */
export class ExpectedSet {
  #firstMinute: EventMinute | undefined;
  #sweptHour = 0;
  #changes = new Map<number, ExpectedChange>();

  /** Until then a prefix is expected once it is known. */
  isLearning = (minute: EventMinute): boolean =>
    this.#firstMinute === undefined || minute < this.#firstMinute + learningMinutes;

  /** The whole hour to sweep for at the beginning of this minute, if one is due. */
  beginMinute(minute: EventMinute): EventMinute | undefined {
    this.#firstMinute ??= minute;
    const hour = Math.floor(minute / hourMinutes);
    if (hour === this.#sweptHour) return undefined;
    this.#sweptHour = hour;
    return this.isLearning(minute) ? undefined : hour * hourMinutes;
  }

  /** Whether a prefix is expected after a sweep. One that is down stays until it has been down for 7 days. */
  belongs(flags: number, isUp: boolean, downMinutes: number, week: { up: number; known: number }): boolean {
    const isExpected = (flags & expected) !== 0;
    if (!isUp) return isExpected && downMinutes < weekMinutes;
    const past = isExpected ? week.known : weekMinutes;
    return week.up * 100 >= past * upPercent;
  }

  /** A prefix with these flags begins (1) or ceases (-1) to count for the AS. */
  add(originAs: number, flags: number, prefixes: 1 | -1): void {
    if ((flags & expected) === 0) return;
    const change = this.#changes.get(originAs) ?? { expected: 0, heard: 0 };
    change.expected += prefixes;
    if ((flags & heard) !== 0) change.heard += prefixes;
    this.#changes.set(originAs, change);
  }

  /** Hands over the changes of the minute that is closed. */
  takeChanges(): ExpectedChanges {
    const changes = this.#changes;
    this.#changes = new Map();
    return changes;
  }

  save(writer: StateWriter): void {
    writer.u8(this.#firstMinute === undefined ? 0 : 1);
    writer.u32(this.#firstMinute ?? 0);
    writer.u32(this.#sweptHour);
  }

  load(reader: StateReader): void {
    const hasBegun = reader.u8() === 1;
    const firstMinute = reader.u32();
    this.#firstMinute = hasBegun ? firstMinute : undefined;
    this.#sweptHour = reader.u32();
  }
}
