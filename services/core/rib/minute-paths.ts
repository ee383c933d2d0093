import type { StateReader, StateWriter } from '../state.ts';
import type { PathStore } from './path-store.ts';

const initialPaths = 64;
/** Room for more than this is given back after the minute that needed it. */
const keptPaths = 1 << 16;

/**
 * The paths that the open minute of one source names, numbered as they come: while a route changes, its path's
 * record is at hand. Each entry has one reference, so that its path lives until the minute is closed.
 *
 * A path's number word says where its entry is. Other sources write it too: then a path may get another entry.
 */
export class MinutePaths {
  readonly #paths: PathStore;
  /** Path ids. */
  #entries = new Int32Array(initialPaths);
  #size = 0;

  constructor(paths: PathStore) {
    this.#paths = paths;
  }

  /** The number of a path's entry, which is added if there is none. */
  number(id: number): number {
    const number = this.#paths.number(id);
    if (number < this.#size && this.#entries[number] === id) return number;
    return this.#add(id);
  }

  /** For each number the id of its path, one number a path: the first entry's. The others are of no use any more. */
  distinct(): { readonly numbers: Uint32Array; readonly ids: Int32Array } {
    const ids = this.#entries.subarray(0, this.#size);
    const numbers = new Uint32Array(this.#size);
    for (let entry = 0; entry < this.#size; entry++) {
      const id = ids[entry];
      const number = this.#paths.number(id);
      const isKnown = number < entry && ids[number] === id;
      numbers[entry] = isKnown ? number : entry;
      if (!isKnown) this.#paths.setNumber(id, entry);
    }
    return { numbers, ids };
  }

  /** Gives up all paths. */
  clear(): void {
    for (let entry = 0; entry < this.#size; entry++) this.#paths.release(this.#entries[entry]);
    if (this.#entries.length > keptPaths && this.#size < this.#entries.length / 4) {
      this.#entries = new Int32Array(this.#entries.length / 2);
    }
    this.#size = 0;
  }

  movePaths(moved: (id: number) => number): void {
    for (let entry = 0; entry < this.#size; entry++) this.#entries[entry] = moved(this.#entries[entry]);
  }

  save(writer: StateWriter): void {
    writer.array(this.#entries.subarray(0, this.#size));
  }

  load(reader: StateReader): void {
    const entries = reader.i32Array();
    this.#size = entries.length;
    if (this.#size > this.#entries.length) this.#entries = entries;
    else this.#entries.set(entries);
  }

  #add(id: number): number {
    const number = this.#size++;
    if (number === this.#entries.length) {
      const larger = new Int32Array(number * 2);
      larger.set(this.#entries);
      this.#entries = larger;
    }
    this.#entries[number] = id;
    this.#paths.setNumber(id, number);
    this.#paths.retain(id);
    return number;
  }
}
