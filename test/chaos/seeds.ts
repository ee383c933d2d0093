import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { JarCluster } from '../kafka/jar-cluster.ts';
import { chaosRun, type Outcome } from './chaos-run.ts';
import { dayIsHere, type Flow, type FlowName, undisturbed } from './flow.ts';
import { disturbanceText, drawPlan, type Plan } from './plan.ts';

export interface SeedsOptions {
  readonly first: number;
  /** Runs that count: where every disturbance met services at work. */
  readonly runs: number;
  readonly long: boolean;
  /** Runs side by side, each lane on brokers of its own. */
  readonly lanes: number;
  readonly say: (line: string) => void;
}

export interface Summary {
  readonly runs: number;
  /** Runs in which every disturbance met the services at work. */
  readonly counted: number;
  readonly failures: readonly string[];
}

/** Seeds in turn until so many runs count; of the machine's speed depends which do. */
const seedsPerRunMax = 1.5;

export async function runSeeds(options: SeedsOptions): Promise<Summary> {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-chaos-'));
  const lanes = new Lanes(options, folder);
  let next = options.first;
  while (lanes.counted < options.runs && next < options.first + seedsPerRunMax * options.runs) {
    const missing = options.runs - lanes.counted;
    await lanes.run(Array.from({ length: missing }, (_, i) => next + i));
    next += missing;
  }
  rmSync(folder, { recursive: true });
  return { runs: next - options.first, counted: lanes.counted, failures: lanes.failures };
}

class Lanes {
  readonly failures: string[] = [];
  counted = 0;
  readonly #options: SeedsOptions;
  readonly #folder: string;
  readonly #flows = new Map<FlowName, Flow>();

  constructor(options: SeedsOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  /** Those on three brokers after those on one. */
  async run(seeds: readonly number[]): Promise<void> {
    const { long, lanes } = this.#options;
    const plans = seeds.map((seed) => drawPlan(seed, { dayIsHere, long }));
    for (const { flow } of plans)
      if (!this.#flows.has(flow)) this.#flows.set(flow, await undisturbed(flow, this.#folder));
    for (const brokers of [1, 3]) {
      const queue = plans.filter((plan) => plan.brokers === brokers);
      await Promise.all(Array.from({ length: lanes }, () => this.#lane(brokers, queue)));
    }
  }

  /**
   * What one run has left broken must not make the next one fail. Nor do three brokers of which one was killed serve a second run: the
   * controller of Kafka 4.3.1 may go on counting deleted topics among what a broker held, and then it never lets that broker register
   * again ("Topic ID existed in isrMembers, but not in the topics map").
   */
  async #lane(brokers: number, queue: Plan[]): Promise<void> {
    let cluster: JarCluster | undefined;
    for (let plan = queue.shift(); plan !== undefined; plan = queue.shift()) {
      cluster ??= await JarCluster.start({ nodes: brokers });
      const wasRight = await this.#one(plan, cluster);
      if (wasRight && brokers === 1) continue;
      await cluster.stop();
      cluster = undefined;
    }
    await cluster?.stop();
  }

  /** False where it went wrong. */
  async #one(plan: Plan, cluster: JarCluster): Promise<boolean> {
    const { say, long } = this.#options;
    const outcome = await chaosRun(plan, this.#flows.get(plan.flow)!, cluster);
    say(told(plan, outcome));
    if (outcome.counted === plan.disturbances.length) this.counted++;
    if (outcome.wrong === undefined) return true;
    const again = `npm run chaos -- --runs 1 --seed ${plan.seed}${long ? ' --long' : ''}`;
    this.failures.push(`seed ${plan.seed}: ${outcome.wrong}\nrepeat with: ${again}`);
    say(this.failures.at(-1)!);
    return false;
  }
}

function told(plan: Plan, { counted, seconds, repeats, wrong }: Outcome): string {
  const { seed, flow, brokers, disorder, disturbances } = plan;
  const what = [...disturbances.map(disturbanceText), ...(disorder ? ['disorder'] : [])].join(', ');
  const verdict = wrong === undefined ? 'same' : 'WRONG';
  const met = `${counted} of ${disturbances.length} met work`;
  return `${verdict}  seed ${seed}  ${seconds.toFixed(1)} s  ${flow}, ${brokers} broker(s): ${what}; ${met}; ${repeats} records came again`;
}
