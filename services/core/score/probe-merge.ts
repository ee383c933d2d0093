import type { AsReach, ProbeMinute } from '../contract/as-reach.ts';
import { type EventMinute, firstSecondOf } from '../event-time.ts';
import { absentMinutes } from '../probe/as-belief.ts';
import { patienceMinutes } from '../probe/probe-sources.ts';
import type { StateReader, StateWriter } from '../state.ts';

/**
 * The minutes of the probes beside those of the address blocks. Where no source of probes is open nobody waits for any, and where all may
 * die without a word, no longer than a few minutes: what comes later counts in the minute that is open then. Probes from which nothing came for
 * long say nothing, until something comes again.
 */
export class ProbeMerge {
  #isOpen = false;
  #isLive = false;
  /** The last minute that probes were complete through. */
  #through: EventMinute = 0;
  /** Not yet taken, in order of time; minutes without news are left out. */
  #waiting: { readonly eventMinute: EventMinute; readonly reaches: readonly AsReach[] }[] = [];

  /** By AS, what probes said last, where that is not that they say nothing. */
  #said = new Map<number, AsReach>();
  #isSilent = false;

  add(eventMinute: EventMinute, { open, live, reaches }: ProbeMinute): void {
    this.#isOpen = open;
    this.#isLive = live;
    this.#through = eventMinute;
    if (reaches.length > 0) this.#waiting.push({ eventMinute, reaches });
  }

  /** True while the minute must wait for its probes; all blocks are complete through the other one. */
  isAwaited(minute: EventMinute, blocksThrough: EventMinute): boolean {
    if (!this.#isOpen || this.#through >= minute) return false;
    return !this.#isLive || blocksThrough - this.#through <= patienceMinutes;
  }

  /** What probes say through this minute. */
  take(minute: EventMinute): readonly AsReach[] {
    const due = this.#takeDue(minute);
    const wasSilent = this.#isSilent;
    this.#isSilent = this.#isOpen && this.#isLive && minute - this.#through >= absentMinutes;
    const before = wasSilent === this.#isSilent ? none : [...this.#said.values()];
    for (const reach of due) {
      if (reach.state === 'absent') this.#said.delete(reach.originAs);
      else this.#said.set(reach.originAs, { ...reach, changed: false });
    }
    const reaches = before.length === 0 ? due : [...before, ...due];
    return this.#isSilent ? reaches.map((reach) => silenced(reach, minute)) : reaches;
  }

  #takeDue(minute: EventMinute): readonly AsReach[] {
    if (this.#waiting.length === 0) return none;
    const due = this.#waiting.filter(({ eventMinute }) => eventMinute <= minute);
    this.#waiting = this.#waiting.slice(due.length);
    return due.flatMap(({ reaches }) => reaches);
  }

  save(writer: StateWriter): void {
    writer.u8(this.#isOpen ? 1 : 0);
    writer.u8(this.#isLive ? 1 : 0);
    writer.u32(this.#through);
    writer.text(JSON.stringify(this.#waiting));
    writer.text(JSON.stringify([...this.#said]));
    writer.u8(this.#isSilent ? 1 : 0);
  }

  load(reader: StateReader): void {
    this.#isOpen = reader.u8() === 1;
    this.#isLive = reader.u8() === 1;
    this.#through = reader.u32();
    this.#waiting = JSON.parse(reader.text());
    this.#said = new Map(JSON.parse(reader.text()) as [number, AsReach][]);
    this.#isSilent = reader.u8() === 1;
  }
}

const silenced = (reach: AsReach, minute: EventMinute): AsReach =>
  reach.state === 'absent'
    ? reach
    : { ...reach, state: 'absent', sinceSecond: firstSecondOf(minute), changed: false };

const none: readonly AsReach[] = [];
