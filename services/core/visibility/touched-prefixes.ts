import { countCommon } from './peer-bits.ts';
import { grown } from './prefix-table.ts';

const initialTouched = 64;

/** The prefixes touched in the open second, each once, with the set of peers that lacked it before. */
export class TouchedPrefixes {
  #count = 0;
  #ids = new Uint32Array(initialTouched);
  #words = 1;
  #lackedBefore = new Uint32Array(initialTouched);

  get count(): number {
    return this.#count;
  }

  id = (index: number): number => this.#ids[index];

  add(id: number, lacks: Uint32Array, at: number, words: number): void {
    if (words !== this.#words || this.#count === this.#ids.length) this.#grow(words);
    const to = this.#count * words;
    for (let i = 0; i < words; i++) this.#lackedBefore[to + i] = lacks[at + i];
    this.#ids[this.#count++] = id;
  }

  /** The peers of `mask` that lacked it before the second. */
  lackedBefore(index: number, mask: Uint32Array): Uint32Array {
    return mask.map((word, i) => word & this.#lackedBefore[index * this.#words + i]);
  }

  /** How many peers of `mask` lacked it before the second. */
  countLackedBefore(index: number, mask: Uint32Array): number {
    return countCommon(this.#lackedBefore, index * this.#words, mask);
  }

  /** Whether other peers of `live` lack it now than did before the second. */
  isChanged(index: number, lacks: Uint32Array, at: number, live: Uint32Array): boolean {
    const before = index * this.#words;
    for (let i = 0; i < this.#words; i++) {
      if (((lacks[at + i] ^ this.#lackedBefore[before + i]) & live[i]) !== 0) return true;
    }
    return false;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Peers only come in between seconds, when nothing is touched. */
  #grow(words: number): void {
    const capacity = this.#count === this.#ids.length ? 2 * this.#count : this.#ids.length;
    this.#ids = grown(this.#ids, capacity);
    const lackedBefore = new Uint32Array(capacity * words);
    if (words === this.#words) lackedBefore.set(this.#lackedBefore);
    this.#lackedBefore = lackedBefore;
    this.#words = words;
  }
}
