import type { AsScore, Visibility } from '#core/contract/as-scores.ts';
import type { Metrics } from '#runtime/metrics/metrics.ts';

interface WatchedAs {
  /** As last told; undefined until something was. */
  last: AsScore | undefined;
  events: number;
}

/** The ASes that somebody wants to see at any time, with series that stay. */
export class WatchedAses {
  readonly #ases: ReadonlyMap<number, WatchedAs>;

  constructor(ases: readonly number[], metrics: Metrics) {
    this.#ases = new Map(ases.map((asn) => [asn, { last: undefined, events: 0 }]));
    this.#register(metrics);
  }

  take(score: AsScore, isLive: boolean): void {
    const watched = this.#ases.get(score.originAs);
    if (watched === undefined) return;
    watched.last = score;
    if (isLive) watched.events += score.eventCount;
  }

  #register(metrics: Metrics): void {
    const told = { labels: ['asn'] };
    metrics.gauge(
      { name: 'steadybeat_watch_score', help: 'Score S of a watched AS, 0 to 1, as last told', ...told },
      (tell) => {
        for (const [asn, { last }] of this.#ases) tell(last?.score ?? 0, String(asn));
      },
    );
    metrics.gauge(
      { name: 'steadybeat_watch_surprise', help: 'Surprise Z of a watched AS, as last told', ...told },
      (tell) => {
        for (const [asn, { last }] of this.#ases) tell(last?.surprise ?? 0, String(asn));
      },
    );
    metrics.counter(
      {
        name: 'steadybeat_watch_prefix_events_total',
        help: 'Prefix events of a watched AS: withdrawn everywhere, back, other paths, other origins',
        ...told,
      },
      (tell) => {
        for (const [asn, { events }] of this.#ases) tell(events, String(asn));
      },
    );
    metrics.gauge(
      {
        name: 'steadybeat_watch_prefixes',
        help: 'Prefixes of a watched AS by state: visible or covered by a visible one, or lost',
        labels: ['asn', 'family', 'state'],
      },
      (tell) => {
        for (const [asn, { last }] of this.#ases) {
          if (last === undefined) continue;
          for (const [family, { visible, lost }] of familiesOf(last)) {
            tell(visible, String(asn), family, 'visible');
            tell(lost, String(asn), family, 'lost');
          }
        }
      },
    );
  }
}

/** Those in which it has prefixes. */
const familiesOf = ({ ipv4, ipv6 }: AsScore): (readonly [string, Visibility])[] =>
  ([['ipv4', ipv4] as const, ['ipv6', ipv6] as const] as const).filter(([, { expected }]) => expected > 0);
