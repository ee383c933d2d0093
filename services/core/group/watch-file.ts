import type { EventSecond } from '../event-time.ts';

/** What somebody watches: things that have names, and when nobody is to be woken. */
export interface WatchFile {
  /** Of its bytes: two runs over the same log with the same hash say the same. */
  readonly hash: string;
  readonly groups: readonly Group[];
  readonly mutes: readonly Mute[];
}

/** A country, a set of ASes, a list of prefixes, or any of them together. */
export interface Group {
  /** "KP": of the subject "group:KP". */
  readonly name: string;
  /** "North Korea"; empty where it has none. */
  readonly title: string;
  readonly ases: readonly GroupAs[];
  /** As they are announced. Each weighs its own address space. */
  readonly prefixes: readonly string[];
}

/** An AS with all its prefixes. It weighs the address space that it announces. */
export interface GroupAs {
  readonly asn: number;
  readonly slash24s: number;
  readonly slash48s: number;
}

/** For so long the incidents of the subject wake nobody; of a group, those of its ASes too. */
export interface Mute {
  /** "group:KP", "as:131279", "transit:3356". */
  readonly subject: string;
  readonly fromSecond: EventSecond;
  readonly untilSecond: EventSecond;
  readonly reason: string;
}

export const groupSubject = (name: string): string => `group:${name}`;
