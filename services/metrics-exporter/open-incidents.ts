import { type Anomaly, type Kind, kinds, type Severity, severities } from '#core/contract/anomalies.ts';
import type { EventSecond } from '#core/event-time.ts';
import type { SeriesRegistry, Tell } from '#runtime/metrics/metrics.ts';
import { kindLabel } from './labels.ts';
import { groupNameOf, ToldGroups } from './told-groups.ts';
import { ToldLeaks } from './told-leaks.ts';

interface OpenIncident {
  readonly id: string;
  readonly subject: string;
  readonly originAs: number;
  /** Two letters (ISO 3166-1) of the origin AS; empty where unknown. */
  readonly country: string;
  readonly kind: Kind;
  readonly severity: Severity;
  readonly startSecond: EventSecond;
  readonly prefixCount: number;
  readonly isMuted: boolean;
  /** Of a group: its members, as subjects. */
  readonly members: readonly string[];
  readonly prefixes: readonly string[];
  readonly upstreamAs: number;
  readonly viaAses: readonly number[];
  readonly openedMs: number;
  /** Over, and told until then, so that nobody who asks now and then misses it; undefined while it is open. */
  untilMs: number | undefined;
  isCounted: boolean;
}

export interface OpenIncidentsOptions {
  /** So many get series of their own. */
  readonly seriesMax: number;
  /** Where an AS is registered, in two letters (ISO 3166-1); empty where unknown, as every one is without it. */
  readonly countryOf?: (asn: number) => string;
  /** The wall clock. */
  readonly nowMs: () => number;
}

/** An incident that came and went is told for so long. */
const toldForMs = 45_000;

/** The incidents that are open now, as series: the worst of them each with its own, all of them in the totals. */
export class OpenIncidents {
  readonly #options: OpenIncidentsOptions;
  readonly #open = new Map<string, OpenIncident>();
  #overflow = 0;
  #isKnown = false;

  constructor(options: OpenIncidentsOptions, metrics: SeriesRegistry) {
    this.#options = options;
    this.#register(metrics);
  }

  /** From now on what is open is known, and told: before, something that is over could still look open. */
  known(): void {
    this.#isKnown = true;
  }

  /** `isLive`: it is news, and not read again from what was there before this process. */
  take(anomaly: Anomaly, isLive: boolean): void {
    const { incidentId: id, subject, originAs, kind, severity, startSecond, prefixCount, prefixes } = anomaly;
    const { upstreamAs, viaAses } = anomaly.evidence;
    const isMuted = anomaly.muted !== undefined;
    const members = groupNameOf(subject) === undefined ? [] : anomaly.evidence.members;
    const now = this.#options.nowMs();
    const known = this.#open.get(id);
    if (anomaly.transition === 'closed') {
      if (known === undefined) return;
      if (isLive && now < known.openedMs + toldForMs) known.untilMs = known.openedMs + toldForMs;
      else this.#open.delete(id);
      return;
    }
    const openedMs = known?.openedMs ?? (isLive ? now : 0);
    const isCounted = known?.isCounted ?? false;
    const country = this.#options.countryOf?.(originAs) ?? '';
    const facts = { id, subject, originAs, kind, severity, startSecond, prefixCount, isMuted, members };
    const places = { country, prefixes, upstreamAs, viaAses };
    this.#open.set(id, { ...facts, ...places, openedMs, untilMs: undefined, isCounted });
  }

  /** The worst first, and of those the longest known; each is counted once when there is no room for it. */
  #shown(): OpenIncident[] {
    if (!this.#isKnown) return [];
    const now = this.#options.nowMs();
    const worstFirst = severities.toReversed();
    const bySeverity = new Map<Severity, OpenIncident[]>(worstFirst.map((severity) => [severity, []]));
    for (const [id, incident] of this.#open) {
      if (incident.untilMs !== undefined && now >= incident.untilMs) this.#open.delete(id);
      else bySeverity.get(incident.severity)!.push(incident);
    }
    const shown = [...bySeverity.values()].flat();
    for (const incident of shown.splice(this.#options.seriesMax)) {
      if (incident.isCounted) continue;
      incident.isCounted = true;
      this.#overflow++;
    }
    return shown;
  }

  #register(metrics: SeriesRegistry): void {
    let shown: readonly OpenIncident[] = [];
    let groups = new ToldGroups();
    let leaks = new ToldLeaks();
    const labels = ['incident', 'subject', 'asn', 'country', 'kind', 'severity', 'muted', 'group', 'leak'];
    const tellEach = (tell: Tell, figure: (incident: OpenIncident) => number) => {
      for (const incident of shown) {
        const { id, subject, originAs, country, kind, severity, isMuted } = incident;
        const asn = originAs === 0 ? '' : String(originAs);
        const muted = isMuted ? 'true' : '';
        tell(
          figure(incident),
          id,
          subject,
          asn,
          country,
          kindLabel(kind),
          severity,
          muted,
          groups.of(incident) ?? '',
          String(leaks.of(incident) ?? ''),
        );
      }
    };
    metrics.gauge(
      {
        name: 'steadybeat_incident_start_timestamp_seconds',
        help: 'Event time at which an open incident began; the series is there while it is open',
        labels,
      },
      (tell) => {
        shown = this.#shown();
        groups = new ToldGroups(this.#open.values());
        leaks = new ToldLeaks(this.#open.values());
        tellEach(tell, ({ startSecond }) => startSecond);
      },
    );
    metrics.gauge(
      { name: 'steadybeat_incident_prefixes', help: 'Prefixes that an open incident concerns', labels },
      (tell) => tellEach(tell, ({ prefixCount }) => prefixCount),
    );
    metrics.gauge(
      {
        name: 'steadybeat_incidents_open',
        help: 'Open incidents, also those without series of their own',
        labels: ['kind', 'severity'],
      },
      (tell) => this.#tellOpen(tell),
    );
    metrics.counter(
      {
        name: 'steadybeat_series_overflow_total',
        help: 'Open incidents for which there was no room among the series',
      },
      (tell) => tell(this.#overflow),
    );
  }

  #tellOpen(tell: Tell): void {
    if (!this.#isKnown) return;
    const counts = kinds.map(() => severities.map(() => 0));
    for (const { kind, severity, untilMs } of this.#open.values()) {
      if (untilMs === undefined) counts[kinds.indexOf(kind)]![severities.indexOf(severity)]!++;
    }
    for (const [i, kind] of kinds.entries())
      for (const [j, severity] of severities.entries()) tell(counts[i]![j]!, kindLabel(kind), severity);
  }
}
