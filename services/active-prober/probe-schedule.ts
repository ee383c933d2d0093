import type { Target } from './probe.ts';

export interface ScheduleLimits {
  readonly probesPerMinute: number;
  readonly concurrent: number;
}

/** A round may begin so much of its interval earlier or later: probers that started together drift apart. */
const jitter = 0.1;
/** Targets are due by the slot. */
const slotMs = 100;

/**
 * When each target is asked: spread over its interval from the start, with jitter, never twice at a time, and never more than the
 * limits allow together: what is due beyond them waits its turn, and a round that comes while the one before waits is left out.
 */
export class ProbeSchedule {
  readonly #limits: ScheduleLimits;
  readonly #random: () => number;
  /** By slot: targets whose round begins in it. */
  readonly #slots = new Map<number, Target[]>();
  #lastSlot: number;
  /** Due, and not yet asked: in order. */
  #queue: Target[] = [];
  readonly #busy = new Set<Target>();
  #underWay = 0;
  /** Probes that may begin now; at most those of one second. */
  #tokens = 0;
  #filledMs: number;
  /** Rounds left out because the one before had not ended. */
  leftOut = 0;

  /** `random` gives numbers in [0, 1). */
  constructor(targets: readonly Target[], limits: ScheduleLimits, nowMs: number, random: () => number) {
    this.#limits = limits;
    this.#random = random;
    this.#filledMs = nowMs;
    this.#lastSlot = Math.floor(nowMs / slotMs) - 1;
    for (const target of targets) this.#put(target, nowMs + random() * target.everySeconds * 1000);
  }

  /** The targets to ask now; `done` must be called for each when it was. */
  take(nowMs: number): Target[] {
    this.#collect(nowMs);
    this.#fill(nowMs);
    const free = Math.min(Math.floor(this.#tokens), this.#limits.concurrent - this.#underWay);
    const taken = this.#queue.splice(0, Math.max(0, free));
    this.#tokens -= taken.length;
    this.#underWay += taken.length;
    return taken;
  }

  done(target: Target): void {
    this.#underWay--;
    this.#busy.delete(target);
  }

  #collect(nowMs: number): void {
    const slot = Math.floor(nowMs / slotMs);
    // After a sleep of the machine no round is made up for.
    for (let at = Math.max(this.#lastSlot + 1, slot - 36_000_000 / slotMs); at <= slot; at++) {
      const due = this.#slots.get(at);
      this.#slots.delete(at);
      for (const target of due ?? []) this.#begin(target, Math.max(at * slotMs, nowMs - 1000));
    }
    this.#lastSlot = Math.max(this.#lastSlot, slot);
  }

  #begin(target: Target, dueMs: number): void {
    const intervalMs = target.everySeconds * 1000;
    this.#put(target, dueMs + intervalMs * (1 + jitter * (2 * this.#random() - 1)));
    if (this.#busy.has(target)) {
      this.leftOut++;
      return;
    }
    this.#busy.add(target);
    this.#queue.push(target);
  }

  #put(target: Target, atMs: number): void {
    const slot = Math.max(Math.floor(atMs / slotMs), this.#lastSlot + 1);
    const own = this.#slots.get(slot);
    if (own === undefined) this.#slots.set(slot, [target]);
    else own.push(target);
  }

  #fill(nowMs: number): void {
    const perSecond = this.#limits.probesPerMinute / 60;
    const seconds = Math.max(0, nowMs - this.#filledMs) / 1000;
    this.#tokens = Math.min(this.#tokens + seconds * perSecond, Math.max(1, perSecond));
    this.#filledMs = nowMs;
  }
}
