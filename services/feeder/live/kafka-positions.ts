import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Reading goes on where it was after so long at most: what is older would be taken for what happens now. */
const resumeMilliseconds = 600_000;

/** By "topic/partition": the next offset to read. */
export type KafkaOffsets = Readonly<Record<string, number>>;

interface Kept {
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  readonly offsets: KafkaOffsets;
}

/** Keeps in a file how far topics were read; without a path it keeps nothing. */
export class KafkaPositions {
  readonly #path: string | undefined;
  readonly #now: () => number;
  /** What was kept longer ago: not where reading goes on, but it says how much is left out. */
  tooOld: KafkaOffsets = {};

  constructor(path: string | undefined, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** None where nothing is kept, or only what is too old. `warn` is told of a file that cannot be used. */
  load(warn: (text: string) => void): Record<string, number> {
    if (this.#path === undefined) return {};
    try {
      const kept = keptIn(readFileSync(this.#path, 'utf8'));
      if (kept === undefined) {
        warn(
          `${this.#path} does not say how far Kafka was read (it was cut, perhaps): reading begins with what comes now`,
        );
        return {};
      }
      if (this.#now() - kept.savedAt < resumeMilliseconds) return { ...kept.offsets };
      this.tooOld = kept.offsets;
      return {};
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  /** Whole or not at all, also where the machine stops: it is put in the place of the one before. */
  save(offsets: KafkaOffsets): void {
    if (this.#path === undefined) return;
    const kept: Kept = { savedAt: this.#now(), offsets };
    writeFileSync(`${this.#path}.new`, JSON.stringify(kept), { flush: true });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function keptIn(text: string): Kept | undefined {
  let kept: Partial<Kept> | null;
  try {
    kept = JSON.parse(text) as Partial<Kept> | null;
  } catch {
    return undefined;
  }
  const { savedAt, offsets } = kept ?? {};
  if (typeof savedAt !== 'number' || typeof offsets !== 'object' || offsets === null) return undefined;
  return Object.values(offsets).every((offset) => Number.isSafeInteger(offset) && offset >= 0)
    ? { savedAt, offsets }
    : undefined;
}
