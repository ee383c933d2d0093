import type { EventMinute } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { grown } from './prefix-table.ts';

const hourMinutes = 60;
const weekHours = 7 * 24;
export const weekMinutes = weekHours * hourMinutes;

/** A prefix that went up or down in the last 7 days: its minutes up in each hour of them. */
interface Flapper {
  /** Hour h is at h % 168. */
  readonly minutesUp: Uint8Array;
  readonly firstMinute: EventMinute;
  /** Counted through this minute. */
  countedUntil: EventMinute;
}

/**
 * How long each prefix was up during the last 7 days. Nearly all were up all the time: for them the
 * minute since which they are is enough.
 */
export class UpTime {
  #since = new Uint32Array(0);
  #flappers = new Map<number, Flapper>();

  reserve(prefixes: number): void {
    if (this.#since.length < prefixes) this.#since = grown(this.#since, prefixes);
  }

  since = (id: number): EventMinute => this.#since[id];

  /** First judged, as up. */
  begin(id: number, minute: EventMinute): void {
    this.#since[id] = minute;
  }

  /** From now on it is up, or down; until now it was the other. */
  cross(id: number, isUp: boolean, minute: EventMinute): void {
    let flapper = this.#flappers.get(id);
    if (flapper === undefined) {
      const firstMinute = this.#since[id];
      flapper = { minutesUp: new Uint8Array(weekHours), firstMinute, countedUntil: firstMinute };
      this.#flappers.set(id, flapper);
    }
    count(flapper, !isUp, minute);
    this.#since[id] = minute;
  }

  /** Minutes up of the last 7 days, and of how many the prefix is known. `now` is a whole hour. */
  week(id: number, isUp: boolean, now: EventMinute): { up: number; known: number } {
    const flapper = this.#flappers.get(id);
    if (flapper === undefined) {
      const minutes = Math.min(now - this.#since[id], weekMinutes);
      return { up: isUp ? minutes : 0, known: minutes };
    }
    count(flapper, isUp, now);
    let minutesUp = 0;
    for (const minutes of flapper.minutesUp) minutesUp += minutes;
    if (now - this.#since[id] >= weekMinutes) this.#flappers.delete(id);
    return { up: minutesUp, known: Math.min(now - flapper.firstMinute, weekMinutes) };
  }

  save(writer: StateWriter, prefixes: number): void {
    writer.array(this.#since.subarray(0, prefixes));
    writer.list(this.#flappers, ([id, flapper]) => {
      writer.u32(id);
      writer.array(flapper.minutesUp);
      writer.u32(flapper.firstMinute);
      writer.u32(flapper.countedUntil);
    });
  }

  /** Room for the prefixes has been reserved. */
  load(reader: StateReader): void {
    this.#since.set(reader.u32Array());
    this.#flappers = new Map(
      reader.list(() => [
        reader.u32(),
        { minutesUp: reader.u8Array(), firstMinute: reader.u32(), countedUntil: reader.u32() },
      ]),
    );
  }
}

/** Counts on until `until`, clearing the hours of a week ago. */
function count(flapper: Flapper, isUp: boolean, until: EventMinute): void {
  const oldest = (Math.floor(until / hourMinutes) - weekHours + 1) * hourMinutes;
  if (flapper.countedUntil < oldest) flapper.countedUntil = oldest;
  while (flapper.countedUntil < until) {
    const hour = Math.floor(flapper.countedUntil / hourMinutes);
    const end = Math.min(until, (hour + 1) * hourMinutes);
    const at = hour % weekHours;
    if (flapper.countedUntil === hour * hourMinutes) flapper.minutesUp[at] = 0;
    if (isUp) flapper.minutesUp[at] += end - flapper.countedUntil;
    flapper.countedUntil = end;
  }
}
