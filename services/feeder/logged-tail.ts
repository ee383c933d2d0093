import { openRecord } from '#runtime/codec/envelope.ts';
import { envelopeOf, stepsBack } from '#runtime/read-back.ts';
import { markOf } from '#runtime/task.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import type { LogRecord, OutgoingRecord, Transport } from '#runtime/transport/transport.ts';

/** The log holds something else of a source than what it was to be given. Nothing was written. */
export class OtherInput extends Error {
  constructor(source: string, partition: number, sequence: number) {
    super(
      `${bgpUpdates.topic} already has records of source ${source} that are not of these files (partition ${partition}, number ${sequence}), so nothing was written. A source is fed once, all of its files in one command; that command alone goes on where it was interrupted. Feed all files of ${source} in one command under another topic prefix; if these are of another collector, name it: a folder's or a file's name such as rrc00 or route-views2, or else the folder's own, is the source.`,
    );
    this.name = 'OtherInput';
  }
}

/**
 * What the partitions of bgp.updates already have of a feed's sources. A feed makes the same numbers from the same input, so
 * it may go on behind them; the last records tell whether the input is the same: of each source in each
 * partition at least those of one step. Number 1 tells nothing: its minute is that of all sources together.
 */
export class LoggedTail {
  readonly #through: ReadonlyMap<string, number[]>;
  /** Marks of the last records that the input has not yet been seen to make, by their place. */
  readonly #unseen = new Map<string, { source: string; partition: number; sequence: number; mark: number }>();

  private constructor(partitions: number, sources: Iterable<string>) {
    const none = () => new Array<number>(partitions).fill(0);
    this.#through = new Map([...sources].map((source) => [source, none()]));
  }

  static async read(
    transport: Pick<Transport, 'offsets' | 'scan'>,
    partitions: number,
    sources: Iterable<string>,
  ): Promise<LoggedTail> {
    const tail = new LoggedTail(partitions, sources);
    const all = Array.from({ length: partitions }, (_, partition) => tail.#read(transport, partition));
    await Promise.all(all);
    return tail;
  }

  /** For each partition the last number that it has of this source, 0 where it has none. */
  through(source: string): readonly number[] {
    return this.#through.get(source)!;
  }

  /** Records that it has of all sources. */
  get records(): number {
    return [...this.#through.values()].flat().reduce((sum, through) => sum + through, 0);
  }

  /** The input was seen to make what the log has. */
  get isMatched(): boolean {
    return this.#unseen.size === 0;
  }

  /** Throws OtherInput where one of these is not what the log has under its number. */
  compare(records: readonly OutgoingRecord[]): void {
    for (const { topic, partition, key, value } of records) {
      if (topic !== bgpUpdates.topic) continue;
      const { sequence } = openRecord(value!).envelope;
      const place = placeOf(key, partition, sequence);
      const logged = this.#unseen.get(place);
      if (logged === undefined) continue;
      if (logged.mark !== markOf({ value })) throw new OtherInput(key, partition, sequence);
      this.#unseen.delete(place);
    }
  }

  /** Throws OtherInput where the input ended before it had made all that the log has. */
  assertMatched(): void {
    for (const { source, partition, sequence } of this.#unseen.values())
      throw new OtherInput(source, partition, sequence);
  }

  /** Backwards from the end until all sources are found, and one step further. */
  async #read(transport: Pick<Transport, 'offsets' | 'scan'>, partition: number): Promise<void> {
    /** By source: the step that found it. */
    const foundIn = new Map<string, number>();
    let step = 0;
    for await (const records of stepsBack(transport, bgpUpdates.topic, partition)) {
      if (foundIn.size === this.#through.size && Math.max(...foundIn.values()) < step - 1) return;
      for await (const record of records) this.#take(partition, record, step, foundIn);
      step++;
    }
  }

  #take(partition: number, record: LogRecord, step: number, foundIn: Map<string, number>): void {
    const envelope = envelopeOf(record);
    const through = envelope && this.#through.get(envelope.producer);
    if (through === undefined) return;
    const { producer: source, sequence } = envelope!;
    through[partition] = Math.max(through[partition]!, sequence);
    if (!foundIn.has(source)) foundIn.set(source, step);
    if (sequence === 1 || step - foundIn.get(source)! > 1) return;
    const place = placeOf(source, partition, sequence);
    // Of what was sent twice, the first counts.
    if (!this.#unseen.has(place))
      this.#unseen.set(place, { source, partition, sequence, mark: markOf(record) });
  }
}

const placeOf = (source: string, partition: number, sequence: number): string =>
  `${partition}/${sequence}/${source}`;
