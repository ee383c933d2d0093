import type { ProbeResult, ProbeResults } from '../contract/probe-results.ts';
import { type EventMinute, minuteOf } from '../event-time.ts';
import { longestSilenceMinutes } from '../silence.ts';
import type { StateReader, StateWriter } from '../state.ts';

/** How long, in event time, others wait for a source that may die without a word. */
export const patienceMinutes = 5;

interface Source {
  live: boolean;
  isOpen: boolean;
  /** Complete through this minute. */
  through: EventMinute;
}

/** The sources of probes, and what they sent of minutes that are not closed. */
export class ProbeSources {
  readonly #sources = new Map<string, Source>();
  #waiting: ProbeResult[] = [];
  /** The minute to close next; undefined while no source was ever open. */
  #next: EventMinute | undefined;

  get isOpen(): boolean {
    return this.#opened().length > 0;
  }

  /** True while all open sources may die without a word. */
  get isLive(): boolean {
    return this.#opened().every(({ live }) => live);
  }

  apply({ source: name, eventMinute, content }: ProbeResults): void {
    switch (content.case) {
      case 'sourceOpened':
        this.#open(name, eventMinute, content.live);
        return;
      case 'batch':
        this.#openAgain(name, eventMinute);
        for (const result of content.results) this.#waiting.push(result);
        return;
      case 'tick': {
        const source = this.#openAgain(name, eventMinute);
        source.isOpen = true;
        source.through = Math.max(source.through, eventMinute);
        this.#loseSilent();
        return;
      }
      case 'endOfSource':
      case 'sourceLost':
        this.#sources.delete(name);
    }
  }

  #open(name: string, eventMinute: EventMinute, live: boolean): Source {
    if (this.#next === undefined || !this.isOpen) this.#next = Math.max(this.#next ?? 0, eventMinute);
    const source = { live, isOpen: true, through: eventMinute - 1 };
    this.#sources.set(name, source);
    return source;
  }

  /** Of two probers with one name the first to end ends both; the other one goes on, and is there again. */
  #openAgain(name: string, eventMinute: EventMinute): Source {
    return this.#sources.get(name) ?? this.#open(name, eventMinute, true);
  }

  /** A live source that has fallen behind the others is not waited for until its next tick. */
  #loseSilent(): void {
    const latest = Math.max(...this.#opened().map(({ through }) => through));
    for (const source of this.#opened())
      if (source.live && latest - source.through > patienceMinutes) source.isOpen = false;
  }

  /** The next minute that no open source will add to, and its results in an order that no source decides. */
  take(): { readonly minute: EventMinute; readonly results: readonly ProbeResult[] } | undefined {
    if (this.#next === undefined || !this.isOpen) return undefined;
    const through = Math.min(...this.#opened().map((source) => source.through));
    if (this.#next > through) return undefined;
    if (through - this.#next > longestSilenceMinutes)
      this.#next = Math.max(this.#next, this.#firstTold(through) - longestSilenceMinutes);
    const minute = this.#next++;
    const isDue = ({ eventSecond }: ProbeResult): boolean => minuteOf(eventSecond) <= minute;
    const results = this.#waiting.filter(isDue).sort(byTime);
    this.#waiting = this.#waiting.filter((result) => !isDue(result));
    return { minute, results };
  }

  /** The first minute of which there is a result, or else the last one of which it is known that there is none. */
  #firstTold(through: EventMinute): EventMinute {
    let first = through;
    for (const { eventSecond } of this.#waiting) first = Math.min(first, minuteOf(eventSecond));
    return first;
  }

  /** The minute in which no source is open any more. */
  takeEnd(): EventMinute | undefined {
    if (this.#next === undefined || this.isOpen) return undefined;
    this.#waiting = [];
    return this.#next++;
  }

  #opened(): Source[] {
    return [...this.#sources.values()].filter(({ isOpen }) => isOpen);
  }

  save(writer: StateWriter): void {
    writer.text(JSON.stringify([...this.#sources]));
    writer.text(JSON.stringify(this.#waiting));
    writer.u32(this.#next ?? 0);
  }

  load(reader: StateReader): void {
    for (const [name, source] of JSON.parse(reader.text()) as [string, Source][])
      this.#sources.set(name, source);
    this.#waiting = JSON.parse(reader.text()) as ProbeResult[];
    this.#next = reader.u32() || undefined;
  }
}

const byTime = (a: ProbeResult, b: ProbeResult): number =>
  a.eventSecond - b.eventSecond ||
  compare(a.prober, b.prober) ||
  compare(a.kind, b.kind) ||
  compare(a.targetAddress, b.targetAddress) ||
  compare(a.outcome, b.outcome);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
