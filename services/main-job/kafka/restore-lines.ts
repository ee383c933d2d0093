import type { ServiceEvent } from '#runtime/service.ts';

/** While a long restore is under way it is told every so often how far it is. */
const tellEveryMs = 5_000;

type Progress = Extract<ServiceEvent, { case: 'restoreProgress' }>;

/** What a log says of the snapshots that tasks read: how far, how fast, and which could not be used. */
export class RestoreLines {
  readonly #say: (line: string) => void;
  /** By task, when it was last told, in milliseconds since it began to read. */
  readonly #toldMs = new Map<string, number>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  heard(event: ServiceEvent): void {
    if (event.case === 'restoreProgress') this.#progressed(event);
    else if (event.case === 'snapshotPassedOver')
      this.#say(
        `${event.task}: the snapshot at offset ${event.inputOffset} is passed over: ${reasons[event.reason]}`,
      );
  }

  #progressed({ task, readBytes, stateBytes, milliseconds }: Progress): void {
    const isWhole = readBytes === stateBytes;
    const toldMs = readBytes === 0 ? 0 : (this.#toldMs.get(task) ?? 0);
    const isDue = isWhole || milliseconds - toldMs >= tellEveryMs;
    this.#toldMs.set(task, isDue ? milliseconds : toldMs);
    if (!isDue) return;
    const seconds = milliseconds / 1000;
    const speed = seconds === 0 ? '' : `, ${megabytes(readBytes / seconds)}/s`;
    const of = isWhole ? '' : ` of ${megabytes(stateBytes)}`;
    this.#say(`${task}: read ${megabytes(readBytes)}${of} of state in ${seconds.toFixed(1)} s${speed}`);
  }
}

const reasons = {
  incomplete: 'parts of it are not there; its writer was stopped, or it was being deleted',
  'other-state-version': 'another version of this program wrote it',
  damaged: 'its bytes are not those that were written (checksum)',
} as const;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
