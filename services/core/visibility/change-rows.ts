import { grown } from './prefix-table.ts';

/**
 * The rows of one family and minute in which a live peer's route changed or went, in the order of their
 * seconds. Each knows the row before it of its prefix. Kept until the minute's evidence is gathered.
 */
const initialRows = 1024;

export class ChangeRows {
  #count = 0;
  #prefixes = new Uint32Array(initialRows);
  /** Row number * 2, and 1 where the route went. */
  #rows = new Uint32Array(initialRows);
  /** 1 + index of the prefix's row before; 0: none. */
  #previous = new Uint32Array(initialRows);

  get count(): number {
    return this.#count;
  }

  prefix(index: number): number {
    return this.#prefixes[index];
  }

  row(index: number): number {
    return this.#rows[index] >>> 1;
  }

  isLoss(index: number): boolean {
    return (this.#rows[index] & 1) === 1;
  }

  /** `previous` is what this gave for the prefix's row before, 0 for its first. */
  add(prefix: number, row: number, isLoss: boolean, previous: number): number {
    if (this.#count === this.#rows.length) this.#grow();
    this.#prefixes[this.#count] = prefix;
    this.#rows[this.#count] = row * 2 + (isLoss ? 1 : 0);
    this.#previous[this.#count] = previous;
    return ++this.#count;
  }

  /** Numbers of a prefix's rows in order; `last` is what `add` gave for the last of them. */
  upTo(last: number): number[] {
    const rows: number[] = [];
    for (let next = last; next !== 0; next = this.#previous[next - 1]) rows.push(this.row(next - 1));
    return rows.reverse();
  }

  clear(): void {
    this.#count = 0;
  }

  #grow(): void {
    this.#prefixes = grown(this.#prefixes, 2 * this.#count);
    this.#rows = grown(this.#rows, 2 * this.#count);
    this.#previous = grown(this.#previous, 2 * this.#count);
  }
}
