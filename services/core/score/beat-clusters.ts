import type { EventSecond } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { familyOf } from './prefix-space.ts';

/** Updates closer than this are one event: it absorbs path exploration. */
const quietSeconds = 4 * 60;
/** And yet a cluster is cut, or a regular 3-minute flap train would be one event a day. */
const longestClusterSeconds = 10 * 60;
/** An AS with at most so many prefixes is unstable as soon as one is; a larger one when a quarter of them is. */
const fewPrefixes = 4;
const wideShare = 0.25;

/** Stands for a prefix where it is probes that lost the whole AS, or reach it again. */
export const dataPlane = '';

export interface Crossing {
  readonly second: EventSecond;
  readonly prefix: string;
  /** The only AS next to the origin on the lost paths; 0 if several, none known, or nothing was lost. */
  readonly upstreamAs: number;
}

/** Prefixes of the AS that peers have named, by family. */
export type Heard = Readonly<Record<Family, number>>;

/** The prefixes of a beat that is in force, and what the AS was heard to have when it came into force. */
export interface Measure {
  readonly prefixes: ReadonlySet<string>;
  readonly heard: Heard;
}

/**
 * Merges the crossings of one AS into beat events (detection.md 4.3). A beat event is a cluster in which
 * enough of the AS's prefixes crossed within 4 minutes. It starts at its first crossing, takes
 * in what follows until 4 minutes are quiet, and is cut after 10.
 */
export class BeatClusters {
  /** Crossings that belong to no cluster yet. */
  #recent: Crossing[] = [];
  #startSecond: EventSecond = 0;
  #lastSecond: EventSecond = 0;

  /** The last crossing that belonged to a beat event; 0 if there was none. */
  get lastSecond(): EventSecond {
    return this.#lastSecond;
  }

  /**
   * Returns what now belongs to a beat event; `start` only if the beat event begins with it. While a beat is in
   * force, its own prefixes are measured as when it came into force: what is heard of the AS later does not end it.
   */
  add(
    crossing: Crossing,
    heard: Heard,
    inForce?: Measure,
  ): { readonly start?: EventSecond; readonly members: readonly Crossing[] } {
    const { second } = crossing;
    if (second - this.#lastSecond < quietSeconds && second - this.#startSecond < longestClusterSeconds) {
      this.#lastSecond = second;
      return { members: [crossing] };
    }
    this.#recent = this.#recent.filter((earlier) => second - earlier.second < quietSeconds);
    this.#recent.push(crossing);
    const wide =
      isWide(namesOf(this.#recent), heard) || (inForce !== undefined && isWideOf(this.#recent, inForce));
    if (!wide) return { members: [] };
    const members = this.#recent;
    this.#recent = [];
    this.#startSecond = members[0]!.second;
    this.#lastSecond = second;
    return { start: this.#startSecond, members };
  }

  /** True if nothing before this second can still become part of a beat event. */
  isIdleAt(second: EventSecond): boolean {
    const last = this.#recent.at(-1)?.second ?? this.#lastSecond;
    return second - last >= quietSeconds;
  }

  save(writer: StateWriter): void {
    writer.u32(this.#startSecond);
    writer.u32(this.#lastSecond);
    writer.list(this.#recent, ({ second, prefix, upstreamAs }) => {
      writer.u32(second);
      writer.text(prefix);
      writer.u32(upstreamAs);
    });
  }

  load(reader: StateReader): void {
    this.#startSecond = reader.u32();
    this.#lastSecond = reader.u32();
    this.#recent = reader.list(() => ({
      second: reader.u32(),
      prefix: reader.text(),
      upstreamAs: reader.u32(),
    }));
  }
}

function isWideOf(crossings: readonly Crossing[], { prefixes, heard }: Measure): boolean {
  const own = namesOf(crossings).filter((prefix) => prefixes.has(prefix));
  return own.length > 0 && isWide(own, heard);
}

const namesOf = (crossings: readonly Crossing[]): string[] => [
  ...new Set(crossings.map(({ prefix }) => prefix)),
];

/**
 * Whether these prefixes are enough of the AS: of both families together, or of one alone if it has more than a few prefixes: so a flapping
 * test prefix, alone in its family, is not the instability of a large AS.
 */
export function isWide(prefixes: Iterable<string>, heard: Heard): boolean {
  const all = heard.ipv4 + heard.ipv6;
  if (all <= fewPrefixes) return true;
  const distinct = { ipv4: 0, ipv6: 0 };
  for (const prefix of prefixes) {
    if (prefix === dataPlane) return true;
    distinct[familyOf(prefix)]++;
  }
  return (
    distinct.ipv4 + distinct.ipv6 >= wideShare * all ||
    (heard.ipv4 > fewPrefixes && distinct.ipv4 >= wideShare * heard.ipv4) ||
    (heard.ipv6 > fewPrefixes && distinct.ipv6 >= wideShare * heard.ipv6)
  );
}
