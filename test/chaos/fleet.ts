/** The services of one run: each instance a process, `npm start -- run NAME`. */
import { setTimeout } from 'node:timers/promises';
import { ServiceProcess } from '../processes/service-process.ts';
import { type exporter, type Stage, stages } from './plan.ts';

type Member = Stage | typeof exporter;

interface TaskProgress {
  isRestoring: boolean;
  hasSnapshot: boolean;
  /** Batches done since the last snapshot. */
  batches: number;
}

const patienceMs = 180_000;
const pollMs = 10;

/** One process and how far each of its tasks is, by what it says. */
export class Instance {
  readonly stage: Member;
  readonly process: ServiceProcess;
  readonly #tasks = new Map<string, TaskProgress>();
  #unfinishedLine = '';

  constructor(stage: Member, environment: Readonly<Record<string, string>>) {
    this.stage = stage;
    this.process = new ServiceProcess(['run', stage], environment, (text) => this.#heard(text));
  }

  /** It has a snapshot, and has done so many batches since. */
  hasDone(batches: number): boolean {
    return [...this.#tasks.values()].some((task) => task.hasSnapshot && task.batches >= batches);
  }

  get isRestoring(): boolean {
    return [...this.#tasks.values()].some((task) => task.isRestoring);
  }

  #heard(text: string): void {
    const lines = (this.#unfinishedLine + text).split('\n');
    this.#unfinishedLine = lines.pop()!;
    for (const line of lines) {
      const [, name, said, offset] =
        /(\S+\/\d+): (looking for|reading from|snapshot at|done before)(?: a snapshot| offset (\d+))/.exec(
          line,
        ) ?? [];
      if (name === undefined) continue;
      const task = this.#tasks.get(name) ?? { isRestoring: false, hasSnapshot: false, batches: 0 };
      this.#tasks.set(name, task);
      if (said === 'done before') task.batches++;
      else {
        task.isRestoring = said === 'looking for';
        task.hasSnapshot = offset !== undefined && offset !== '0';
        task.batches = 0;
      }
    }
  }
}

export class Fleet {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #instances = new Set<Instance>();
  readonly #all: Instance[] = [];
  /** Whose end is wanted. */
  readonly #ending = new Set<Instance>();
  #unexpected: string | undefined;
  #over = false;
  /** Something waits for instances to get somewhere. */
  isAwaited = false;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = { ...environment, NODE_DEBUG: 'steadybeat' };
  }

  start(stage: Member): Instance {
    const instance = new Instance(stage, this.#environment);
    this.#instances.add(instance);
    this.#all.push(instance);
    void instance.process.ended.then(({ code, signal }) => {
      this.#instances.delete(instance);
      if (!this.#ending.has(instance))
        this.#unexpected ??= `${stage} ended by itself with ${code ?? signal}:\n${instance.process.log.slice(-3000)}`;
    });
    return instance;
  }

  async startAll(counts: Readonly<Record<Stage, number>>): Promise<void> {
    const started = stages.flatMap((stage) => Array.from({ length: counts[stage] }, () => this.start(stage)));
    for (const { process } of started) await process.ready();
  }

  of(stage: Member): Instance[] {
    return [...this.#instances].filter((one) => one.stage === stage && !this.#ending.has(one));
  }

  /** Throws where a process ended though nobody wanted it to. */
  check(): void {
    if (this.#unexpected !== undefined) throw new Error(this.#unexpected);
  }

  async kill(instance: Instance): Promise<void> {
    this.#ending.add(instance);
    await instance.process.kill('SIGKILL');
  }

  /** In order; what it says where it does not end well is the run's failure. */
  async stop(instance: Instance): Promise<void> {
    // One that has just begun is not there yet to be told.
    await instance.process.ready();
    this.#ending.add(instance);
    const { code, signal } = await instance.process.kill('SIGTERM');
    if (code !== 0)
      throw new Error(
        `${instance.stage} stopped with ${code ?? signal}:\n${instance.process.log.slice(-3000)}`,
      );
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#instances].map((instance) => this.stop(instance)));
  }

  /** However the run ended: nothing is left. */
  async killAll(): Promise<void> {
    this.#over = true;
    for (const instance of this.#instances) instance.process.signal('SIGCONT');
    await Promise.all([...this.#instances].map((instance) => this.kill(instance)));
  }

  /** What all of them said, also those that are gone. */
  logs(): string {
    return this.#all.map(({ stage, process }) => `--- ${stage}\n${process.log}`).join('\n');
  }

  /** Waits for it; false where `given up` comes first. */
  async until(holds: () => boolean, givenUp: () => boolean): Promise<boolean> {
    this.isAwaited = true;
    try {
      for (let waitedMs = 0; !holds(); waitedMs += pollMs) {
        this.check();
        if (this.#over || waitedMs > patienceMs || givenUp()) return false;
        await setTimeout(pollMs);
      }
      return true;
    } finally {
      this.isAwaited = false;
    }
  }
}
