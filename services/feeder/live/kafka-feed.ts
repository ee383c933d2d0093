import { setTimeout } from 'node:timers/promises';
import { BackOff } from '#runtime/back-off.ts';
import type { KafkaOptions } from '#runtime/kafka/kafka-options.ts';
import { TopicReader } from '#runtime/kafka/topic-reader.ts';
import { KafkaPositions } from './kafka-positions.ts';
import type { LiveFeed } from './live-feed.ts';
import { TopicRecords } from './topic-records.ts';

export interface KafkaFeedOptions {
  /** Whose topics are read. */
  readonly kafka: Omit<KafkaOptions, 'onEvent' | 'prefix'>;
  /** Names of topics to read. */
  readonly topics: RegExp;
  /** Where it is kept how far it has read; undefined: it begins at the end each time. */
  readonly positionsFile: string | undefined;
  /** Topics are listed so often. */
  readonly listMilliseconds?: number;
  /** Without a record for so long, it is told. */
  readonly silenceMilliseconds?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For people. */
  readonly onEvent: (text: string) => void;
}

export interface KafkaHealth {
  readonly isConnected: boolean;
  readonly topics: number;
  readonly records: number;
  /** Times that reading was paused since the log was full. */
  readonly pauses: number;
  /** Records whose time was not believed: they count as of when they came. */
  readonly replacedTimes: number;
  /** By how much the times of collectors that lag are moved: the most of any; undefined where there are none. */
  readonly lagSeconds: number | undefined;
  /** Records that came while nothing was read, and were too old to be what happens now, or were there no more. */
  readonly leftOut: number;
}

const batchBytes = 1024 * 1024;
/** New topics are looked for so often: a peer of a collector that is new has one. */
const listMillisecondsDefault = 60_000;
/** A silence of so long is told; without brokers for so long, all sources are lost. */
const silenceMillisecondsDefault = 60_000;
const saveMilliseconds = 3000;
/** What others write to Kafka into bgp.updates: BMP, or routes that were parsed already. */
export class KafkaFeed {
  readonly #options: KafkaFeedOptions;
  readonly #live: LiveFeed;
  readonly #records: TopicRecords;
  readonly #positions: KafkaPositions;
  readonly #backOff = new BackOff(1000, 60_000);
  readonly #stopping = new AbortController();
  readonly #heard = new Set<string>();
  /** By "topic/partition": the next offset to read, and that before which all is in bgp.updates. */
  #offsets: Record<string, number> = {};
  #settled: Record<string, number> = {};
  /** The next offsets when so many records had been taken, in the order of time. */
  #marks: { readonly taken: number; readonly offsets: Record<string, number> }[] = [];
  #reader: TopicReader | undefined;
  /** Undefined before they were listed. */
  #topics: number | undefined;
  #isConnected = false;
  #leftOut = 0;
  #pauses = 0;
  /** Ends the wait for room. */
  #goOn: () => void = () => undefined;
  #isPaused = false;
  #lost: NodeJS.Timeout | undefined;
  #saving: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: KafkaFeedOptions, live: LiveFeed) {
    this.#options = options;
    this.#live = live;
    this.#positions = new KafkaPositions(options.positionsFile, options.now);
    this.#records = new TopicRecords(options, live, (source) => this.#heard.add(source));
  }

  start(): void {
    this.#offsets = this.#positions.load(this.#options.onEvent);
    this.#settled = { ...this.#offsets };
    this.#lost = globalThis.setTimeout(() => this.#onSilence(), this.#silenceMilliseconds);
    this.#saving = setInterval(() => this.#save(), saveMilliseconds);
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    // What is kept stays where it never began.
    if (this.#running === undefined) return;
    this.#stopping.abort();
    this.#goOn();
    clearTimeout(this.#lost);
    // What is read to the end shall not begin it again.
    this.#lost = undefined;
    clearInterval(this.#saving);
    this.#reader?.close();
    await this.#running;
    // They are not heard any more: what was held of them for later minutes is written too.
    for (const source of this.#heard) this.#live.lose(source);
    this.#heard.clear();
    await this.#live.flush();
    this.#settled = this.#offsets;
    this.#positions.save(this.#settled);
  }

  health(): KafkaHealth {
    return {
      isConnected: this.#isConnected,
      topics: this.#topics ?? 0,
      records: this.#records.records,
      pauses: this.#pauses,
      replacedTimes: this.#records.replacedTimes,
      lagSeconds: this.#records.lagSeconds,
      leftOut: this.#leftOut,
    };
  }

  /** Connects, and reads until that fails; again and again, with growing pauses. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const reader = new TopicReader({
        ...this.#options.kafka,
        prefix: '',
        onEvent: ({ case: what }) => {
          if (what === 'waiting') this.#disconnected();
          else if (what === 'resumed') this.#connected();
        },
      });
      this.#reader = reader;
      try {
        await this.#readAll(reader);
      } catch (error) {
        if (signal.aborted) return;
        this.#disconnected();
        const milliseconds = this.#backOff.next();
        const why = error instanceof Error ? error.message : String(error);
        this.#options.onEvent(`Kafka: ${why} Trying again in ${(milliseconds / 1000).toFixed(1)} s`);
        await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
      } finally {
        reader.close();
      }
    }
  }

  async #readAll(reader: TopicReader): Promise<void> {
    // A topic that is new is read from its beginning: that is the peer's table.
    await this.#follow(reader, (low, high) => (this.#topics === undefined ? high : low));
    const listing = setInterval(
      () => this.#follow(reader, (low) => low).catch((error: unknown) => reader.fail(error)),
      this.#options.listMilliseconds ?? listMillisecondsDefault,
    );
    try {
      for (;;) {
        const batch = await reader.read(batchBytes);
        if (batch === undefined) return;
        for (const { offset, value, unreadable } of batch.records) {
          if (this.#live.isFull) await this.#room();
          if (unreadable !== undefined) this.#records.refuse(batch.topic, unreadable, value!);
          else if (value !== null) this.#records.take(batch.topic, value);
          this.#offsets[`${batch.topic}/${batch.partition}`] = offset + 1;
        }
        // Only what was taken is progress: a batch that is read and fails waits longer each time.
        this.#backOff.reset();
        this.#lost?.refresh();
      }
    } finally {
      clearInterval(listing);
    }
  }

  /** Reads topics that were not there before too; `start` says where, of those that were never read. */
  async #follow(reader: TopicReader, start: (low: number, high: number) => number): Promise<void> {
    const leftOutBefore = this.#leftOut;
    const wanted = (await reader.list()).filter((topic) => this.#options.topics.test(topic)).sort();
    await reader.follow(wanted, (topic, partition, low, high) => {
      const place = `${topic}/${partition}`;
      const kept = this.#offsets[place];
      const offset = kept === undefined || kept > high ? start(low, high) : Math.max(low, kept);
      // After topics were made anew nothing says how much came.
      const last = kept ?? this.#positions.tooOld[place] ?? offset;
      if (last <= high) this.#leftOut += Math.max(0, offset - last);
      this.#offsets[place] = offset;
      return offset;
    });
    this.#connected();
    const leftOut = this.#leftOut - leftOutBefore;
    if (leftOut > 0)
      this.#options.onEvent(
        `Kafka: ${leftOut} records are left out: they came while nothing was read, and are too old to be what happens now, or are there no more`,
      );
    if (wanted.length === this.#topics) return;
    this.#topics = wanted.length;
    this.#options.onEvent(
      wanted.length === 0
        ? `Kafka: no topic of ${this.#options.kafka.brokers.join(', ')} has such a name; looking again each minute`
        : `Kafka: ${wanted.length} topics of ${this.#options.kafka.brokers.join(', ')}`,
    );
  }

  async #room(): Promise<void> {
    this.#pauses++;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#goOn = resolve;
    this.#isPaused = true;
    this.#live.onRoom(resolve);
    await promise;
    this.#live.offRoom(resolve);
    this.#isPaused = false;
    this.#lost?.refresh();
  }

  #connected(): void {
    this.#isConnected = true;
  }

  #disconnected(): void {
    this.#isConnected = false;
  }

  get #silenceMilliseconds(): number {
    return this.#options.silenceMilliseconds ?? silenceMillisecondsDefault;
  }

  /** Nothing was heard for as long as a silence takes, of brokers that answer or not. */
  #onSilence(): void {
    this.#lost?.refresh();
    if (this.#isPaused || this.#heard.size === 0) return;
    const seconds = this.#silenceMilliseconds / 1000;
    const sources = `${this.#heard.size} collectors and routers`;
    // Some write every few minutes only: while the brokers answer, each source is lost by its own clock.
    if (this.#isConnected) {
      this.#options.onEvent(`Kafka: nothing heard for ${seconds} s from ${sources}`);
      return;
    }
    this.#options.onEvent(
      `Kafka: no broker for ${seconds} s; ${sources} are lost until they are heard again`,
    );
    for (const source of this.#heard) this.#live.lose(source);
    this.#heard.clear();
  }

  #save(): void {
    const { taken, written } = this.#live;
    // While reading pauses nothing is taken, and one mark is enough.
    if (this.#marks.at(-1)?.taken === taken) this.#marks.pop();
    this.#marks.push({ taken, offsets: { ...this.#offsets } });
    while (this.#marks.length > 0 && this.#marks[0]!.taken <= written)
      this.#settled = this.#marks.shift()!.offsets;
    this.#positions.save(this.#settled);
  }
}
