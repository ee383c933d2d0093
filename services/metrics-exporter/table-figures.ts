import { type Anomaly, kinds, severities, transitions } from '#core/contract/anomalies.ts';
import type { AsScores, Heartbeat } from '#core/contract/as-scores.ts';
import { firstSecondOf } from '#core/event-time.ts';
import type { Observe, SeriesRegistry } from '#runtime/metrics/metrics.ts';
import { kindLabel } from './labels.ts';

const scoreBounds = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const surpriseBounds = [0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24];
const detectionBounds = [60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
const delayBounds = [5, 10, 30, 60, 90, 120, 180, 300, 600, 1800, 3600];

/** Figures of the whole table, in which no AS has a series of its own. */
export class TableFigures {
  readonly #score: Observe;
  readonly #surprise: Observe;
  readonly #detection: Observe;
  readonly #delay: Observe;
  readonly #transitions: Observe;
  readonly #nowMs: () => number;
  #heartbeat: Heartbeat | undefined;

  /** `nowMs`: the wall clock. */
  constructor(metrics: SeriesRegistry, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#score = metrics.histogram(
      {
        name: 'steadybeat_as_score',
        help: 'Scores S, one for each AS and minute in which something happened to it',
      },
      scoreBounds,
    );
    this.#surprise = metrics.histogram(
      {
        name: 'steadybeat_as_surprise',
        help: 'Surprises Z, one for each AS and minute in which something happened to it',
      },
      surpriseBounds,
    );
    this.#detection = metrics.histogram(
      {
        name: 'steadybeat_detection_delay_seconds',
        help: 'Event time from the start of an incident until it was told',
        labels: ['kind'],
      },
      detectionBounds,
    );
    this.#delay = metrics.histogram(
      {
        name: 'steadybeat_event_delay_seconds',
        help: 'From the end of an event minute until all its scores were read here',
      },
      delayBounds,
    );
    this.#transitions = metrics.happenings(
      {
        name: 'steadybeat_incident_transitions_total',
        help: 'Incidents opened, updated and closed while this process was there',
        labels: ['kind', 'severity', 'transition'],
      },
      kinds.flatMap((kind) =>
        severities.flatMap((severity) =>
          transitions.map((transition) => [kindLabel(kind), severity, transition]),
        ),
      ),
    );
    this.#register(metrics);
  }

  scores({ eventMinute, content }: AsScores, isLive: boolean): void {
    if (content.case === 'heartbeat') this.#heartbeat = content.value;
    if (!isLive) return;
    if (content.case === 'score') {
      this.#score(content.value.score, [], '');
      this.#surprise(content.value.surprise, [], '');
    } else if (content.case === 'heartbeat') {
      this.#delay(Math.max(0, this.#nowMs() / 1000 - firstSecondOf(eventMinute + 1)), [], '');
    }
  }

  anomaly({ incidentId, kind, severity, transition, startSecond, eventSecond }: Anomaly): void {
    this.#transitions(1, [kindLabel(kind), severity, transition], incidentId);
    if (transition === 'opened') this.#detection(eventSecond - startSecond, [kindLabel(kind)], incidentId);
  }

  #register(metrics: SeriesRegistry): void {
    const ofHeartbeat = (name: string, help: string, figure: (heartbeat: Heartbeat) => number) =>
      metrics.gauge({ name, help }, (tell) => {
        if (this.#heartbeat !== undefined) tell(figure(this.#heartbeat));
      });
    ofHeartbeat(
      'steadybeat_origins_active',
      'Origin ASes to which something happened in the last minute told',
      ({ activeOrigins }) => activeOrigins,
    );
    ofHeartbeat(
      'steadybeat_origins_unstable',
      'Origin ASes with a score of at least 0.25 in the last minute told',
      ({ unstableOrigins }) => unstableOrigins,
    );
    ofHeartbeat('steadybeat_storm', '1 while path changes are not blamed on origins', ({ storm }) =>
      Number(storm),
    );
    metrics.gauge(
      {
        name: 'steadybeat_family_frozen',
        help: '1 while too few peers are there to judge a family',
        labels: ['family'],
      },
      (tell) => {
        if (this.#heartbeat === undefined) return;
        tell(Number(this.#heartbeat.ipv4Frozen), 'ipv4');
        tell(Number(this.#heartbeat.ipv6Frozen), 'ipv6');
      },
    );
  }
}
