import { type EventMinute, type EventSecond, firstSecondOf } from '#core/event-time.ts';
import { deadLetterHeadBytes } from '#runtime/codec/dead-letters.ts';
import type { InputFailure } from '#runtime/input/input.ts';
import { lastSequences } from '#runtime/read-back.ts';
import { bgpUpdates, deadLetters } from '#runtime/topics.ts';
import type { OutgoingRecord, Producer, Transport } from '#runtime/transport/transport.ts';
import { LoggedTail } from './logged-tail.ts';
import type { MrtFile } from './mrt-file.ts';
import type { ReadRefusal, RefusedBytes } from './record-reader.ts';
import { SourceFeed, type SourceFeedOptions } from './source-feed.ts';
import type { ReadAheadOptions, ReadTotals, SourceListener } from './source-records.ts';

export interface FeedOptions {
  /** Of bgp.updates. */
  readonly partitions: number;
  /** Batches of records are at most so large, unless one record is larger. */
  readonly batchBytes?: number;
  readonly fromSecond?: EventSecond;
  readonly untilSecond?: EventSecond;
  readonly onRefused?: (file: MrtFile, refused: RefusedBytes) => void;
  readonly onFailure?: (file: MrtFile, failure: InputFailure) => void;
  /** Called before the records of a minute of a source are taken. */
  readonly beforeMinute?: (minute: EventMinute) => Promise<void> | undefined;
}

/** What a feed needs of the transport. */
export type FeedTransport = Pick<Transport, 'openProducer' | 'offsets' | 'scan'>;

/** Sends, and their bytes, that may be on their way; the next waits for the first of them. */
const sendsInFlight = 16;
const bytesInFlight = 4 * 1024 * 1024;

/** Below the size at which a value is sent in parts. */
const defaultBatchBytes = 900 * 1024;
/** Decompressed bytes held for files before their turn, all sources together. */
const readAheadBytes = 16 * 1024 * 1024;
const readAheadFiles = 3;

export interface FeedTotals extends ReadTotals {
  readonly sources: number;
  readonly peers: number;
  /** Bytes refused as records, by reason. */
  readonly refused: ReadonlyMap<string, number>;
  /** The minute now fed. */
  readonly minute: EventMinute | undefined;
  /** Records of bgp.updates that were written, and those that it had already. */
  readonly written: number;
  readonly alreadyThere: number;
}

type Unused = Omit<RefusedBytes, 'reason'> & { readonly reason: ReadRefusal | InputFailure['reason'] };

/** Feeds files into bgp.updates: all sources side by side in event time, a minute at a time. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #transport: FeedTransport;
  readonly #feeds: SourceFeed[] = [];
  readonly #refused = new Map<string, number>();
  readonly #letterSequence = new Map<string, number>();
  /** Dead letters to be sent with the next records. */
  #letters: OutgoingRecord[] = [];
  #producer: Producer | undefined;
  readonly #sends: { readonly sent: Promise<void>; readonly bytes: number }[] = [];
  #bytesInFlight = 0;
  #minute: EventMinute | undefined;
  #stopped = false;
  #written = 0;
  #alreadyThere = 0;
  #rehearsal: Feed | undefined;

  constructor(options: FeedOptions, transport: FeedTransport) {
    this.#options = options;
    this.#transport = transport;
  }

  totals(): FeedTotals {
    const totals = { files: 0, bytes: 0, records: 0, elems: 0 };
    let peers = 0;
    for (const feed of this.#feeds) {
      const { files, bytes, records, elems } = feed.records.totals();
      totals.files += files;
      totals.bytes += bytes;
      totals.records += records;
      totals.elems += elems;
      peers += feed.peerPartition.peersSeen;
    }
    return {
      ...totals,
      sources: this.#feeds.length,
      peers,
      refused: this.#refused,
      minute: this.#minute,
      written: this.#written,
      alreadyThere: this.#alreadyThere,
    };
  }

  /**
   * Feeds everything; what the log already has of it is not written again. Throws OtherInput, and writes nothing, where the
   * log has something else of one of the sources.
   */
  async run(files: readonly MrtFile[]): Promise<void> {
    const sources = new Set(files.map(({ source }) => source));
    const tail = await LoggedTail.read(this.#transport, this.#options.partitions, sources);
    this.#alreadyThere = tail.records;
    if (!tail.isMatched) await this.#rehearse(files, tail);
    if (!this.#stopped) await this.#feedAll(files, tail);
  }

  /** Goes through the files as far as the log has them, and writes nothing: they must make what it has. */
  async #rehearse(files: readonly MrtFile[], tail: LoggedTail): Promise<void> {
    const { onRefused: _, onFailure: __, beforeMinute: ___, ...options } = this.#options;
    const rehearsal = new Feed(options, {
      offsets: async () => ({ low: 0, high: 0 }),
      async *scan() {},
      openProducer: async () => ({
        async send(records) {
          tail.compare(records);
          if (tail.isMatched) rehearsal.stop();
        },
        async close() {},
      }),
    });
    this.#rehearsal = rehearsal;
    await rehearsal.run(files);
    if (!this.#stopped) tail.assertMatched();
  }

  async #feedAll(files: readonly MrtFile[], tail: LoggedTail): Promise<void> {
    this.#producer = await this.#transport.openProducer();
    try {
      await this.#open(files, tail);
      await this.#openSources();
      for (let feed = this.#earliest(); feed !== undefined && !this.#stopped; feed = this.#earliest()) {
        this.#minute = feed.nextMinute!;
        await this.#options.beforeMinute?.(this.#minute);
        if (this.#stopped) break;
        await feed.feedMinute((records) => this.#send(records));
      }
      while (this.#sends.length > 0) await this.#firstSent();
    } finally {
      for (const feed of this.#feeds) await feed.records.close();
      await this.#producer.close();
    }
  }

  /** Ends run after the minute that it is in; a later run goes on from there. */
  stop(): void {
    this.#stopped = true;
    this.#rehearsal?.stop();
  }

  async #open(files: readonly MrtFile[], tail: LoggedTail): Promise<void> {
    const bySource = Map.groupBy(files, (file) => file.source);
    // Seeds last: their tables are told just before all others begin.
    const names = [...bySource.keys()].sort(
      (a, b) => isSeed(bySource, a) - isSeed(bySource, b) || compareText(a, b),
    );
    const perSource = Math.max(1, Math.floor(readAheadFiles / names.length));
    const readAhead = {
      files: perSource,
      bytesEach: Math.floor(readAheadBytes / (names.length * (perSource + 1))),
    };
    const letterTails = await lastSequences(this.#transport, deadLetters.topic, 0, names);
    for (const source of names) {
      const own = bySource.get(source)!;
      const options = this.#feedOptions(readAhead, own[0]!.isSeed);
      const feed = new SourceFeed(
        source,
        own[0]!.isSeed,
        options,
        tail.through(source),
        this.#listener(letterTails.get(source)!),
      );
      await feed.open(own);
      this.#feeds.push(feed);
    }
  }

  #feedOptions(readAhead: ReadAheadOptions, forSeed: boolean): SourceFeedOptions {
    const { partitions, batchBytes = defaultBatchBytes, fromSecond = 0, untilSecond } = this.#options;
    return {
      topic: bgpUpdates.topic,
      partitions,
      batchBytes,
      fromSecond,
      untilSecond: untilSecond ?? Number.POSITIVE_INFINITY,
      ...(forSeed ? { seedSecond: firstSecondOf(Math.max(1, this.#earliest()?.nextMinute ?? 1) - 1) } : {}),
      readAhead,
    };
  }

  /** Opens all sources before any says anything; each is complete up to its first record, so none waits for it. */
  async #openSources(): Promise<void> {
    const first = this.#earliest()?.nextMinute;
    if (first === undefined) return;
    const out: OutgoingRecord[] = [];
    for (const feed of this.#feeds) feed.opened(first, out);
    for (const feed of this.#feeds) {
      if (feed.nextMinute === undefined) feed.ended(first, out);
      else if (feed.nextMinute > 0) feed.tick(feed.nextMinute - 1, out);
    }
    await this.#send(out);
  }

  /** The source whose next record is earliest; of equal ones the first by name. */
  #earliest(): SourceFeed | undefined {
    let earliest: SourceFeed | undefined;
    for (const feed of this.#feeds) {
      if (feed.nextMinute === undefined) continue;
      if (earliest === undefined || feed.nextMinute < earliest.nextMinute!) earliest = feed;
    }
    return earliest;
  }

  async #send(records: OutgoingRecord[]): Promise<void> {
    const letters = this.#letters;
    this.#letters = [];
    if (records.length + letters.length === 0) return;
    let bytes = 0;
    for (const { value } of records) bytes += value?.length ?? 0;
    this.#written += records.length;
    const sent = this.#producer!.send([...records, ...letters]);
    // Heard when its turn comes.
    sent.catch(() => undefined);
    this.#sends.push({ sent, bytes });
    this.#bytesInFlight += bytes;
    while (this.#sends.length >= sendsInFlight || this.#bytesInFlight > bytesInFlight)
      await this.#firstSent();
  }

  async #firstSent(): Promise<void> {
    const { sent, bytes } = this.#sends.shift()!;
    await sent;
    this.#bytesInFlight -= bytes;
  }

  #listener(lettersWritten: number): SourceListener {
    return {
      onRefused: (file, refused) => {
        this.#refused.set(refused.reason, (this.#refused.get(refused.reason) ?? 0) + 1);
        this.#writeLetter(file, refused, lettersWritten);
        this.#options.onRefused?.(file, refused);
      },
      onFailure: (file, failure) => {
        this.#refused.set(failure.reason, (this.#refused.get(failure.reason) ?? 0) + 1);
        const { reason, position } = failure;
        this.#writeLetter(file, { reason, position, head: new Uint8Array(), length: 0 }, lettersWritten);
        this.#options.onFailure?.(file, failure);
      },
      onFileDone: () => {},
    };
  }

  #writeLetter(file: MrtFile, refused: Unused, written: number): void {
    const { source } = file;
    const sequence = (this.#letterSequence.get(source) ?? 0) + 1;
    this.#letterSequence.set(source, sequence);
    if (sequence <= written) return;
    const { reason, position, length } = refused;
    const head = refused.head.subarray(0, deadLetterHeadBytes);
    const stamp = { producer: source, sequence, eventMinute: this.#minute ?? 0 };
    const letter = { reason, origin: file.name, position, head, length };
    for (const value of deadLetters.codec.encode(stamp, letter)) {
      this.#letters.push({ topic: deadLetters.topic, partition: 0, key: source, value });
    }
  }
}

const isSeed = (bySource: ReadonlyMap<string, readonly MrtFile[]>, source: string): number =>
  bySource.get(source)![0]!.isSeed ? 1 : 0;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
