import { type EventMinute, type EventSecond, firstSecondOf } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';

/**
 * An alarm: so many Atlas probes of one AS are disconnected within 5 minutes, and all of them stay so for 8. (Shorter ones are probes that
 * start again, or a controller that does. Of the two days at hand, 6 and 8 name a handful of ASes each.)
 */
const fewestProbes = 6;
const withinSeconds = 300;
const heldSeconds = 480;
/** It is over when at most this share of them is still away. */
const endShare = 0.2;

interface Connection {
  readonly controller: string;
  /** Since when it is disconnected. */
  readonly second: EventSecond;
}

/** The Atlas probes of one AS, by their connections to the controllers. */
export class Connections {
  /** Every probe that ever said something of itself. */
  readonly #known = new Set<string>();
  readonly #away = new Map<string, Connection>();
  /** The probes of the alarm in force. */
  #alarm = new Set<string>();
  #alarmSecond: EventSecond = 0;

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  get known(): number {
    return this.disconnected === 0 ? 0 : this.#known.size;
  }

  /** Probes of the alarm that are still away; 0 without one. */
  get disconnected(): number {
    let away = 0;
    for (const probe of this.#alarm) if (this.#away.has(probe)) away++;
    return away;
  }

  get firstSecond(): EventSecond {
    return this.disconnected === 0 ? 0 : this.#alarmSecond;
  }

  note(probe: string, controller: string, second: EventSecond, connected: boolean): void {
    this.#known.add(probe);
    if (connected) this.#away.delete(probe);
    else this.#away.set(probe, { controller, second });
  }

  closeMinute(minute: EventMinute): void {
    if (this.#alarm.size > 0 && this.disconnected <= endShare * this.#alarm.size) this.#alarm = new Set();
    const held = this.#heldAt(firstSecondOf(minute + 1));
    if (held.length < fewestProbes) return;
    if (this.#alarm.size === 0) this.#alarmSecond = held[0]!.second;
    for (const { probe } of held) this.#alarm.add(probe);
  }

  /** The largest set that went within 5 minutes and has been away for long enough, from more than one controller. */
  #heldAt(now: EventSecond): { readonly probe: string; readonly second: EventSecond }[] {
    if (this.#away.size < fewestProbes) return [];
    const from = now - heldSeconds - 2 * withinSeconds;
    const held = [...this.#away]
      .map(([probe, connection]) => ({ probe, ...connection }))
      .filter(({ second }) => second > from && now - second >= heldSeconds)
      .sort((a, b) => a.second - b.second || (a.probe < b.probe ? -1 : 1));
    let best: typeof held = [];
    for (let first = 0, next = 0; next < held.length; next++) {
      while (held[next]!.second - held[first]!.second > withinSeconds) first++;
      if (next + 1 - first > best.length) best = held.slice(first, next + 1);
    }
    // A controller that starts again drops its probes wherever they are.
    return new Set(best.map(({ controller }) => controller)).size > 1 ? best : [];
  }

  save(writer: StateWriter): void {
    writer.list(this.#known, (probe) => writer.text(probe));
    writer.list(this.#away, ([probe, { controller, second }]) => {
      writer.text(probe);
      writer.text(controller);
      writer.u32(second);
    });
    writer.list(this.#alarm, (probe) => writer.text(probe));
    writer.u32(this.#alarmSecond);
  }

  load(reader: StateReader): void {
    reader.list(() => this.#known.add(reader.text()));
    reader.list(() => this.#away.set(reader.text(), { controller: reader.text(), second: reader.u32() }));
    this.#alarm = new Set(reader.list(() => reader.text()));
    this.#alarmSecond = reader.u32();
  }
}
