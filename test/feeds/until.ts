import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition: how long is the matter of the whole run's limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
