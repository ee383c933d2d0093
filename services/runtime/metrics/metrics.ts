import { setImmediate } from 'node:timers/promises';
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  type PrometheusContentType,
  Registry,
} from 'prom-client';

export interface MetricName {
  /** "steadybeat_records_consumed_total": base units, `_total` for counters. */
  readonly name: string;
  /** A sentence without its end. */
  readonly help: string;
  readonly labels?: readonly string[];
}

/** Tells one series: its value, and the values of its labels in the order of their names. */
export type Tell = (value: number, ...labels: readonly string[]) => void;

/** Something that happened; the exemplar names the incident that it happened to. */
export type Observe = (value: number, labels: readonly string[], incidentId: string) => void;

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Names of prom-client's own that break Prometheus' conventions: gauges that are called `_total`. */
const unconventional = ['nodejs_active_handles', 'nodejs_active_requests', 'nodejs_active_resources'].flatMap(
  (name) => [name, `${name}_total`],
);

/** The event loop is looked at so often: at prom-client's own 10 ms that is the most of what a process takes that has nothing to do. */
const eventLoopLookMs = 50;

/** What takes some 2 ms, to be set or to be written. */
const seriesInATurn = 250;

/** A name with its series, as prom-client keeps and writes them; its types do not tell of this. */
interface Family {
  name: string;
  readonly type: string;
  readonly values: readonly unknown[];
}

interface Collected {
  get(): Promise<Family>;
  /** Of histograms, without what only the text in JSON needs. */
  getForPromString?(): Promise<Family>;
}

interface Renderer {
  getMetricsAsString(metric: { readonly get: () => Family }): Promise<string>;
}

/** What somebody registers series with: those of a process, or those of a past. */
export type SeriesRegistry = Pick<Metrics, 'gauge' | 'counter' | 'happenings' | 'histogram'>;

/** The series of one process. The only module that knows prom-client. */
export class Metrics {
  readonly #registry = new Registry<PrometheusContentType | OpenMetricsContentType>();
  readonly #names: string[] = [];
  #rendering: Promise<unknown> = Promise.resolve();

  constructor() {
    // What has exemplars must be made in a registry of this type; each exposition then says its own.
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  }

  /** Series that are whatever `read` tells when somebody asks. */
  gauge(metric: MetricName, read: (tell: Tell) => void): void {
    const gauge: Gauge = new Gauge({
      ...this.#definition(metric),
      collect: () => {
        gauge.reset();
        if (metric.labels === undefined) gauge.remove();
        return inTurns(toldBy(read), ([value, values]) => gauge.set(labelsOf(metric, values), value));
      },
    });
  }

  /** The same for numbers that only grow while the process lives. */
  counter(metric: MetricName, read: (tell: Tell) => void): void {
    const counter: Counter = new Counter({
      ...this.#definition(metric),
      collect: () => {
        counter.reset();
        return inTurns(toldBy(read), ([value, values]) => counter.inc(labelsOf(metric, values), value));
      },
    });
  }

  /** A counter of what happened; every known set of label values begins at 0, so that the first one is seen. */
  happenings(metric: MetricName, known: readonly (readonly string[])[]): Observe {
    const counter: Counter = new Counter({ ...this.#definition(metric), enableExemplars: true });
    const count: Observe = (value, values, incidentId) =>
      counter.inc({
        labels: labelsOf(metric, values),
        value,
        ...(incidentId !== '' && { exemplarLabels: { incident: incidentId } }),
      });
    for (const values of known) count(0, values, '');
    return count;
  }

  /** A distribution; bounds in the unit of the name. */
  histogram(metric: MetricName, buckets: readonly number[]): Observe {
    const histogram: Histogram = new Histogram({
      ...this.#definition(metric),
      buckets: [...buckets],
      enableExemplars: true,
    });
    return (value, values, incidentId) =>
      histogram.observe({
        labels: labelsOf(metric, values),
        value,
        ...(incidentId !== '' && { exemplarLabels: { incident: incidentId } }),
      });
  }

  /** What every Node process tells: CPU, memory, garbage collection, how late its event loop is. */
  ofNode(): void {
    collectDefaultMetrics({
      register: this.#registry as unknown as Registry,
      eventLoopMonitoringPrecision: eventLoopLookMs,
    });
    for (const name of unconventional) this.#registry.removeSingleMetric(name);
    for (const { name } of this.#registry.getMetricsAsArray())
      if (!this.#names.includes(name)) this.#names.push(name);
  }

  /** OpenMetrics 1.0.0 where `accept` asks for it, or else the text format 0.0.4. */
  async exposition(accept: string): Promise<Exposition> {
    const contentType = accept.includes('application/openmetrics-text')
      ? Registry.OPENMETRICS_CONTENT_TYPE
      : Registry.PROMETHEUS_CONTENT_TYPE;
    // One at a time: what is told is set anew for each, in several turns.
    const text = this.#rendering.then(() => this.#render(contentType));
    this.#rendering = text.catch(() => undefined);
    return { contentType, text: await text };
  }

  /** Some series at a time, and in between others have their turn: a large exposition holds up nobody. */
  async #render(contentType: PrometheusContentType | OpenMetricsContentType): Promise<string> {
    const isOpenMetrics = contentType === Registry.OPENMETRICS_CONTENT_TYPE;
    const registry = new Registry<typeof contentType>();
    registry.setContentType(contentType);
    const renderer = registry as unknown as Renderer;
    let text = '';
    for (const name of this.#names) {
      const metric = this.#registry.getSingleMetric(name)! as unknown as Collected;
      const { values, ...family } = await (metric.getForPromString?.() ?? metric.get());
      // OpenMetrics names a counter without its ending; prom-client wants it so, and adds it to each series.
      if (isOpenMetrics && family.type === 'counter') family.name = name.replace(/_total$/, '');
      for (let from = 0; from === 0 || from < values.length; from += seriesInATurn) {
        const some = { ...family, values: values.slice(from, from + seriesInATurn) };
        const lines = await renderer.getMetricsAsString({ get: () => some });
        // What the family is called and means is said once.
        text += `${from === 0 ? lines : lines.slice(lines.indexOf('\n', lines.indexOf('\n') + 1) + 1)}\n`;
        await setImmediate();
      }
    }
    return isOpenMetrics ? `${text}# EOF\n` : text;
  }

  #definition({ name, help, labels = [] }: MetricName) {
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    this.#names.push(name);
    return { name, help, labelNames: [...labels], registers: [this.#registry as unknown as Registry] };
  }
}

function labelsOf({ labels = [] }: MetricName, values: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i < labels.length; i++) record[labels[i]!] = values[i]!;
  return record;
}

type Told = readonly [value: number, labels: readonly string[]];

/** All that `read` tells, of one moment. */
function toldBy(read: (tell: Tell) => void): Told[] {
  const told: Told[] = [];
  read((value, ...labels) => told.push([value, labels]));
  return told;
}

async function inTurns(told: readonly Told[], put: (one: Told) => void): Promise<void> {
  for (const [i, one] of told.entries()) {
    if (i > 0 && i % seriesInATurn === 0) await setImmediate();
    put(one);
  }
}
