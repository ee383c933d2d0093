import type { ProbeContent, ProbeResult } from '#core/contract/probe-results.ts';
import type { EventMinute } from '#core/event-time.ts';
import type { ListedOriginOf } from '#core/probe/atlas-message.ts';
import { probeDns } from './dns-probe.ts';
import { probeHttp } from './http-probe.ts';
import { probePing } from './ping-probe.ts';
import { type Answer, type ProbeOptions, proberError, type Target } from './probe.ts';
import { ProbeSchedule } from './probe-schedule.ts';
import { probeTcp } from './tcp-probe.ts';
import { probeTraceroute } from './traceroute-probe.ts';
import type { WatchList } from './watch-list.ts';

export interface ProberOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly originOf: ListedOriginOf;
  /** Takes what the prober has to say, in order, for probe.results. */
  readonly write: (eventMinute: EventMinute, content: ProbeContent) => void;
}

const stepMs = 100;
const minuteMs = 60_000;

/** Asks the targets of a watch list, and writes what they said minute by minute: a minute is complete when all that was asked in it has ended. */
export class Prober {
  readonly #watchList: WatchList;
  readonly #options: ProberOptions;
  readonly #schedule: ProbeSchedule;
  #timer: NodeJS.Timeout | undefined;
  /** By minute in which they were asked: how many are under way. */
  readonly #underWay = new Map<EventMinute, number>();
  #results: ProbeResult[] = [];
  /** The minute to complete next. */
  #minute: EventMinute;
  #asked = 0;

  constructor(watchList: WatchList, options: ProberOptions) {
    this.#watchList = watchList;
    this.#options = options;
    this.#schedule = new ProbeSchedule(watchList.targets, watchList, options.now(), Math.random);
    this.#minute = this.#nowMinute();
  }

  get totals(): { readonly asked: number; readonly leftOut: number } {
    return { asked: this.#asked, leftOut: this.#schedule.leftOut };
  }

  start(): void {
    this.#options.write(this.#minute, { case: 'sourceOpened', live: true });
    this.#timer = setInterval(() => this.#step(), stepMs);
  }

  /** What is under way is dropped. */
  stop(): void {
    clearInterval(this.#timer);
    this.#flush(this.#minute);
    this.#options.write(this.#minute, { case: 'endOfSource' });
  }

  #step(): void {
    for (const target of this.#schedule.take(this.#options.now())) void this.#ask(target);
    const now = this.#nowMinute();
    // A minute with probes under way waits for their timeouts.
    while (this.#minute < now && (this.#underWay.get(this.#minute) ?? 0) === 0) {
      this.#flush(this.#minute);
      this.#options.write(this.#minute, { case: 'tick' });
      this.#underWay.delete(this.#minute);
      this.#minute++;
    }
  }

  async #ask(target: Target): Promise<void> {
    const askedMs = this.#options.now();
    const minute = Math.floor(askedMs / minuteMs);
    const originAs = this.#options.originOf(target.address, target.originAs);
    this.#asked++;
    this.#underWay.set(minute, (this.#underWay.get(minute) ?? 0) + 1);
    const answer = await probe(target, this.#watchList).catch(answerOfRejection);
    this.#underWay.set(minute, this.#underWay.get(minute)! - 1);
    this.#schedule.done(target);
    this.#results.push({
      kind: target.kind === 'traceroute' ? 'tracerouteEnd' : target.kind,
      prober: this.#watchList.prober,
      targetAddress: target.address,
      originAs,
      eventSecond: Math.floor(askedMs / 1000),
      controller: '',
      ...answer,
    });
  }

  /** Results of later minutes stay. */
  #flush(minute: EventMinute): void {
    const due = this.#results.filter(({ eventSecond }) => eventSecond < (minute + 1) * 60);
    if (due.length === 0) return;
    this.#results = this.#results.filter(({ eventSecond }) => eventSecond >= (minute + 1) * 60);
    this.#options.write(minute, { case: 'batch', results: due });
  }

  #nowMinute(): EventMinute {
    return Math.floor(this.#options.now() / minuteMs);
  }
}

const answerOfRejection = (error: NodeJS.ErrnoException): Answer => proberError(error.code ?? error.message);

/** Async: what a probe throws at once is a rejection too. */
export async function probe(target: Target, options: ProbeOptions): Promise<Answer> {
  switch (target.kind) {
    case 'ping':
      return probePing(target, options);
    case 'traceroute':
      return probeTraceroute(target, options);
    case 'tcp':
      return probeTcp(target, options);
    case 'http':
      return probeHttp(target, options);
    case 'dns':
      return probeDns(target, options);
  }
}
