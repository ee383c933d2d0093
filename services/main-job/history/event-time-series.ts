import type { EventSecond } from '#core/event-time.ts';
import type { MetricName, Observe, SeriesRegistry, Tell } from '#runtime/metrics/metrics.ts';

/** Takes the samples of one family: what follows its name, its labels as text, and its value. */
type Put = (suffix: string, labels: string, value: number) => void;

interface Family {
  readonly metric: MetricName;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly tell: (put: Put) => void;
}

interface Written {
  value: number;
  /** The last sample that is in the file. */
  writtenSecond: EventSecond;
  /** The last time that it was told. */
  toldSecond: EventSecond;
}

/** Prometheus takes a series for gone after five minutes without a sample. */
const unchangedForSeconds = 240;
const forgetEverySeconds = 3600;

/**
 * Series of a past, as the samples that Prometheus would have scraped at the end of each event minute: in OpenMetrics text, each with its time. A
 * value that stays is written every four minutes. They come in the order of time and not by family, so that nothing is kept but the last
 * value of each series that is told now.
 */
export class EventTimeSeries implements SeriesRegistry {
  readonly #labels: string;
  readonly #leftOut: readonly string[];
  readonly #write: (line: string) => void;
  readonly #families: Family[] = [];
  readonly #written = new Map<string, Written>();
  #second: EventSecond | undefined;
  #forgottenSecond: EventSecond = 0;

  /** `labels`: of every series, as text ('job="steadybeat"'). `leftOut`: names that are not written. */
  constructor(labels: string, write: (line: string) => void, leftOut: readonly string[] = []) {
    this.#labels = labels;
    this.#leftOut = leftOut;
    this.#write = write;
  }

  gauge(metric: MetricName, read: (tell: Tell) => void): void {
    const tell = (put: Put) => read((value, ...values) => put('', labelsText(metric, values), value));
    this.#add({ metric, type: 'gauge', tell });
  }

  counter(metric: MetricName, read: (tell: Tell) => void): void {
    const tell = (put: Put) => read((value, ...values) => put('', labelsText(metric, values), value));
    this.#add({ metric, type: 'counter', tell });
  }

  /** A counter that is new gets a 0 in the minute before: what has not happened yet need not be there. */
  happenings(metric: MetricName): Observe {
    const counts = new Map<string, number>();
    const tell = (put: Put) => {
      for (const [labels, count] of counts) put('', labels, count);
    };
    this.#add({ metric, type: 'counter', tell });
    return (value, values) => {
      const labels = labelsText(metric, values);
      counts.set(labels, (counts.get(labels) ?? 0) + value);
    };
  }

  histogram(metric: MetricName, bounds: readonly number[]): Observe {
    const distributions = new Map<string, Distribution>();
    const tell = (put: Put) => {
      for (const [labels, distribution] of distributions) distribution.tell(labels, put);
    };
    this.#add({ metric, type: 'histogram', tell });
    return (value, values) => {
      const labels = labelsText(metric, values);
      let distribution = distributions.get(labels);
      if (distribution === undefined) {
        distribution = new Distribution(bounds);
        distributions.set(labels, distribution);
      }
      distribution.observe(value);
    };
  }

  /** Writes what is told now, at a time later than any before. */
  sample(second: EventSecond): void {
    for (const { metric, type, tell } of this.#families)
      tell((suffix, labels, value) => {
        const all = labels === '' ? this.#labels : `${labels},${this.#labels}`;
        this.#put(`${metric.name}${suffix}{${all}}`, value, second, type !== 'gauge');
      });
    if (second - this.#forgottenSecond >= forgetEverySeconds) {
      for (const [series, { toldSecond }] of this.#written)
        if (toldSecond < second) this.#written.delete(series);
      this.#forgottenSecond = second;
    }
    this.#second = second;
  }

  #put(series: string, value: number, second: EventSecond, beginsAtZero: boolean): void {
    const minuteBefore = second - 60;
    const last = this.#written.get(series);
    if (last === undefined || last.toldSecond !== this.#second) {
      if (beginsAtZero && last === undefined && value !== 0 && this.#second !== undefined)
        this.#sample(series, 0, minuteBefore);
      this.#sample(series, value, second);
      this.#written.set(series, { value, writtenSecond: second, toldSecond: second });
      return;
    }
    last.toldSecond = second;
    // Minutes that are jumped over were empty.
    while (last.writtenSecond + unchangedForSeconds < second) {
      last.writtenSecond += unchangedForSeconds;
      this.#sample(series, last.value, last.writtenSecond);
    }
    if (value === last.value && second - last.writtenSecond < unchangedForSeconds) return;
    // Until when the value before held: rates are over the minute in which it changed.
    if (value !== last.value && last.writtenSecond < minuteBefore)
      this.#sample(series, last.value, minuteBefore);
    this.#sample(series, value, second);
    last.value = value;
    last.writtenSecond = second;
  }

  #sample(series: string, value: number, second: EventSecond): void {
    this.#write(`${series} ${numberText(value)} ${second}`);
  }

  #add(family: Family): void {
    const { metric, type } = family;
    if (this.#leftOut.includes(metric.name)) return;
    const name = type === 'counter' ? metric.name.replace(/_total$/, '') : metric.name;
    this.#write(`# TYPE ${name} ${type}`);
    this.#write(`# HELP ${name} ${escaped(metric.help)}`);
    this.#families.push(family);
  }
}

class Distribution {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0).concat(0);
  }

  observe(value: number): void {
    const at = this.#bounds.findIndex((bound) => value <= bound);
    this.#counts.splice(at, 1, this.#counts.at(at)! + 1);
    this.#sum += value;
  }

  tell(labels: string, put: Put): void {
    const before = labels === '' ? '' : `${labels},`;
    let count = 0;
    for (const [i, own] of this.#counts.entries()) {
      count += own;
      put('_bucket', `${before}le="${numberText(this.#bounds[i] ?? Number.POSITIVE_INFINITY)}"`, count);
    }
    put('_sum', labels, this.#sum);
    put('_count', labels, count);
  }
}

const labelsText = ({ labels = [] }: MetricName, values: readonly string[]): string =>
  labels.map((label, i) => `${label}="${escaped(values[i]!)}"`).join(',');

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
