import type { EventSecond } from '#core/event-time.ts';
import { recordEnd } from '#core/mrt/record.ts';
import { envelopeOf, lastSequences } from '#runtime/read-back.ts';
import { bgpUpdates, deadLetters } from '#runtime/topics.ts';
import type { OutgoingRecord, Producer } from '#runtime/transport/transport.ts';
import { Door } from '../door.ts';
import type { FeedTransport } from '../feed.ts';
import type { LiveCheckpoint, LivePosition } from './live-checkpoint.ts';
import { LiveLetters } from './live-letters.ts';
import { LiveSource } from './live-source.ts';
import { type KeptSequences, LiveSources } from './live-sources.ts';

export interface LiveFeedOptions {
  /** Of bgp.updates. */
  readonly partitions: number;
  readonly checkpoint: LiveCheckpoint;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What may wait to be sent, all sources together: beyond, feeds are asked to pause. */
  readonly waitingBytesMax?: number;
  /** What was refused, of which feed or source, and why. */
  readonly onRefused?: (origin: string, reason: string) => void;
}

export interface LiveTotals {
  readonly sources: number;
  readonly peers: number;
  readonly records: number;
  readonly elems: number;
  readonly late: number;
  /** How old the newest record was when the last one came, of the open source that is the furthest behind. */
  readonly delaySeconds: number | undefined;
  readonly refused: ReadonlyMap<string, number>;
}

const batchBytes = 900 * 1024;
const defaultWaitingBytesMax = 16 * 1024 * 1024;
/** Full batches are sent at once when there are so many; all else once a second. */
const sendBytes = 2 * 1024 * 1024;
const stepMilliseconds = 1000;
/** A source of which nothing has been heard for so long is lost, though its feed goes on. */
const silenceSeconds = 300;
/** So often is it kept how far the sources have come. */
const checkpointMilliseconds = 60_000;
const letterProducer = 'live-feed';

/**
 * Puts what live feeds bring into bgp.updates: each source on its own, minute by minute, as it comes. It never holds
 * more than it may: feeds look at isFull, pause, and go on when onRoom is called.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #transport: FeedTransport;
  readonly #waitingBytesMax: number;
  readonly #sources: LiveSources;
  readonly #connected = new Set<string>();
  readonly #door = new Door();
  readonly #roomListeners = new Set<() => void>();
  #letters = new LiveLetters(letterProducer, 0);
  #producer: Producer | undefined;
  #out: OutgoingRecord[] = [];
  #outBytes = 0;
  #countedOut = 0;
  #sending: Promise<void> | undefined;
  #sendingBytes = 0;
  #waitingAtMost = 0;
  /** Records that were taken; all of the first so many are in what goes out, or in the log. */
  #taken = 0;
  #flushed = 0;
  #written = 0;
  /** When the last checkpoint was kept, milliseconds since 1970. */
  #checkpointAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;
  readonly #failed = Promise.withResolvers<never>();

  constructor(options: LiveFeedOptions, transport: FeedTransport) {
    this.#options = options;
    this.#waitingBytesMax = options.waitingBytesMax ?? defaultWaitingBytesMax;
    this.#transport = transport;
    this.#sources = new LiveSources(options.partitions, (source, sequences) => this.#made(source, sequences));
    this.#failed.promise.catch(() => undefined);
  }

  /** Rejects when the log takes nothing any more. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** True where feeds have to pause. */
  get isFull(): boolean {
    // Counted exactly only where it may be too much: this is asked for each message.
    if (this.#waitingAtMost <= this.#waitingBytesMax) return false;
    this.#waitingAtMost = this.#waitingBytes();
    if (this.#waitingAtMost <= this.#waitingBytesMax) return false;
    this.#step();
    return true;
  }

  /** How many records were taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** So many of the first of them are in the log. */
  get written(): number {
    return this.#written;
  }

  /** Reads how far an earlier run had come. Its sources are lost until they are heard again. */
  async start(): Promise<void> {
    this.#producer = await this.#transport.openProducer();
    const kept = await this.#keptSequences();
    const letters = await lastSequences(this.#transport, deadLetters.topic, 0, [letterProducer]);
    this.#letters = new LiveLetters(letterProducer, letters.get(letterProducer)!);
    for (const source of this.#sources.restore(kept)) source.loseEarlier(this.#out);
    this.#timer = setInterval(() => this.#step(), stepMilliseconds);
    this.#send();
  }

  /** Takes whole MRT records of a source. What does not decode is refused, and counted. */
  take(source: string, bytes: Uint8Array, start: number, end: number): void {
    const now = this.#nowSecond();
    const known = this.#sources.get(source);
    this.#waitingAtMost += end - start;
    for (let at = start; at < end; ) {
      const next = recordEnd(bytes, at, end);
      this.#taken++;
      const verdict = this.#door.check(bytes, at, next);
      if (verdict === 'in') {
        const live = known ?? this.#sources.heard(source);
        if (live === undefined) this.refuse(source, 'sourceLimit', 0, bytes.subarray(at, next));
        else live.take(bytes, at, next, this.#taken, now, this.#out);
      } else if (verdict !== 'silent') {
        this.refuse(
          source,
          verdict.refusal,
          this.#sources.get(source)?.records ?? 0,
          bytes.subarray(at, next),
        );
      }
      at = next;
    }
    if (this.#out.length > 0 && this.#bytesOut() > sendBytes) this.#send();
  }

  /** Counts input of a feed that made no record. */
  refuse(origin: string, reason: string, position: number, bytes: Uint8Array): void {
    this.#letters.add(origin, reason, position, bytes, this.#nowSecond(), this.#out);
    this.#options.onRefused?.(origin, reason);
  }

  /** A connection to the source stands from now on, which tells of each session; it ends with lose. */
  connect(source: string): void {
    this.#connected.add(source);
    const known = this.#sources.get(source);
    if (known !== undefined) known.isConnected = true;
  }

  /** The source is not heard any more; its peers become unknown. */
  lose(source: string): void {
    this.#connected.delete(source);
    const known = this.#sources.get(source);
    if (known === undefined) return;
    known.lose(this.#out);
    known.isConnected = false;
  }

  /** Calls `listener` each time that there is room again after isFull. */
  onRoom(listener: () => void): void {
    this.#roomListeners.add(listener);
  }

  offRoom(listener: () => void): void {
    this.#roomListeners.delete(listener);
  }

  totals(): LiveTotals {
    let [sources, peers] = [0, 0];
    let { records, late } = this.#sources.left;
    let delaySeconds: number | undefined;
    for (const source of this.#sources.all()) {
      records += source.records;
      late += source.late;
      if (!source.isOpen) continue;
      sources++;
      peers += source.peerPartition.peersSeen;
      delaySeconds = Math.max(delaySeconds ?? 0, source.heardSecond - source.newestSecond);
    }
    const { elems } = this.#door;
    return { sources, peers, records, elems, late, delaySeconds, refused: this.#letters.counts };
  }

  /** Writes all that waits for nothing but this; resolves when it is in the log. */
  async flush(): Promise<void> {
    this.#advance();
    const wanted = this.#flushed;
    while (this.#written < wanted) {
      this.#send();
      await (this.#hasFailed ? this.#failed.promise : this.#sending);
    }
  }

  /** Writes what has come, and that all sources are lost: nobody hears them any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const source of this.#sources.all()) source.lose(this.#out);
    this.#send();
    while (this.#sending !== undefined) {
      await this.#sending;
      this.#send();
    }
    await this.#producer?.close();
  }

  /** Of every source of an earlier run, the last sequence in each partition: the kept ones, and what the log has behind them. */
  async #keptSequences(): Promise<KeptSequences> {
    const { partitions, checkpoint } = this.#options;
    const kept = checkpoint.load();
    const sequences = mapOf(kept?.sequences);
    const resting = mapOf(kept?.resting);
    for (let partition = 0; partition < partitions; partition++) {
      const { low, high } = await this.#transport.offsets(bgpUpdates.topic, partition);
      const from = Math.max(low, kept?.offsets[partition] ?? low);
      for await (const record of this.#transport.scan(bgpUpdates.topic, partition, from, high)) {
        const envelope = envelopeOf(record);
        if (envelope === undefined) continue;
        const { producer, sequence } = envelope;
        const own = sequences.get(producer) ?? resting.get(producer) ?? new Array<number>(partitions).fill(0);
        // It was heard again since: it may have been left open.
        resting.delete(producer);
        sequences.set(producer, own);
        own[partition] = Math.max(own[partition]!, sequence);
      }
    }
    return { sequences, resting };
  }

  #made(source: string, sequences: readonly number[]): LiveSource {
    const options = { topic: bgpUpdates.topic, partitions: this.#options.partitions, batchBytes };
    const live = new LiveSource(source, options, sequences, this.#nowSecond());
    live.isConnected = this.#connected.has(source);
    return live;
  }

  #step(): void {
    this.#advance();
    this.#send();
  }

  #advance(): void {
    const now = this.#nowSecond();
    for (const source of this.#sources.all()) {
      if (source.silentSeconds(now) > silenceSeconds) source.lose(this.#out);
      source.advance(now, this.#out);
    }
    this.#flushed = this.#taken;
    for (const { firstHeld } of this.#sources.all()) this.#flushed = Math.min(this.#flushed, firstHeld - 1);
  }

  /** Sends what is there, one send at a time. */
  #send(): void {
    if (this.#producer === undefined || this.#hasFailed || this.#sending !== undefined) return;
    if (this.#out.length === 0) {
      this.#written = this.#flushed;
      return;
    }
    this.#sending = this.#sendAll().then(
      () => {
        this.#sending = undefined;
        this.#sendingBytes = 0;
        if (this.#waitingBytes() > this.#waitingBytesMax / 2) this.#step();
        if (!this.isFull) for (const listener of [...this.#roomListeners]) listener();
      },
      (error: unknown) => {
        clearInterval(this.#timer);
        this.#sending = undefined;
        this.#hasFailed = true;
        this.#failed.reject(error);
      },
    );
  }

  async #sendAll(): Promise<void> {
    const now = this.#options.now();
    const isDue = now - this.#checkpointAt >= checkpointMilliseconds;
    // Where the log ends before what is sent now: nothing that is not in `sequences` can lie before it.
    const offsets = isDue ? await this.#ends() : [];
    const records = this.#out;
    const flushed = this.#flushed;
    this.#sendingBytes = this.#bytesOut();
    this.#out = [];
    this.#outBytes = this.#countedOut = 0;
    const position: LivePosition | undefined = isDue ? { offsets, ...this.#sources.sequences() } : undefined;
    await this.#producer!.send(records);
    this.#written = flushed;
    if (position === undefined) return;
    this.#checkpointAt = now;
    this.#options.checkpoint.save(position);
  }

  #ends(): Promise<number[]> {
    const ends = Array.from({ length: this.#options.partitions }, async (_, partition) => {
      const { high } = await this.#transport.offsets(bgpUpdates.topic, partition);
      return high;
    });
    return Promise.all(ends);
  }

  #waitingBytes(): number {
    let bytes = this.#sendingBytes + this.#bytesOut();
    for (const source of this.#sources.all()) bytes += source.waitingBytes;
    return bytes;
  }

  #bytesOut(): number {
    for (; this.#countedOut < this.#out.length; this.#countedOut++)
      this.#outBytes += this.#out[this.#countedOut]!.value?.length ?? 0;
    return this.#outBytes;
  }

  #nowSecond(): EventSecond {
    return Math.floor(this.#options.now() / 1000);
  }
}

const mapOf = (sequences: Readonly<Record<string, readonly number[]>> = {}): Map<string, number[]> =>
  new Map(Object.entries(sequences).map(([name, own]) => [name, [...own]]));
