import type { AsReach } from '#core/contract/as-reach.ts';
import type { AsScore, Visibility } from '#core/contract/as-scores.ts';
import type { MetricName, SeriesRegistry, Tell } from '#runtime/metrics/metrics.ts';

interface WatchedAs {
  readonly asn: string;
  /** As last told; undefined until something was. */
  last: AsScore | undefined;
  events: number;
}

/** The ASes that somebody wants to see at any time, with series that stay. */
export class WatchedAses {
  readonly #ases: ReadonlyMap<number, WatchedAs>;

  constructor(ases: readonly number[], metrics: SeriesRegistry) {
    this.#ases = new Map(ases.map((asn) => [asn, { asn: String(asn), last: undefined, events: 0 }]));
    this.#registerScores(metrics);
    this.#registerProbes(metrics);
  }

  take(score: AsScore, isLive: boolean): void {
    const watched = this.#ases.get(score.originAs);
    if (watched === undefined) return;
    watched.last = score;
    if (isLive) watched.events += score.eventCount;
  }

  #registerScores(metrics: SeriesRegistry): void {
    const told = { labels: ['asn'] };
    metrics.gauge(
      { name: 'steadybeat_watch_score', help: 'Score S of a watched AS, 0 to 1, as last told', ...told },
      (tell) => {
        for (const { asn, last } of this.#ases.values()) tell(last?.score ?? 0, asn);
      },
    );
    metrics.gauge(
      { name: 'steadybeat_watch_surprise', help: 'Surprise Z of a watched AS, as last told', ...told },
      (tell) => {
        for (const { asn, last } of this.#ases.values()) tell(last?.surprise ?? 0, asn);
      },
    );
    metrics.counter(
      {
        name: 'steadybeat_watch_prefix_events_total',
        help: 'Prefix events of a watched AS: withdrawn everywhere, back, other paths, other origins',
        ...told,
      },
      (tell) => {
        for (const { asn, events } of this.#ases.values()) tell(events, asn);
      },
    );
    metrics.gauge(
      {
        name: 'steadybeat_watch_prefixes',
        help: 'Prefixes of a watched AS by state: visible or covered by a visible one, or lost',
        labels: ['asn', 'family', 'state'],
      },
      (tell) => {
        for (const { asn, last } of this.#ases.values()) {
          if (last === undefined) continue;
          for (const [family, { visible, lost }] of familiesOf(last)) {
            tell(visible, asn, family, 'visible');
            tell(lost, asn, family, 'lost');
          }
        }
      },
    );
  }

  /** Of those that are probed: what probes cannot say has no series, rather than a number that stands for nothing. */
  #registerProbes(metrics: SeriesRegistry): void {
    const each = (metric: MetricName, figures: (reach: AsReach, asn: string, tell: Tell) => void) =>
      metrics.gauge(metric, (tell) => {
        for (const { asn, last } of this.#ases.values())
          if (last?.reach !== undefined) figures(last.reach, asn, tell);
      });
    each(
      {
        name: 'steadybeat_watch_probe_targets',
        help: 'Targets in a watched AS that were probed in the last 10 minutes, by what the last probe got',
        labels: ['asn', 'answer'],
      },
      ({ targets, replying }, asn, tell) => {
        tell(replying, asn, 'reply');
        tell(targets - replying, asn, 'none');
      },
    );
    each(
      {
        name: 'steadybeat_watch_probe_down',
        help: '1 where probes say that a watched AS is down, 0 where it is up, nothing where they cannot say',
        labels: ['asn'],
      },
      ({ state }, asn, tell) => {
        if (state !== 'absent') tell(Number(state === 'down'), asn);
      },
    );
    each(
      {
        name: 'steadybeat_watch_probe_down_probability',
        help: 'P(down) of a watched AS by all its probes so far, 0 to 1; nothing where they cannot say',
        labels: ['asn'],
      },
      ({ state, logOdds }, asn, tell) => {
        if (state !== 'absent') tell(1 / (1 + Math.exp(-logOdds)), asn);
      },
    );
  }
}

/** Those in which it has prefixes. */
const familiesOf = ({ ipv4, ipv6 }: AsScore): (readonly [string, Visibility])[] =>
  ([['ipv4', ipv4] as const, ['ipv6', ipv6] as const] as const).filter(([, { expected }]) => expected > 0);
