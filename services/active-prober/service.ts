import { randomUUID } from 'node:crypto';
import type { ProbeContent } from '#core/contract/probe-results.ts';
import type { EventMinute } from '#core/event-time.ts';
import type { Producer, Transport } from '#runtime/transport/transport.ts';
import { type AtlasHealth, AtlasStream, atlasDefaults } from './atlas-stream.ts';
import { ProbeRecords } from './probe-records.ts';
import { Prober } from './prober.ts';
import { TableOrigins } from './table-origins.ts';
import type { WatchList } from './watch-list.ts';

export interface ActiveProberOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of RIPE Atlas, for measurements that are not public. */
  readonly atlasKey?: string | undefined;
  /** For people: what happened to the connection to RIPE Atlas. */
  readonly onEvent: (text: string) => void;
  /** Called when a minute is complete in probe.results. */
  readonly onMinute?: (eventMinute: EventMinute) => void;
}

type ProberTransport = Pick<Transport, 'openProducer' | 'offsets' | 'scan'>;

/** Probes, hears what RIPE Atlas says, and writes to probe.results what came of it, until it is stopped. */
export class ActiveProber {
  readonly #watchList: WatchList;
  readonly #options: ActiveProberOptions;
  readonly #transport: ProberTransport;
  readonly #origins: TableOrigins;
  readonly #finished = Promise.withResolvers<void>();
  #prober: Prober | undefined;
  #atlas: AtlasStream | undefined;
  #producer: Producer | undefined;
  #sent: Promise<void> = Promise.resolve();

  constructor(watchList: WatchList, options: ActiveProberOptions, transport: ProberTransport) {
    this.#watchList = watchList;
    this.#options = options;
    this.#transport = transport;
    this.#origins = new TableOrigins(options, transport);
  }

  /** Resolves after stop; rejects when the log takes nothing any more. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  totals(): Prober['totals'] & { readonly moved: number; readonly atlas: AtlasHealth | undefined } {
    const { differing: moved } = this.#origins;
    return { asked: 0, leftOut: 0, ...this.#prober?.totals, moved, atlas: this.#atlas?.health() };
  }

  async start(): Promise<void> {
    const { now, onMinute = () => undefined } = this.#options;
    const { prober: source, targets, atlas } = this.#watchList;
    this.#producer = await this.#transport.openProducer();
    this.#origins.run().catch(this.#finished.reject);
    const originOf = (address: string, listedAs: number) => this.#origins.originOf(address, listedAs);
    const isAsking = targets.length > 0 || atlas === undefined;
    if (isAsking) {
      const write = this.#writing(source, onMinute);
      this.#prober = new Prober(this.#watchList, { now, originOf, write });
      this.#prober.start();
    }
    if (atlas === undefined) return;
    this.#atlas = new AtlasStream(atlas, {
      ...atlasDefaults,
      key: this.#options.atlasKey,
      now,
      originOf,
      onEvent: this.#options.onEvent,
      // Where there are both, the prober's minutes are told: it is never cut off.
      write: this.#writing(`atlas ${source}`, isAsking ? () => undefined : onMinute),
    });
    this.#atlas.start();
  }

  async stop(): Promise<void> {
    this.#prober?.stop();
    this.#atlas?.stop();
    await this.#origins.stop();
    await this.#sent;
    await this.#producer?.close();
    this.#finished.resolve();
  }

  /** Every run is a producer of its own: where an earlier one ended, or another of its name is, is of no concern to it. */
  #writing(source: string, onMinute: (eventMinute: EventMinute) => void) {
    const start = Math.floor(this.#options.now() / 1000);
    const records = new ProbeRecords(`${source}@${start}-${randomUUID().slice(0, 8)}`);
    return (eventMinute: EventMinute, content: ProbeContent): Promise<void> => {
      const sent = this.#producer!.send(records.of({ source, eventMinute, content }));
      this.#sent = Promise.all([this.#sent, sent]).then(() => {
        if (content.case === 'tick') onMinute(eventMinute);
      });
      this.#sent.catch(this.#finished.reject);
      return sent;
    };
  }
}
