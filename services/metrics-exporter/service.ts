import { randomUUID } from 'node:crypto';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import type { EventMinute } from '#core/event-time.ts';
import type { Metrics } from '#runtime/metrics/metrics.ts';
import type { ServiceEvent } from '#runtime/service.ts';
import { anomalies, asScores } from '#runtime/topics.ts';
import type { Consumer, LogRecord, Transport } from '#runtime/transport/transport.ts';
import { OpenIncidents } from './open-incidents.ts';
import { TableFigures } from './table-figures.ts';
import { offsetOfLast, TopicReader } from './topic-reader.ts';
import { WatchedAses } from './watched-ases.ts';

export interface MetricsExporterOptions {
  readonly watchList: readonly number[];
  /** So many open incidents get series of their own. */
  readonly incidentSeriesMax: number;
  /** Where an AS is registered, in two letters (ISO 3166-1); empty where unknown. */
  readonly countryOf?: (asn: number) => string;
  readonly onEvent?: (event: ServiceEvent) => void;
  /** What is read, each value once: of anomalies all, of scores those of the last hours and what comes. */
  readonly onAnomaly?: (anomaly: Anomaly) => void;
  readonly onScores?: (scores: AsScores) => void;
  /** The wall clock. */
  readonly nowMs: () => number;
}

/** Scores of so many minutes before its start are read: so a watched AS that is quiet now has a score. */
const scoreHistoryMinutes = 360;
const batchBytes = 256 * 1024;
const task = 'metrics-exporter/0';

/** as.scores and anomalies as series. It reads all of both, in a group of its own; any number of them may run. */
export class MetricsExporter {
  readonly #options: MetricsExporterOptions;
  readonly #transport: Transport;
  readonly #scores = new TopicReader<AsScores>(asScores);
  readonly #anomalies = new TopicReader<Anomaly>(anomalies);
  readonly #incidents: OpenIncidents;
  readonly #watched: WatchedAses;
  readonly #figures: TableFigures;
  readonly #finished = Promise.withResolvers<void>();
  #consumer: Consumer | undefined;
  #eventMinute: EventMinute = 0;

  constructor(options: MetricsExporterOptions, metrics: Metrics, transport: Transport) {
    this.#options = options;
    this.#transport = transport;
    const { watchList, incidentSeriesMax: seriesMax, countryOf, nowMs } = options;
    this.#incidents = new OpenIncidents({ seriesMax, nowMs, ...(countryOf && { countryOf }) }, metrics);
    this.#watched = new WatchedAses(watchList, metrics);
    this.#figures = new TableFigures(metrics, nowMs);
    this.#register(metrics);
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  async start(): Promise<void> {
    this.#consumer = await this.#transport.openConsumer({
      group: `metrics-exporter-${randomUUID()}`,
      topics: [asScores.topic, anomalies.topic],
      batchBytes,
      isPassing: true,
    });
    this.#run(this.#consumer).then(this.#finished.resolve, this.#finished.reject);
  }

  async stop(): Promise<void> {
    // It never came to read.
    if (this.#consumer === undefined) return;
    await this.#consumer.close();
    await this.finished;
  }

  async #run(consumer: Consumer): Promise<void> {
    for (;;) {
      const delivery = await consumer.read();
      if (delivery === undefined) return;
      if (delivery.case === 'assigned') await this.#history(consumer, delivery.topic);
      else if (delivery.case === 'batch') {
        const { topic, records, ack } = delivery.batch;
        for (const record of records) this.#take(topic, record, true);
        await ack();
        this.#tell('processed', records.at(-1)!.offset + 1);
      }
    }
  }

  /** What was there before: of anomalies all of it, as an incident may be open for long. */
  async #history(consumer: Consumer, topic: string): Promise<void> {
    this.#options.onEvent?.({ case: 'restoring', task });
    const { low, high } = await this.#transport.offsets(topic, 0);
    const from =
      topic === anomalies.topic ? low : await offsetOfLast(this.#transport, asScores, scoreHistoryMinutes);
    for await (const record of this.#transport.scan(topic, 0, from, high)) this.#take(topic, record, false);
    if (topic === anomalies.topic) this.#incidents.known();
    await consumer.seek(topic, 0, high);
    this.#tell('restored', high);
  }

  #take(topic: string, record: LogRecord, isLive: boolean): void {
    if (topic === anomalies.topic) {
      const anomaly = this.#anomalies.take(record)?.value;
      if (anomaly === undefined) return;
      this.#incidents.take(anomaly, isLive);
      if (isLive) this.#figures.anomaly(anomaly);
      this.#options.onAnomaly?.(anomaly);
      return;
    }
    const scores = this.#scores.take(record)?.value;
    if (scores === undefined) return;
    this.#figures.scores(scores, isLive);
    this.#options.onScores?.(scores);
    const { eventMinute, content } = scores;
    if (content.case === 'score') this.#watched.take(content.value, isLive);
    else if (content.case === 'heartbeat') this.#eventMinute = Math.max(this.#eventMinute, eventMinute);
  }

  #tell(what: 'restored' | 'processed', inputOffset: number): void {
    const duplicates = this.#scores.dropped.duplicate + this.#anomalies.dropped.duplicate;
    const told = { task, inputOffset, eventMinute: this.#eventMinute, duplicates };
    // All that it holds is read again at a start.
    this.#options.onEvent?.({ case: what, ...told, writesSnapshots: false });
  }

  #register(metrics: Metrics): void {
    metrics.counter(
      {
        name: 'steadybeat_records_unread_total',
        help: 'Records that the exporter could not read, or that are missing by their numbers',
        labels: ['topic', 'reason'],
      },
      (tell) => {
        for (const { channel, dropped } of [this.#scores, this.#anomalies]) {
          tell(dropped.undecodable, channel.topic, 'undecodable');
          tell(dropped.missing, channel.topic, 'missing');
        }
      },
    );
  }
}
