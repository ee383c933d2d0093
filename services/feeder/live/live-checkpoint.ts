import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * How far the sources of a live feed had come in bgp.updates: `sequences` by source, of each partition, are those of all
 * that lies before `offsets`, or later ones. What lies behind tells the rest. `resting` are those that were lost and gave their place.
 */
export interface LivePosition {
  readonly offsets: readonly number[];
  readonly sequences: Readonly<Record<string, readonly number[]>>;
  /** A position of before has none. */
  readonly resting?: Readonly<Record<string, readonly number[]>>;
}

/** Keeps a position where a process that starts again finds it. */
export interface LiveCheckpoint {
  load(): LivePosition | undefined;
  save(position: LivePosition): void;
}

/** Of a log that ends with the process. */
export const noCheckpoint: LiveCheckpoint = { load: () => undefined, save() {} };

/** Keeps it in a file. */
export class CheckpointFile implements LiveCheckpoint {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws where the file is damaged: a source whose sequence is not known would begin at 1 again, and be dropped by who reads it. */
  load(): LivePosition | undefined {
    if (!existsSync(this.#path)) return undefined;
    const position = positionIn(readFileSync(this.#path, 'utf8'));
    if (position !== undefined) return position;
    throw new Error(
      `${this.#path} does not say how far the feeds had come (it was cut, perhaps): put a copy of it back, or begin with another folder`,
    );
  }

  /** Whole or not at all: it is put in the place of the one before. */
  save(position: LivePosition): void {
    const next = `${this.#path}.new`;
    writeFileSync(next, JSON.stringify(position), { flush: true });
    renameSync(next, this.#path);
  }
}

function positionIn(text: string): LivePosition | undefined {
  try {
    const position = JSON.parse(text) as Partial<LivePosition> | null;
    const isWhole = Array.isArray(position?.offsets) && typeof position.sequences === 'object';
    return isWhole ? (position as LivePosition) : undefined;
  } catch {
    return undefined;
  }
}
