import { readFileSync } from 'node:fs';
import { ServiceProcess } from '../processes/service-process.ts';

/** Of Linux' /proc: clock ticks a second. */
const ticksPerSecond = 100;

/** In the order of their start: who reads is there before what it reads. */
export const stageNames = [
  'metrics-exporter',
  'anomaly-detector',
  'instability-scorer',
  'visibility-tracker',
  'route-tracker',
  'feeder',
] as const;
export type StageName = (typeof stageNames)[number];

/** The services of one measurement, as processes. */
export class Services {
  readonly #environment: Readonly<Record<string, string>>;
  readonly running: ServiceProcess[] = [];

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  start(stage: StageName, count = 1): ServiceProcess[] {
    const started = Array.from(
      { length: count },
      () => new ServiceProcess(['run', stage], this.#environment),
    );
    this.running.push(...started);
    return started;
  }

  async ready(): Promise<void> {
    for (const one of this.running) await one.ready();
  }

  /** Seconds of processor time of all that run now, since they began. */
  cpuSeconds(): number {
    return this.running.reduce((sum, one) => sum + this.cpuSecondsOf(one), 0);
  }

  /** The same of one of them. */
  cpuSecondsOf({ pid }: ServiceProcess): number {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold blanks; user and system time are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((one) => one.kill('SIGTERM')));
  }
}
