/** A metrics-exporter over a log in memory, and what a scorer and a detector would write there. */
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScore, Heartbeat } from '#core/contract/as-scores.ts';
import { type EventMinute, minuteOf } from '#core/event-time.ts';
import { emptyAsScore } from '#runtime/codec/as-score.ts';
import { Metrics } from '#runtime/metrics/metrics.ts';
import { ServiceMetrics } from '#runtime/metrics/service-metrics.ts';
import { WatchedTransport } from '#runtime/metrics/watched-transport.ts';
import { anomalies, asScores, type Channel, topicSpecs } from '#runtime/topics.ts';
import { defaultLagBytesMax, EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { MemoryStorage } from '#runtime/transport/memory-storage.ts';
import type { OutgoingRecord, Producer } from '#runtime/transport/transport.ts';
import { Health } from '../../services/main-job/kafka/run-command-health.ts';
import { processMetrics } from '../../services/main-job/kafka/run-command-metrics.ts';
import { MetricsExporter } from '../../services/metrics-exporter/service.ts';

export interface WorldOptions {
  readonly watchList?: readonly number[];
  readonly incidentSeriesMax?: number;
  readonly countryOf?: (asn: number) => string;
}

export class ExporterWorld {
  readonly log = new EmbeddedLog(
    { lagBytesMax: defaultLagBytesMax },
    new MemoryStorage({ retention: 'everything' }),
  );
  readonly metrics = new Metrics();
  /** The wall clock, in seconds. */
  second = 1_800_000_000;
  readonly #exporter: MetricsExporter;
  #producer: Producer | undefined;
  readonly #sequences = new Map<string, number>();

  constructor({ watchList = [], incidentSeriesMax = 1000, ...places }: WorldOptions = {}) {
    const nowMs = () => 1000 * this.second;
    const tasks = new ServiceMetrics(this.metrics, nowMs);
    const transport = new WatchedTransport(this.log, this.metrics, nowMs);
    processMetrics('metrics-exporter', new Health({ patienceMs: 1000, now: () => 0 }), this.metrics);
    const options = { watchList, incidentSeriesMax, nowMs, ...places };
    this.#exporter = new MetricsExporter(
      { ...options, onEvent: (event) => tasks.heard(event) },
      this.metrics,
      transport,
    );
  }

  async open(): Promise<void> {
    await this.log.ensureTopics(topicSpecs({ updatePartitions: 1, blockPartitions: 1 }));
    this.#producer = await this.log.openProducer();
  }

  async start(): Promise<void> {
    await this.#exporter.start();
    await this.#until('steadybeat_state_restore_duration_seconds{');
  }

  async close(): Promise<void> {
    await this.#exporter.stop();
    await this.log.close();
  }

  async anomaly(facts: Partial<Anomaly>): Promise<void> {
    const anomaly = { ...outage, ...facts };
    await this.#producer!.send(this.#records(anomalies, minuteOf(anomaly.eventSecond), anomaly));
  }

  /** The scores of a minute, and its heartbeat. */
  async minute(
    eventMinute: EventMinute,
    scores: readonly Partial<AsScore>[],
    heartbeat: Partial<Heartbeat> = {},
  ): Promise<void> {
    const records = scores.flatMap((score) =>
      this.#records(asScores, eventMinute, {
        eventMinute,
        content: { case: 'score', value: { ...emptyAsScore(), ...score } },
      }),
    );
    const value = { ...quiet, activeOrigins: scores.length, ...heartbeat };
    const last = this.#records(asScores, eventMinute, { eventMinute, content: { case: 'heartbeat', value } });
    await this.#producer!.send([...records, ...last]);
  }

  /** What is told when the exporter has read everything. */
  async text(accept = 'text/plain'): Promise<string> {
    for (const topic of [asScores.topic, anomalies.topic]) {
      const sent = this.#sequences.get(topic) ?? 0;
      if (sent > 0)
        await this.#until(
          new RegExp(`steadybeat_consumer_position\\{topic="${topic}",partition="0"\\} ${sent}\\n`),
        );
    }
    return (await this.metrics.exposition(accept)).text;
  }

  async #until(pattern: RegExp | string): Promise<void> {
    for (;;) {
      const { text } = await this.metrics.exposition('text/plain');
      if (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)) return;
    }
  }

  #records<T>({ topic, codec }: Channel<T>, eventMinute: EventMinute, value: T): OutgoingRecord[] {
    const sequence = (this.#sequences.get(topic) ?? 0) + 1;
    const producer = topic === anomalies.topic ? 'anomaly-detector/0' : 'instability-scorer/0';
    const records = codec.encode({ producer, sequence, eventMinute }, value);
    this.#sequences.set(topic, sequence + records.length - 1);
    return records.map((record) => ({ topic, partition: 0, key: '', value: record }));
  }
}

const quiet: Heartbeat = {
  activeOrigins: 0,
  unstableOrigins: 0,
  storm: false,
  ipv4Frozen: false,
  ipv6Frozen: false,
};

export const outage: Anomaly = {
  incidentId: 'as131279-outage-20141222T1615Z',
  transition: 'opened',
  kind: 'outageFull',
  subject: 'as:131279',
  originAs: 131_279,
  startSecond: 1_799_999_700,
  eventSecond: 1_799_999_940,
  durationSeconds: 240,
  severity: 'critical',
  summary: 'AS131279: all 4 prefixes are gone.',
  prefixes: ['175.45.176.0/24'],
  prefixCount: 4,
  linkedIncidentIds: [],
  evidence: {
    rule: 'at least 80 % of the peers lack all prefixes',
    measures: [],
    peersFor: 40,
    livePeers: 40,
    peerAsesFor: 30,
    livePeerAses: 30,
    samplePeersFor: [],
    samplePeersAgainst: [],
    sampleUpdates: [],
    upstreamAs: 4837,
    viaAses: [],
    members: [],
    expectedPrefixes: 4,
    expectedBasis: 'of the table',
    phases: [],
  },
};

/** The values of one name, by the text of its labels. */
export function seriesOf(text: string, name: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([a-z0-9_]+)(?:\{(.*)\})? ([^ ]+)/.exec(line);
    if (match?.[1] === name) found.set(match[2] ?? '', Number(match[3]));
  }
  return found;
}
