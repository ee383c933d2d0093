import { Worker } from 'node:worker_threads';
import type { InputFailure } from '#runtime/input/input.ts';
import type { LogRecord, OutgoingRecord } from '#runtime/transport/transport.ts';
import type { FeedOptions, FeedTotals, FeedTransport } from '../feeder/feed.ts';
import type { MrtFile } from '../feeder/mrt-file.ts';
import type { RefusedBytes } from '../feeder/record-reader.ts';

/** What the thread is started with: what can be copied of the options and of the files. */
export interface FeedWorkerData {
  readonly options: Omit<FeedOptions, 'onRefused' | 'onFailure' | 'beforeMinute'>;
  readonly files: readonly { readonly path: string; readonly isSeed: boolean }[];
}

interface Partition {
  readonly topic: string;
  readonly partition: number;
}

export type Offsets = Awaited<ReturnType<FeedTransport['offsets']>>;

export type FromFeedWorker =
  | { readonly case: 'send'; readonly records: readonly OutgoingRecord[]; readonly totals: FeedTotals }
  | { readonly case: 'offsets'; readonly id: number; readonly of: Partition }
  | {
      readonly case: 'scan';
      readonly id: number;
      readonly of: Partition;
      readonly from: number;
      readonly to: number;
    }
  | { readonly case: 'refused'; readonly file: string; readonly refused: RefusedBytes }
  | { readonly case: 'failure'; readonly file: string; readonly failure: InputFailure }
  | { readonly case: 'end'; readonly totals: FeedTotals };

export type ToFeedWorker =
  | { readonly case: 'sent' }
  | { readonly case: 'offsets'; readonly id: number; readonly offsets: Offsets }
  | { readonly case: 'scanned'; readonly id: number; readonly records: readonly LogRecord[] }
  | { readonly case: 'stop' };

/** A feed in a thread of its own: files are decompressed, framed and checked beside the services. */
export class FeedThread {
  readonly #options: FeedOptions;
  readonly #transport: FeedTransport;
  #worker: Worker | undefined;
  #totals: FeedTotals | undefined;
  #stopped = false;

  constructor(options: FeedOptions, transport: FeedTransport) {
    this.#options = options;
    this.#transport = transport;
  }

  totals(): FeedTotals | undefined {
    return this.#totals;
  }

  async run(files: readonly MrtFile[]): Promise<void> {
    const { onRefused, onFailure, beforeMinute: _, ...options } = this.#options;
    const byName = new Map(files.map((file) => [file.name, file]));
    const workerData: FeedWorkerData = {
      options,
      files: files.map(({ name, isSeed }) => ({ path: name, isSeed })),
    };
    const producer = await this.#transport.openProducer();
    const worker = new Worker(new URL('./feed-worker.ts', import.meta.url), { workerData });
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Records are appended in the order in which they come.
    let sending = Promise.resolve();
    worker.on('error', reject);
    worker.on('exit', (status) => reject(new Error(`the feed's thread ended with status ${status}`)));
    worker.on('message', (message: FromFeedWorker) => {
      switch (message.case) {
        case 'send':
          this.#totals = message.totals;
          sending = sending
            .then(() => producer.send(message.records))
            .then(() => this.#post({ case: 'sent' }));
          sending.catch(reject);
          break;
        case 'offsets':
        case 'scan':
          this.#answer(message).catch(reject);
          break;
        case 'refused':
          onRefused?.(byName.get(message.file)!, message.refused);
          break;
        case 'failure':
          onFailure?.(byName.get(message.file)!, message.failure);
          break;
        case 'end':
          this.#totals = message.totals;
          sending.then(resolve, reject);
          break;
      }
    });
    if (this.#stopped) this.stop();
    try {
      await promise;
    } finally {
      await worker.terminate();
      await producer.close();
    }
  }

  /** Ends run after the minute that it is in. */
  stop(): void {
    this.#stopped = true;
    this.#post({ case: 'stop' });
  }

  async #answer(question: Extract<FromFeedWorker, { case: 'offsets' | 'scan' }>): Promise<void> {
    const {
      id,
      of: { topic, partition },
    } = question;
    if (question.case === 'offsets') {
      this.#post({ case: 'offsets', id, offsets: await this.#transport.offsets(topic, partition) });
      return;
    }
    const records: LogRecord[] = [];
    for await (const record of this.#transport.scan(topic, partition, question.from, question.to))
      records.push(record);
    this.#post({ case: 'scanned', id, records });
  }

  #post(message: ToFeedWorker): void {
    this.#worker?.postMessage(message);
  }
}
