/**
 * A process to be killed: runs everything over the disk log in a folder, and tells its parent
 * when the moment of its plan has come. Arguments: the folder, the plan as JSON.
 */
import type { ServiceEvent } from '#runtime/service.ts';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { runWhole } from './whole-run.ts';

export interface KillPlan {
  readonly service: string;
  /** While the service restores a task, or so many batches after one of its snapshots. */
  readonly moment:
    | { readonly case: 'restoring' }
    | { readonly case: 'sinceSnapshot'; readonly batches: number };
}

export type VictimMessage = 'now' | 'done';

/** Small, so that all stages are at work when the end comes. */
const lagBytesMax = 30_000;

if (import.meta.main) {
  const [folder, plan] = process.argv.slice(2);
  const log = new EmbeddedLog({ lagBytesMax }, openDiskStorage(folder!));
  await runWhole(log, plan === undefined ? undefined : watcher(JSON.parse(plan) as KillPlan));
  await log.close();
  tell('done');
}

function watcher({ service, moment }: KillPlan): (event: ServiceEvent) => void {
  const sinceSnapshot = new Map<string, number>();
  return (event) => {
    if (!event.task.startsWith(`${service}/`)) return;
    if (moment.case === 'restoring') {
      if (event.case === 'restoring') tell('now');
      return;
    }
    if (event.case === 'snapshotWritten') sinceSnapshot.set(event.task, 0);
    const since = sinceSnapshot.get(event.task);
    if (event.case !== 'processed' || since === undefined) return;
    sinceSnapshot.set(event.task, since + 1);
    if (since + 1 === moment.batches) tell('now');
  };
}

function tell(message: VictimMessage): void {
  process.send!(message);
}
