import type { AsReach, ReachState } from '../contract/as-reach.ts';
import { type EventMinute, type EventSecond, firstSecondOf } from '../event-time.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { Connections } from './connections.ts';
import {
  afterMinute,
  clip,
  declareAt,
  mostSure,
  noReplyEvidence,
  prior,
  replyEvidence,
  wavering,
} from './log-odds.ts';
import { ProbeTarget } from './probe-target.ts';
import type { Health } from './prober-health.ts';

/** Probes of one AS in one minute share paths: together they weigh at most as much as two lost probes of a good target. */
const mostOfMinute = 4.6;
/**
 * Of the replies that are expected, this share or more says that the AS is up, and this one or less that it is not: a trickle is no
 * connectivity. In between neither is said: a part of the AS is out, or a path loses much.
 */
const upShare = 0.25;
const trickleShare = 0.1;
/** So many probers that none can vouch for are believed all the same: not all of their uplinks went at once. */
const enoughProbers = 3;
/** Without a result for so long, or with so many minutes in a row whose results cannot be used, nothing is said of the AS. */
export const absentMinutes = 30;
const uselessMinutes = 3;
/** Targets asked within so long are counted. */
const countedSeconds = 600;
/** Down for so long, it is off the table: its targets must reply again to say something. */
const forgottenSeconds = 7 * 86_400;

type Told = Pick<AsReach, 'state' | 'replying' | 'disconnectedProbes'> & { readonly wavers: boolean };

/** A result of the minute, with its target. */
export interface Asked {
  readonly target: ProbeTarget;
  readonly second: EventSecond;
  readonly replied: boolean;
}

/** What probes say of one origin AS. */
export class AsBelief {
  readonly originAs: number;
  readonly connections = new Connections();
  /** By prober, kind and address. */
  readonly #targets = new Map<string, ProbeTarget>();
  #logOdds = prior;
  #state: ReachState = 'absent';
  #sinceSecond: EventSecond = 0;
  #usableMinute: EventMinute = 0;
  #useless = 0;
  /** What was told last. */
  #told: Told | undefined;

  constructor(originAs: number) {
    this.originAs = originAs;
  }

  target(prober: string, key: string): ProbeTarget {
    let target = this.#targets.get(key);
    if (target === undefined) {
      target = new ProbeTarget(prober);
      this.#targets.set(key, target);
    }
    return target;
  }

  /** Takes the minute's results, in an order that no source decides; returns what is news. */
  closeMinute(
    minute: EventMinute,
    asked: readonly Asked[],
    healthOf: (prober: string) => Health,
  ): AsReach | undefined {
    this.#logOdds = afterMinute(this.#logOdds);
    const evidence = this.#evidence(asked, healthOf);
    for (const { target, second, replied } of asked) target.note(second, replied);
    if (evidence !== undefined) {
      this.#logOdds = clip(this.#logOdds + evidence, mostSure);
      this.#usableMinute = minute;
      this.#useless = 0;
    } else if (asked.length > 0) this.#useless++;
    const changed = this.#declare(minute, asked);
    // A reply that is the first one makes a witness; what a network that is down fails to reply is not learned.
    if (this.#logOdds < declareAt) for (const { target, replied } of asked) target.learn(replied);
    this.connections.closeMinute(minute);
    return this.#news(minute, changed);
  }

  /** Sum of the log-likelihood ratios; undefined if nothing of the minute can be used. */
  #evidence(asked: readonly Asked[], healthOf: (prober: string) => Health): number | undefined {
    let expected = 0;
    let [replies, forUp, forDown] = [0, 0, 0];
    const silent = { healthy: new Set<string>(), unknown: new Set<string>() };
    for (const { target, replied } of asked) {
      if (replied) {
        replies++;
        forUp += replyEvidence(target.isWitness ? target.responseRate : 1);
        expected += target.isWitness ? target.responseRate : 0;
        continue;
      }
      const health = healthOf(target.prober);
      if (!target.isWitness || health === 'failing') continue;
      expected += target.responseRate;
      forDown += noReplyEvidence(target.responseRate);
      silent[health].add(target.prober);
    }
    if (replies > 0 && replies >= upShare * expected) return Math.max(forUp, -mostOfMinute);
    if (replies > trickleShare * expected) return 0;
    const isBelieved = silent.healthy.size > 0 || silent.unknown.size >= enoughProbers;
    return isBelieved ? Math.min(forDown, mostOfMinute) : undefined;
  }

  /** True where it changed between up and down. */
  #declare(minute: EventMinute, asked: readonly Asked[]): boolean {
    const before = this.#state;
    if (minute - this.#usableMinute >= absentMinutes || this.#useless >= uselessMinutes)
      this.#enter('absent', firstSecondOf(minute));
    else if (this.#logOdds >= declareAt && before !== 'down') {
      // It went after the last reply.
      this.#enter('down', this.#lastReply() || firstSecondOf(minute));
    } else if (this.#logOdds <= -declareAt && before !== 'up') {
      const replies = asked.filter(({ replied }) => replied).map(({ second }) => second);
      this.#enter('up', replies.length === 0 ? firstSecondOf(minute) : Math.min(...replies));
    }
    if (this.#state === 'down' && firstSecondOf(minute) - this.#sinceSecond >= forgottenSeconds)
      this.#giveUp(minute);
    return this.#state !== before && this.#state !== 'absent' && before !== 'absent';
  }

  #lastReply(): EventSecond {
    let last = 0;
    for (const { repliedSecond } of this.#targets.values()) last = Math.max(last, repliedSecond);
    return last;
  }

  /** No source of probes is open any more; returns what is news. */
  close(minute: EventMinute): AsReach | undefined {
    this.#enter('absent', firstSecondOf(minute));
    return this.#news(minute, false);
  }

  /** Forgets targets that nobody asks any more; true if nothing is left. */
  prune(second: EventSecond): boolean {
    for (const [key, { lastSecond }] of this.#targets)
      if (second - lastSecond > forgottenSeconds) this.#targets.delete(key);
    return this.#targets.size === 0 && this.connections.isEmpty;
  }

  #enter(state: ReachState, second: EventSecond): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#sinceSecond = second;
  }

  #giveUp(minute: EventMinute): void {
    this.#enter('absent', firstSecondOf(minute));
    this.#logOdds = prior;
    for (const target of this.#targets.values()) target.forget();
  }

  #news(minute: EventMinute, changed: boolean): AsReach | undefined {
    const reach = this.#describe(minute, changed);
    const told = this.#told;
    if (told === undefined && reach.state === 'absent' && reach.disconnectedProbes === 0) return undefined;
    const { state, replying, disconnectedProbes } = reach;
    const wavers = state === 'up' && reach.logOdds > wavering;
    const isNews =
      state !== told?.state ||
      wavers !== told.wavers ||
      (state !== 'up' && replying !== told.replying) ||
      disconnectedProbes !== told.disconnectedProbes;
    if (!isNews) return undefined;
    this.#told = { state, replying, disconnectedProbes, wavers };
    return reach;
  }

  #describe(minute: EventMinute, changed: boolean): AsReach {
    const from = firstSecondOf(minute + 1) - countedSeconds;
    const probers = new Set<string>();
    let [targets, replying] = [0, 0];
    for (const target of this.#targets.values()) {
      if (!target.isWitness || target.lastSecond < from) continue;
      targets++;
      if (target.lastReplied) replying++;
      probers.add(target.prober);
    }
    return {
      originAs: this.originAs,
      state: this.#state,
      sinceSecond: this.#sinceSecond,
      logOdds: this.#logOdds,
      targets,
      replying,
      probers: probers.size,
      changed,
      disconnectedProbes: this.connections.disconnected,
      knownProbes: this.connections.known,
      disconnectedSecond: this.connections.firstSecond,
    };
  }

  save(writer: StateWriter): void {
    this.connections.save(writer);
    writer.list(this.#targets, ([key, target]) => {
      writer.text(key);
      writer.text(target.prober);
      target.save(writer);
    });
    writer.f64(this.#logOdds);
    writer.text(this.#state);
    writer.u32(this.#sinceSecond);
    writer.u32(this.#usableMinute);
    writer.u32(this.#useless);
    writer.text(JSON.stringify(this.#told ?? null));
  }

  load(reader: StateReader): void {
    this.connections.load(reader);
    reader.list(() => {
      const key = reader.text();
      this.target(reader.text(), key).load(reader);
    });
    this.#logOdds = reader.f64();
    this.#state = reader.text() as ReachState;
    this.#sinceSecond = reader.u32();
    this.#usableMinute = reader.u32();
    this.#useless = reader.u32();
    this.#told = (JSON.parse(reader.text()) as Told | null) ?? undefined;
  }
}
