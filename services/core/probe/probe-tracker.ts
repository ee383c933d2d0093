import { type AsMinutes, noDenominator } from '../contract/as-minutes.ts';
import type { AsReach, ProbeMinute } from '../contract/as-reach.ts';
import type { ProbeResult, ProbeResults } from '../contract/probe-results.ts';
import { type EventMinute, firstSecondOf } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import type { Step } from '../step.ts';
import { AsBelief, type Asked } from './as-belief.ts';
import { ProbeSources } from './probe-sources.ts';
import { type Health, ProberMinute } from './prober-health.ts';

const minutesOfDay = 1440;

/**
 * One task for all probes: puts the minute of all sources together, finds probers that fail themselves, and keeps for each
 * origin AS whether probes reach it. Emits each minute once, also an empty one.
 */
export class ProbeTracker implements Step<ProbeResults, AsMinutes> {
  readonly #sources = new ProbeSources();
  readonly #beliefs = new Map<number, AsBelief>();
  /** The AS of each Atlas probe that said something of itself. */
  readonly #homes = new Map<string, number>();
  /** Whether the last minute told was one with an open source. */
  #toldOpen = false;

  apply(input: ProbeResults, emit: (output: AsMinutes) => void): void {
    this.#sources.apply(input);
    for (let taken = this.#sources.take(); taken !== undefined; taken = this.#sources.take()) {
      const reaches = this.#closeMinute(taken.minute, taken.results);
      this.#toldOpen = true;
      emit(minuteOfProbes(taken.minute, { open: true, live: this.#sources.isLive, reaches }));
    }
    if (!this.#toldOpen || this.#sources.isOpen) return;
    const eventMinute = this.#sources.takeEnd();
    if (eventMinute === undefined) return;
    this.#toldOpen = false;
    const reaches = this.#newsOf((belief) => belief.close(eventMinute));
    emit(minuteOfProbes(eventMinute, { open: false, live: false, reaches }));
  }

  save(writer: StateWriter): void {
    this.#sources.save(writer);
    writer.list(this.#beliefs.values(), (belief) => {
      writer.u32(belief.originAs);
      belief.save(writer);
    });
    writer.list(this.#homes, ([prober, home]) => {
      writer.text(prober);
      writer.u32(home);
    });
    writer.u8(this.#toldOpen ? 1 : 0);
  }

  load(reader: StateReader): void {
    this.#sources.load(reader);
    reader.list(() => this.#belief(reader.u32()).load(reader));
    reader.list(() => this.#homes.set(reader.text(), reader.u32()));
    this.#toldOpen = reader.u8() === 1;
  }

  #closeMinute(minute: EventMinute, results: readonly ProbeResult[]): AsReach[] {
    const asked = new Map<number, Asked[]>();
    const probers = new Map<string, ProberMinute>();
    for (const result of results) {
      if (result.kind === 'atlasConnection') this.#noteConnection(result);
      else if (result.originAs !== 0) this.#noteAsked(result, asked, probers);
    }
    const healthTowards =
      (originAs: number) =>
      (prober: string): Health =>
        probers.get(prober)!.towards(originAs);
    const reaches = this.#newsOf((belief) =>
      belief.closeMinute(minute, asked.get(belief.originAs) ?? [], healthTowards(belief.originAs)),
    );
    this.#prune(minute);
    return reaches;
  }

  /** An event that names no AS is of the one that its probe was in before. */
  #noteConnection({ originAs, prober, controller, eventSecond, outcome }: ProbeResult): void {
    const before = this.#homes.get(prober) ?? 0;
    const home = originAs || before;
    if (home === 0) return;
    const isConnected = outcome === 'reply';
    this.#belief(home).connections.note(prober, controller, eventSecond, isConnected);
    if (before === home) return;
    this.#homes.set(prober, home);
    // It moved, and is no longer away from where it was.
    if (before !== 0) this.#belief(before).connections.note(prober, controller, eventSecond, true);
  }

  #noteAsked(result: ProbeResult, asked: Map<number, Asked[]>, probers: Map<string, ProberMinute>): void {
    const { originAs, prober, kind, targetAddress, eventSecond, outcome } = result;
    // What says nothing of the target is no evidence.
    if (outcome === 'proberError' || outcome === 'wrongReply') return;
    const target = this.#belief(originAs).target(prober, `${prober} ${kind} ${targetAddress}`);
    const replied = outcome !== 'noReply';
    const own = asked.get(originAs);
    const one = { target, second: eventSecond, replied };
    if (own === undefined) asked.set(originAs, [one]);
    else own.push(one);
    const minute = probers.get(prober) ?? new ProberMinute();
    probers.set(prober, minute);
    if (target.isWitness) minute.add(originAs, target.responseRate, replied);
  }

  #newsOf(news: (belief: AsBelief) => AsReach | undefined): AsReach[] {
    const reaches: AsReach[] = [];
    for (const belief of this.#beliefs.values()) {
      const reach = news(belief);
      if (reach !== undefined) reaches.push(reach);
    }
    return reaches.sort((a, b) => a.originAs - b.originAs);
  }

  #prune(minute: EventMinute): void {
    if (minute % minutesOfDay !== 0) return;
    for (const [originAs, belief] of this.#beliefs)
      if (belief.prune(firstSecondOf(minute))) this.#beliefs.delete(originAs);
  }

  #belief(originAs: number): AsBelief {
    let belief = this.#beliefs.get(originAs);
    if (belief === undefined) {
      belief = new AsBelief(originAs);
      this.#beliefs.set(originAs, belief);
    }
    return belief;
  }
}

const minuteOfProbes = (eventMinute: EventMinute, probes: ProbeMinute): AsMinutes => ({
  block: 0,
  blockPartitions: 0,
  eventMinute,
  events: [],
  expected: [],
  ipv4: noDenominator,
  ipv6: noDenominator,
  probes,
});
