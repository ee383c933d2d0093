import type { EventMinute } from '#core/event-time.ts';
import type { Wait } from '#core/step.ts';
import type { ServiceEvent } from './service.ts';

/** A hand-over takes less. */
const patienceMs = 10_000;

interface Waiting {
  readonly minute: EventMinute;
  readonly sinceMs: number;
  isTold: boolean;
}

/** Tells once of each task that it waits for others, when that has been so for long, and when it is over. */
export class WaitWatch {
  readonly #tell: (event: ServiceEvent) => void;
  readonly #waiting = new Map<string, Waiting>();

  constructor(tell: (event: ServiceEvent) => void) {
    this.#tell = tell;
  }

  /** To be called every second or so, with all tasks that there are now; `nowMs` is of a clock that never goes back. */
  look(tasks: readonly { readonly name: string; waitsFor(): Wait | undefined }[], nowMs: number): void {
    for (const name of this.#waiting.keys())
      if (!tasks.some((task) => task.name === name)) this.#waiting.delete(name);
    for (const task of tasks) this.#lookAt(task.name, task.waitsFor(), nowMs);
  }

  #lookAt(task: string, wait: Wait | undefined, nowMs: number): void {
    const before = this.#waiting.get(task);
    // Who is behind and goes on is slow, and does not stand still.
    if (wait === undefined || before === undefined || before.minute !== wait.minute) {
      if (before?.isTold) this.#tell({ case: 'waitOver', task });
      if (wait === undefined) this.#waiting.delete(task);
      else this.#waiting.set(task, { minute: wait.minute, sinceMs: nowMs, isTold: false });
      return;
    }
    if (before.isTold || nowMs - before.sinceMs < patienceMs) return;
    before.isTold = true;
    this.#tell({ case: 'waiting', task, minute: wait.minute, waitsFor: wait.tasks });
  }
}
