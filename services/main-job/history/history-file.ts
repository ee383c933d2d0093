import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { AnomalyDetector } from '#core/detect/anomaly-detector.ts';
import { type EventSecond, firstSecondOf } from '#core/event-time.ts';
import type { WatchFile } from '#core/group/watch-file.ts';
import { watchedUpdates } from '#core/rib/watched-updates.ts';
import type { AsNames } from '#page/view/as-names.ts';
import { RouteMetrics } from '#runtime/metrics/route-metrics.ts';
import { northKoreaAs } from '#scenario/scenarios/nk-2014.ts';
import { OpenIncidents } from '../../metrics-exporter/open-incidents.ts';
import { TableFigures } from '../../metrics-exporter/table-figures.ts';
import { WatchedAses } from '../../metrics-exporter/watched-ases.ts';
import { buildInfo } from '../kafka/run-command-metrics.ts';
import type { RouteFigures } from '../pipeline.ts';
import { LineFile } from '../report/line-file.ts';
import { EventTimeSeries } from './event-time-series.ts';

export interface HistoryFileOptions {
  readonly path: string;
  /** AS numbers with series of their own; that of the replay, if there are none. */
  readonly watch: ReadonlySet<number>;
  readonly watchFile: WatchFile | undefined;
  /** Of ASes whose names are known. */
  readonly names: AsNames | undefined;
}

/** Where no setting says otherwise. */
const incidentSeriesMax = 1000;
const labels = 'job="steadybeat",instance="replay"';
/** From an event minute until somebody read it: of a past there is no such time. */
const leftOut = ['steadybeat_event_delay_seconds'];

/**
 * What a metrics-exporter that is never late, and a route-tracker, would have told at the end of each minute, for `promtool tsdb create-blocks-from openmetrics`. Incidents
 * come from a detector of its own, over the same scores: so the two are told together, and neither waits for the other.
 */
export class HistoryFile {
  readonly #file: LineFile;
  readonly #series: EventTimeSeries;
  /** Those of the route tracker, which is ahead. */
  readonly #routeSeries: EventTimeSeries;
  readonly #ases: readonly number[];
  readonly #detector: AnomalyDetector;
  readonly #watched: WatchedAses;
  readonly #incidents: OpenIncidents;
  readonly #figures: TableFigures;
  #nowMs = 0;

  /** Throws where the file cannot be written. */
  constructor({ path, watch, watchFile, names }: HistoryFileOptions) {
    this.#file = new LineFile(path);
    this.#ases = watch.size === 0 ? [northKoreaAs] : [...watch];
    const write = (line: string) => this.#file.write(line);
    this.#series = new EventTimeSeries(labels, write, leftOut);
    this.#routeSeries = new EventTimeSeries(labels, write);
    this.#detector = new AnomalyDetector(watchFile);
    const nowMs = () => this.#nowMs;
    const countryOf = (asn: number) => names?.get(asn)?.country ?? '';
    buildInfo('metrics-exporter', this.#series);
    this.#incidents = new OpenIncidents({ seriesMax: incidentSeriesMax, nowMs, countryOf }, this.#series);
    this.#incidents.known();
    this.#watched = new WatchedAses(this.#ases, this.#series);
    this.#figures = new TableFigures(this.#series, nowMs);
  }

  /** `isBefore`: of a time of which nothing is to be told. */
  take(scores: AsScores, isBefore: boolean): void {
    const { eventMinute, content } = scores;
    const second = firstSecondOf(eventMinute + 1);
    this.#nowMs = 1000 * second;
    if (content.case === 'score') this.#watched.take(content.value, !isBefore);
    this.#figures.scores(scores, !isBefore);
    this.#detector.apply(scores, (anomaly) => this.#incident(anomaly, !isBefore));
    if (content.case === 'heartbeat' && !isBefore) this.#series.sample(second);
  }

  /** What a route tracker tells: of watched ASes, and of its peers. */
  routes(toldFrom: EventSecond): RouteFigures {
    const watched = watchedUpdates(this.#ases);
    const metrics = new RouteMetrics(this.#routeSeries, watched);
    const onMinute: RouteFigures['onMinute'] = (changes) => {
      metrics.heard(changes);
      const second = firstSecondOf(changes.eventMinute + 1);
      if (second > toldFrom) this.#routeSeries.sample(second);
    };
    return { watched, onMinute };
  }

  close(): void {
    this.#file.write('# EOF');
    this.#file.close();
  }

  #incident(anomaly: Anomaly, isLive: boolean): void {
    this.#incidents.take(anomaly, isLive);
    if (isLive) this.#figures.anomaly(anomaly);
  }
}
