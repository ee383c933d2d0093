import type { AsScore, PeerCounts, Visibility } from '#core/contract/as-scores.ts';
import { type EventMinute, type EventSecond, firstSecondOf } from '#core/event-time.ts';
import type { Family } from '#core/prefix.ts';
import { ReachHistory } from './reach-history.ts';
import { ScoreSeries } from './score-series.ts';
import { StateSpans } from './state-spans.ts';

/** Prefixes of one AS whose states are kept, those that changed last: as many as a score names. */
const prefixesMax = 64;
/** A prefix is down when at least this share of the live peers lacks it; below, it is only partly gone. */
const goneShare = 0.8;

/** Partial: peers have it again, but too few to say that it is back; or a less specific prefix covers it. */
export type PrefixState = 'visible' | 'partial' | 'gone';
export type PrefixStates = StateSpans<PrefixState>;

/** The latest minute score of one AS, without its lists. */
export interface AsLatest {
  readonly minute: EventMinute;
  readonly score: number;
  readonly surprise: number;
  readonly expected: number;
  readonly lost: number;
  readonly wholeTable: boolean;
  readonly upstreamAs: number;
}

/** What the minute scores said of one AS: its scores, when each of its prefixes was gone, and when probes reached it. */
export class AsHistory {
  readonly originAs: number;
  readonly series = new ScoreSeries();
  /** In the order of their last changes. */
  readonly #prefixes = new Map<string, PrefixStates>();
  /** Changes of state that are kept, of all prefixes. */
  #changes = 0;
  #latest: AsLatest;
  #reach: ReachHistory | undefined;

  constructor(originAs: number) {
    this.originAs = originAs;
    this.#latest = {
      minute: 0,
      score: 0,
      surprise: 0,
      expected: 0,
      lost: 0,
      wholeTable: false,
      upstreamAs: 0,
    };
  }

  /** Minute scores and changes of state that are kept: what its memory grows with. */
  get points(): number {
    return this.series.length + this.#changes;
  }

  get latest(): AsLatest {
    return this.#latest;
  }

  /** Undefined where no probe ever asked. */
  get reach(): ReachHistory | undefined {
    return this.#reach;
  }

  /** The prefixes of which something is known, in the order of addresses. */
  prefixes(): string[] {
    return [...this.#prefixes.keys()].sort(byAddress);
  }

  statesOf(prefix: string): PrefixStates | undefined {
    return this.#prefixes.get(prefix);
  }

  add(minute: EventMinute, value: AsScore): void {
    const { score, surprise, beat, ipv4, ipv6, events, reach } = value;
    const lost = ipv4.lost + ipv6.lost;
    this.#latest = {
      minute,
      score,
      surprise,
      expected: ipv4.expected + ipv6.expected,
      lost,
      wholeTable: ipv4.wholeTable && ipv6.wholeTable,
      upstreamAs: beat.upstreamAs || ipv4.upstreamAs || ipv6.upstreamAs,
    };
    this.series.add({ minute, score, surprise, lost });
    for (const { kind, prefix, eventSecond, covered } of events) {
      if (kind === 'down') this.#change(prefix, covered ? 'partial' : 'gone', eventSecond);
      else if (kind === 'up') this.#change(prefix, 'visible', eventSecond);
      else if (kind === 'covered') this.#cover(prefix, 'partial', eventSecond);
      else if (kind === 'uncovered') this.#cover(prefix, 'gone', eventSecond);
    }
    const end = firstSecondOf(minute + 1);
    this.#addLost('ipv4', ipv4, end);
    this.#addLost('ipv6', ipv6, end);
    for (const prefix of beat.prefixes) this.#of(prefix);
    if (reach === undefined) return;
    this.#reach ??= new ReachHistory();
    this.#reach.add(minute, reach);
  }

  /** What an incident names is drawn also while nothing happens to it. */
  expect(prefixes: readonly string[]): void {
    for (const prefix of prefixes) this.#of(prefix);
  }

  /** What is lost at the end of the minute, and by how many; of a list that names all, whatever it does not name is back. */
  #addLost(family: Family, { lost, covered, lostPrefixes, lostBy }: Visibility, end: EventSecond): void {
    for (const [i, prefix] of lostPrefixes.entries()) {
      const by = lostBy[i];
      this.#change(prefix, by !== undefined && isPartlyBack(by) ? 'partial' : 'gone', end);
    }
    if (lost > lostPrefixes.length) return;
    for (const [prefix, states] of this.#prefixes) {
      const mayBeCovered = states.state === 'partial' && covered > 0;
      if (states.state === 'visible' || mayBeCovered || familyOf(prefix) !== family) continue;
      if (!lostPrefixes.includes(prefix)) this.#changeTo(states, 'visible', end);
    }
  }

  #change(prefix: string, state: PrefixState, second: EventSecond): void {
    const states = this.#of(prefix) ?? (state === 'visible' ? undefined : this.#inPlaceOfAnother(prefix));
    if (states === undefined || states.state === state) return;
    this.#prefixes.delete(prefix);
    this.#prefixes.set(prefix, states);
    this.#changeTo(states, state, second);
  }

  #changeTo(states: PrefixStates, state: PrefixState, second: EventSecond): void {
    const before = states.length;
    states.change(state, second);
    this.#changes += states.length - before;
  }

  /** Covered or not matters only of a prefix that is lost. */
  #cover(prefix: string, state: 'partial' | 'gone', second: EventSecond): void {
    const states = this.#of(prefix);
    if (states !== undefined && states.state !== 'visible') this.#change(prefix, state, second);
  }

  /** What is only named takes no other's place. */
  #of(prefix: string): PrefixStates | undefined {
    let states = this.#prefixes.get(prefix);
    if (states === undefined && this.#prefixes.size < prefixesMax) {
      states = new StateSpans('visible');
      this.#prefixes.set(prefix, states);
    }
    return states;
  }

  /** Forgets the visible prefix that changed longest ago; undefined where none is visible. */
  #inPlaceOfAnother(prefix: string): PrefixStates | undefined {
    for (const [other, { state, length }] of this.#prefixes) {
      if (state !== 'visible') continue;
      this.#prefixes.delete(other);
      this.#changes -= length;
      return this.#of(prefix);
    }
    return undefined;
  }
}

const isPartlyBack = ({ peers, livePeers }: PeerCounts): boolean => peers < goneShare * livePeers;

const familyOf = (prefix: string): Family => (prefix.includes(':') ? 'ipv6' : 'ipv4');

/** IPv4 before IPv6, then by the numbers in them. */
function byAddress(a: string, b: string): number {
  const isLong = Number(a.includes(':')) - Number(b.includes(':'));
  return isLong || a.localeCompare(b, 'en', { numeric: true });
}
