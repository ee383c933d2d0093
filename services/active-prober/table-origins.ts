import { setTimeout } from 'node:timers/promises';
import type { TargetOrigin } from '#core/contract/as-minutes.ts';
import { type EventMinute, minuteOf } from '#core/event-time.ts';
import { PartAssembly } from '#runtime/part-assembly.ts';
import { asMinutes } from '#runtime/topics.ts';
import type { LogRecord, Transport } from '#runtime/transport/transport.ts';

export interface TableOriginsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For people: where the route table says another AS than the list of targets. */
  readonly onEvent: (text: string) => void;
}

const pollMilliseconds = 2000;
/** A quarter-hour of a hundred address blocks: by then all targets have been told once. */
const readBackRecords = 2000;
/** Each target is told every quarter-hour: what was not for so long is of a list or of trackers that are no more. */
const staleMinutes = 60;

/** Whose addresses are by the route tables, as the visibility-trackers tell it in as.minutes: read as a member of no group. */
export class TableOrigins {
  readonly #options: TableOriginsOptions;
  readonly #transport: Pick<Transport, 'offsets' | 'scan'>;
  readonly #stopping = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  #next: number | undefined;
  #parts = new PartAssembly();
  /** By address. */
  readonly #told = new Map<string, { readonly eventMinute: EventMinute; readonly origin: TargetOrigin }>();
  /** By address, the other AS that people were told of. */
  readonly #others = new Map<string, number>();
  /** Answers that named another AS than the list. */
  differing = 0;

  constructor(options: TableOriginsOptions, transport: Pick<Transport, 'offsets' | 'scan'>) {
    this.#options = options;
    this.#transport = transport;
  }

  /** Reads on until it is stopped; resolves then, rejects where nothing can be read any more. */
  run(): Promise<void> {
    this.#reading = this.#readOn();
    return this.#reading;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reading.catch(() => undefined);
  }

  /** The origin AS of an address as of now; by the list of targets where the tables do not say. */
  originOf(address: string, listedAs: number): number {
    const told = this.#told.get(address);
    const isKnown =
      told !== undefined &&
      told.origin.originAs !== 0 &&
      this.#nowMinute() - told.eventMinute <= staleMinutes;
    const originAs = isKnown ? told.origin.originAs : listedAs;
    if (originAs !== listedAs) this.differing++;
    if (originAs !== (this.#others.get(address) ?? listedAs))
      this.#tell(address, originAs, listedAs, told?.origin);
    return originAs;
  }

  #tell(address: string, originAs: number, listedAs: number, origin: TargetOrigin | undefined): void {
    if (originAs === listedAs) this.#others.delete(address);
    else this.#others.set(address, originAs);
    const why =
      originAs === listedAs
        ? 'as the watch list has it'
        : `by ${origin?.prefix} in the route table, not AS${listedAs} as in the watch list`;
    this.#options.onEvent(`${address} is now of AS${originAs}, ${why}`);
  }

  async #readOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#readNew();
      await setTimeout(pollMilliseconds, undefined, { signal }).catch(() => undefined);
    }
  }

  async #readNew(): Promise<void> {
    const { topic } = asMinutes;
    const { low, high } = await this.#transport.offsets(topic, 0);
    // The topic was made anew.
    if (this.#next !== undefined && this.#next > high) this.#next = undefined;
    const from = Math.max(low, this.#next ?? high - readBackRecords);
    for await (const record of this.#transport.scan(topic, 0, from, high)) this.#take(record);
    this.#next = high;
  }

  #take({ value }: LogRecord): void {
    if (value === null) return;
    let minutes: ReturnType<typeof asMinutes.codec.decode> | undefined;
    try {
      const { envelope, body } = asMinutes.codec.open(value);
      const whole = this.#parts.add(envelope, body);
      minutes = whole && asMinutes.codec.decode(envelope, whole);
    } catch {
      // A stranger's, or parts whose first was before the beginning: the next quarter-hour tells all again.
      this.#parts = new PartAssembly();
    }
    for (const origin of minutes?.targets ?? []) this.#note(minutes!.eventMinute, origin);
  }

  /** A tracker that starts again tells anew what it had told. */
  #note(eventMinute: EventMinute, origin: TargetOrigin): void {
    const told = this.#told.get(origin.address);
    if (told === undefined || told.eventMinute <= eventMinute)
      this.#told.set(origin.address, { eventMinute, origin });
  }

  #nowMinute(): EventMinute {
    return minuteOf(Math.floor(this.#options.now() / 1000));
  }
}
