/**
 * The rows of one family and minute in which a live peer's route changed or went, in the order of their
 * seconds: prefix id and row number. Kept until the minute's evidence is gathered.
 */
const initialRows = 1024;

export class ChangeRows {
  #count = 0;
  #prefixes = new Uint32Array(initialRows);
  /** Row number * 2, and 1 where the route went. */
  #rows = new Uint32Array(initialRows);

  get count(): number {
    return this.#count;
  }

  prefix = (index: number): number => this.#prefixes[index];
  row = (index: number): number => this.#rows[index] >>> 1;
  isLoss = (index: number): boolean => (this.#rows[index] & 1) === 1;

  add(prefix: number, row: number, isLoss: boolean): void {
    if (this.#count === this.#rows.length) this.#grow();
    this.#prefixes[this.#count] = prefix;
    this.#rows[this.#count++] = row * 2 + (isLoss ? 1 : 0);
  }

  clear(): void {
    this.#count = 0;
  }

  #grow(): void {
    const prefixes = new Uint32Array(2 * this.#count);
    const rows = new Uint32Array(2 * this.#count);
    prefixes.set(this.#prefixes);
    rows.set(this.#rows);
    this.#prefixes = prefixes;
    this.#rows = rows;
  }
}
