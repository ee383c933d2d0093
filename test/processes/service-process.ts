import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

const start = path.join(import.meta.dirname, '../../services/main-job/start.mjs');
const patienceMs = 180_000;
const pollMs = 50;

/** `npm start -- run ...` as a process of its own. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<{ code: number | null; signal: string | null }>;
  /** What it said. */
  log = '';

  /** `onText` gets what it says, as it comes. */
  constructor(
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    onText: (text: string) => void = () => undefined,
  ) {
    this.#child = spawn(process.execPath, [start, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.log += text;
        onText(text);
      });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  get ended(): Promise<{ code: number | null; signal: string | null }> {
    return this.#ended;
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ code: number | null; signal: string | null }> {
    this.#child.kill(signal);
    return this.#ended;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Stops it where it stands, or lets it go on; SIGUSR2 means what was loaded into it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2'): void {
    this.#child.kill(signal);
  }

  /** Waits until it has said so. */
  said(pattern: RegExp): Promise<void> {
    return this.#until(`has not said ${pattern}`, async () => pattern.test(this.log));
  }

  ready(): Promise<void> {
    return this.#until('is not ready', async () => (await this.probe('readyz')).status === 200);
  }

  /** The answer of its /livez or /readyz; status 0 where there is none. */
  async probe(name: 'livez' | 'readyz'): Promise<{ status: number; text: string }> {
    const address = /http:\/\/[\d.:]+/.exec(this.log)?.[0];
    if (address === undefined) return { status: 0, text: '' };
    try {
      const response = await fetch(`${address}/${name}`);
      return { status: response.status, text: (await response.text()).trim() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  /** What it answers there. */
  async text(name: string): Promise<string> {
    const address = /http:\/\/[\d.:]+/.exec(this.log)![0];
    return (await fetch(`${address}/${name}`)).text();
  }

  async #until(otherwise: string, holds: () => Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; !(await holds()); waitedMs += pollMs) {
      if (waitedMs > patienceMs || this.#child.exitCode !== null)
        throw new Error(`${this.#child.spawnargs.slice(2).join(' ')} ${otherwise}:\n${this.log}`);
      await setTimeout(pollMs);
    }
  }
}
