import { randomUUID } from 'node:crypto';
import type { EventMinute } from '#core/event-time.ts';
import type { Producer, Transport } from '#runtime/transport/transport.ts';
import { ProbeRecords } from './probe-records.ts';
import { Prober } from './prober.ts';
import type { WatchList } from './watch-list.ts';

export interface ActiveProberOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when a minute is complete in probe.results. */
  readonly onMinute?: (eventMinute: EventMinute) => void;
}

/** Probes, and writes to probe.results what came of it, until it is stopped. */
export class ActiveProber {
  readonly #watchList: WatchList;
  readonly #options: ActiveProberOptions;
  readonly #transport: Pick<Transport, 'openProducer'>;
  readonly #finished = Promise.withResolvers<void>();
  #prober: Prober | undefined;
  #producer: Producer | undefined;
  #sent: Promise<void> = Promise.resolve();

  constructor(
    watchList: WatchList,
    options: ActiveProberOptions,
    transport: Pick<Transport, 'openProducer'>,
  ) {
    this.#watchList = watchList;
    this.#options = options;
    this.#transport = transport;
  }

  /** Resolves after stop; rejects when the log takes nothing any more. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  totals(): Prober['totals'] | undefined {
    return this.#prober?.totals;
  }

  async start(): Promise<void> {
    const { now, onMinute } = this.#options;
    const { prober: source } = this.#watchList;
    this.#producer = await this.#transport.openProducer();
    // Every run is a producer of its own: where an earlier one ended, or another of its name is, is of no concern to it.
    const records = new ProbeRecords(`${source}@${Math.floor(now() / 1000)}-${randomUUID().slice(0, 8)}`);
    this.#prober = new Prober(this.#watchList, {
      now,
      write: (eventMinute, content) => {
        const sent = this.#producer!.send(records.of({ source, eventMinute, content }));
        this.#sent = Promise.all([this.#sent, sent]).then(() => {
          if (content.case === 'tick') onMinute?.(eventMinute);
        });
        this.#sent.catch(this.#finished.reject);
      },
    });
    this.#prober.start();
  }

  async stop(): Promise<void> {
    this.#prober?.stop();
    await this.#sent;
    await this.#producer?.close();
    this.#finished.resolve();
  }
}
