import { type EventMinute, firstSecondOf } from '#core/event-time.ts';
import type { ServiceEvent } from '../service.ts';
import { type PassedOverReason, passedOverReasons } from '../snapshot-store.ts';
import type { MetricName, Metrics } from './metrics.ts';

interface TaskFigures {
  eventMinute: EventMinute;
  restoringSinceMs: number | undefined;
  restoreSeconds: number | undefined;
  restoredBytes: number;
  readonly passedOver: Map<PassedOverReason, number>;
  duplicates: number;
  /** When the last snapshot was written, or else when the task began to work; seconds since 1970. Undefined where none ever is. */
  keptSecond: number | undefined;
  snapshot: { readonly seconds: number; readonly bytes: number } | undefined;
  wait: { readonly waitsFor: readonly string[]; readonly sinceMs: number } | undefined;
}

/** What the tasks of a service tell of themselves: how far they are, what they keep. */
export class ServiceMetrics {
  readonly #tasks = new Map<string, TaskFigures>();
  readonly #nowMs: () => number;

  /** `nowMs`: the wall clock. */
  constructor(metrics: Metrics, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#register(metrics);
  }

  heard(event: ServiceEvent): void {
    if (event.case === 'lost') {
      this.#tasks.delete(event.task);
      return;
    }
    const task = this.#task(event.task);
    switch (event.case) {
      case 'restoring':
        task.restoringSinceMs = this.#nowMs();
        return;
      case 'restoreProgress':
        task.restoredBytes = event.readBytes;
        return;
      case 'snapshotPassedOver':
        task.passedOver.set(event.reason, (task.passedOver.get(event.reason) ?? 0) + 1);
        return;
      case 'restored':
        task.restoreSeconds = (this.#nowMs() - (task.restoringSinceMs ?? this.#nowMs())) / 1000;
        task.restoringSinceMs = undefined;
        task.eventMinute = event.eventMinute;
        if (event.writesSnapshots) task.keptSecond = this.#nowMs() / 1000;
        return;
      case 'processed':
        task.eventMinute = event.eventMinute;
        task.duplicates = event.duplicates;
        return;
      case 'waiting':
        task.wait = { waitsFor: event.waitsFor, sinceMs: this.#nowMs() };
        return;
      case 'waitOver':
        task.wait = undefined;
        return;
      case 'snapshotWritten':
        task.keptSecond = this.#nowMs() / 1000;
        task.snapshot = { seconds: event.milliseconds / 1000, bytes: event.stateBytes };
    }
  }

  #task(name: string): TaskFigures {
    const known = this.#tasks.get(name);
    if (known !== undefined) return known;
    const task: TaskFigures = {
      eventMinute: 0,
      restoringSinceMs: undefined,
      restoreSeconds: undefined,
      restoredBytes: 0,
      passedOver: new Map(),
      duplicates: 0,
      keptSecond: undefined,
      snapshot: undefined,
      wait: undefined,
    };
    this.#tasks.set(name, task);
    return task;
  }

  #register(metrics: Metrics): void {
    const each = (
      kind: 'gauge' | 'counter',
      name: MetricName['name'],
      help: string,
      figure: (task: TaskFigures) => number | undefined,
    ) =>
      metrics[kind]({ name, help, labels: ['task'] }, (tell) => {
        for (const [task, figures] of this.#tasks) {
          const value = figure(figures);
          if (value !== undefined) tell(value, task);
        }
      });
    each(
      'gauge',
      'steadybeat_watermark_timestamp_seconds',
      'The latest event minute that a task has taken in, as the time of its start',
      ({ eventMinute }) => (eventMinute === 0 ? undefined : firstSecondOf(eventMinute)),
    );
    metrics.gauge(
      {
        name: 'steadybeat_waiting_seconds',
        help: 'How long a task has been known to wait for a minute that another task has not told',
        labels: ['task', 'waits_for'],
      },
      (tell) => {
        for (const [task, { wait }] of this.#tasks)
          for (const name of wait?.waitsFor ?? []) tell((this.#nowMs() - wait!.sinceMs) / 1000, task, name);
      },
    );
    each(
      'counter',
      'steadybeat_records_duplicate_total',
      'Records that a task dropped because it had them already: redelivered, or of a replaced writer',
      ({ duplicates }) => duplicates,
    );
    each(
      'gauge',
      'steadybeat_state_restoring',
      '1 while a task looks for its snapshot and reads it',
      (task) => (task.restoringSinceMs === undefined ? 0 : 1),
    );
    each(
      'gauge',
      'steadybeat_state_restore_duration_seconds',
      'How long the last restore of a task took',
      ({ restoreSeconds }) => restoreSeconds,
    );
    each(
      'gauge',
      'steadybeat_state_restored_bytes',
      'State that a task has read from its snapshot in its last restore, so far',
      ({ restoredBytes }) => restoredBytes,
    );
    metrics.counter(
      {
        name: 'steadybeat_snapshots_passed_over_total',
        help: 'Snapshots that a task could not use when it looked for one',
        labels: ['task', 'reason'],
      },
      (tell) => {
        for (const [task, { passedOver }] of this.#tasks)
          for (const reason of passedOverReasons) tell(passedOver.get(reason) ?? 0, task, reason);
      },
    );
    each(
      'gauge',
      'steadybeat_snapshot_timestamp_seconds',
      'When a task wrote its last snapshot, or else began to work in this process',
      ({ keptSecond }) => keptSecond,
    );
    each(
      'gauge',
      'steadybeat_snapshot_duration_seconds',
      'How long writing the last snapshot of a task took',
      ({ snapshot }) => snapshot?.seconds,
    );
    each(
      'gauge',
      'steadybeat_snapshot_bytes',
      'State in the last snapshot of a task',
      ({ snapshot }) => snapshot?.bytes,
    );
  }
}
