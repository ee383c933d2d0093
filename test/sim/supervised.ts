import type { Service, ServiceOptions } from '#runtime/service.ts';
import type { PartitionCounts } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { buildAnomalyDetector } from '../../services/anomaly-detector/service.ts';
import { buildInstabilityScorer } from '../../services/instability-scorer/service.ts';
import { buildRouteTracker } from '../../services/route-tracker/service.ts';
import { buildVisibilityTracker } from '../../services/visibility-tracker/service.ts';
import { InjectedCrash } from './faulty-transport.ts';

type AnyService = Pick<Service<unknown, unknown>, 'start' | 'stop' | 'finished' | 'caughtUp'>;

/** Starts a service again each time it crashes, in a process of its own. */
export class Supervised {
  readonly #build: () => AnyService;
  readonly #partitions: number;
  #current: AnyService | undefined;
  #extra: AnyService | undefined;
  #failure = Promise.withResolvers<never>();
  #isStopping = false;

  constructor(partitions: number, build: () => AnyService) {
    this.#partitions = partitions;
    this.#build = build;
    this.#failure.promise.catch(() => undefined);
  }

  async start(): Promise<void> {
    this.#current = await this.#run(() => this.start());
  }

  /** A second member comes, and partitions move; when it crashes it stays away. */
  async startExtra(): Promise<void> {
    if (this.#extra !== undefined) return;
    this.#extra = await this.#run(async () => {
      this.#extra = undefined;
    });
  }

  /** The second member leaves in order, if there is one. */
  async stopExtra(): Promise<void> {
    await this.#extra?.stop().catch(() => undefined);
    this.#extra = undefined;
  }

  async caughtUp(): Promise<void> {
    for (;;) {
      const service = this.#current!;
      const caughtUp = service.caughtUp(this.#partitions).then(
        () => true,
        () => false,
      );
      if (await Promise.race([caughtUp, this.#failure.promise])) return;
      while (this.#current === service)
        await Promise.race([new Promise(setImmediate), this.#failure.promise]);
    }
  }

  /** It may crash over its last snapshot. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#current!.stop().catch((error: unknown) => {
      if (!isCrash(error)) throw error;
    });
  }

  async #run(onCrash: () => Promise<void>): Promise<AnyService> {
    const service = this.#build();
    await service.start();
    service.finished.catch((error: unknown) => {
      if (isCrash(error) && this.#isStopping) return;
      if (isCrash(error)) onCrash().catch(this.#failure.reject);
      else this.#failure.reject(error);
    });
    return service;
  }
}

const isCrash = (error: unknown): boolean =>
  error instanceof InjectedCrash || (error instanceof Error && isCrash(error.cause));

/** All services in the order of the flow; `open` gives each process its transport. */
export function supervisedServices(
  counts: PartitionCounts,
  options: () => ServiceOptions,
  open: () => Transport,
): Supervised[] {
  return [
    new Supervised(counts.updatePartitions, () => buildRouteTracker({ ...counts, ...options() }, open())),
    new Supervised(counts.blockPartitions, () => buildVisibilityTracker({ ...counts, ...options() }, open())),
    new Supervised(1, () => buildInstabilityScorer(options(), open())),
    new Supervised(1, () => buildAnomalyDetector(options(), open())),
  ];
}
