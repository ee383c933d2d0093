import { setTimeout } from 'node:timers/promises';
import type { EventMinute } from '#core/event-time.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';
import { Random } from '#scenario/random.ts';
import { Feed, type FeedTransport } from '../../services/feeder/feed.ts';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { ServiceProcess } from '../processes/service-process.ts';
import { disordered } from './disordered.ts';
import type { Flow } from './flow.ts';
import type { Plan } from './plan.ts';

/** The flow is spread over so long at least, so that all services are at work together. */
const feedMs = 5_000;
/** The feeder is ahead of what was told by at most this share of the flow. */
const aheadShare = 0.12;
/** So much of the flow is kept for the time after the disturbances. */
const keptShare = 0.15;
const pollMs = 50;

export interface FeedingOptions {
  readonly updatePartitions: number;
  /** Of a feeder's process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly toldMinute: () => EventMinute;
  /** Something goes wrong now, and does not wait for anybody. */
  readonly isDisturbed: () => boolean;
  /** However the run ends: nothing is waited for any more. */
  readonly over: AbortSignal;
}

/** The feeder: in this process, at the services' pace; or one of its own, where it is to be killed. */
export class Feeding {
  readonly #plan: Plan;
  readonly #flow: Flow;
  readonly #transport: Transport;
  readonly #options: FeedingOptions;
  readonly #asProcess: boolean;
  readonly #ended = Promise.withResolvers<void>();
  #feeder: ServiceProcess | undefined;
  #steps = 0;

  constructor(options: FeedingOptions, plan: Plan, flow: Flow, transport: Transport) {
    this.#options = options;
    this.#plan = plan;
    this.#flow = flow;
    this.#transport = transport;
    this.#asProcess = plan.disturbances.some((one) => one.case === 'killFeeder');
  }

  /** How much of the flow is fed, 0 to 1. */
  get share(): number {
    return this.#asProcess ? 1 : this.#steps / this.#flow.steps;
  }

  async run(): Promise<void> {
    if (this.#asProcess) return this.#ended.promise;
    const { flow, disorder, seed } = { ...this.#plan, flow: this.#flow };
    const start = performance.now();
    const { toldMinute, isDisturbed, over: signal, updatePartitions } = this.#options;
    let firstMinute: EventMinute | undefined;
    const beforeMinute = async (minute: EventMinute): Promise<void> => {
      firstMinute ??= minute;
      const ahead = () => (minute - Math.max(firstMinute!, toldMinute())) / flow.minutes;
      while (ahead() > aheadShare || (this.share > 1 - keptShare && isDisturbed()))
        await setTimeout(pollMs, undefined, { signal });
      const waitMs = start + (this.#steps++ / flow.steps) * feedMs - performance.now();
      if (waitMs > 10) await setTimeout(waitMs, undefined, { signal });
    };
    const log: FeedTransport = disorder
      ? disordered(this.#transport, new Random(seed, 'disorder'))
      : this.#transport;
    await new Feed({ partitions: updatePartitions, beforeMinute }, log).run(flow.files.map(diskFile));
  }

  async killed(afterRecords: number): Promise<boolean> {
    this.#start();
    const feeder = this.#feeder!;
    for (;;) {
      const highs = await Promise.all(
        Array.from({ length: this.#options.updatePartitions }, (_, partition) =>
          this.#transport.offsets(bgpUpdates.topic, partition),
        ),
      );
      if (highs.reduce((sum, { high }) => sum + high, 0) >= afterRecords) break;
      if (await Promise.race([feeder.ended.then(() => true), setTimeout(5, false)])) break;
    }
    const { signal } = await feeder.kill('SIGKILL');
    this.#start();
    const { code } = await this.#feeder!.ended;
    if (code === 0) this.#ended.resolve();
    else this.#ended.reject(new Error(`the feeder ended with ${code}:\n${this.#feeder!.log}`));
    return signal === 'SIGKILL';
  }

  #start(): void {
    this.#feeder = new ServiceProcess(['run', 'feeder', ...this.#flow.files], this.#options.environment);
  }
}
