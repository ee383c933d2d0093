import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The sources that a live feed has ever written: it must know how far each had come when it starts again. */
export interface SourceRegister {
  names(): readonly string[];
  /** Kept before anything of the source is written. */
  add(name: string): void;
}

/** Of a log that ends with the process. */
export const noRegister: SourceRegister = { names: () => [], add() {} };

/** Keeps the names in a file, one a line. */
export class SourceFile implements SourceRegister {
  readonly #path: string;
  readonly #names: string[];

  constructor(path: string) {
    this.#path = path;
    this.#names = readLines(path);
  }

  names(): readonly string[] {
    return this.#names;
  }

  add(name: string): void {
    this.#names.push(name);
    // Whole or not at all: a file cut by a kill would hide a source.
    writeFileSync(`${this.#path}.new`, `${this.#names.join('\n')}\n`, { flush: true });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
