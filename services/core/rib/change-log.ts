import type { StateReader, StateWriter } from '../state.ts';
import type { PathStore } from './path-store.ts';
import { pathOf, slotPresent } from './route-pages.ts';

/** Words of an entry before its address: place, and the slots before and after. */
const headWords = 3;
const initialEntries = 64;
/** Room for more than this is given back after the minute that needed it. */
const keptWords = 1 << 20;

/** Second (6 bits), prefix length (8) and peer (16) in one word. */
export const packPlace = (second: number, length: number, peer: number): number =>
  second | (length << 6) | (peer << 14);
export const secondOf = (place: number): number => place & 63;
export const lengthOf = (place: number): number => (place >>> 6) & 255;
export const peerOf = (place: number): number => place >>> 14;

/**
 * The changes of one source and family in the open minute, in the order in which they were made.
 *
 * An entry is one run of words (place, slot before, slot after, address), so that it costs one cache line.
 */
export class ChangeLog {
  /** Words of an address: 1 or 4. */
  readonly addressWords: 1 | 4;
  readonly stride: number;
  words: Int32Array<ArrayBuffer>;
  /** Words in use. */
  end = 0;

  constructor(addressWords: 1 | 4) {
    this.addressWords = addressWords;
    this.stride = headWords + addressWords;
    this.words = new Int32Array(initialEntries * this.stride);
  }

  /** Changes held. */
  get count(): number {
    return this.end / this.stride;
  }

  /** Adds an entry whose address the caller writes at the offset that it returns. */
  add(place: number, before: number, after: number): number {
    const at = this.end;
    if (at + this.stride > this.words.length) this.#resize(this.words.length * 2);
    const words = this.words;
    words[at] = place;
    words[at + 1] = before;
    words[at + 2] = after;
    this.end = at + this.stride;
    return at + headWords;
  }

  /** Forgets all changes, and the room that a much busier minute took. */
  clear(): void {
    if (this.words.length > keptWords && this.end < this.words.length / 4) {
      this.words = new Int32Array(this.words.length / 2);
    }
    this.end = 0;
  }

  /** Takes out the changes of one peer. */
  removePeer(peer: number): void {
    const { words, stride } = this;
    let kept = 0;
    for (let at = 0; at < this.end; at += stride) {
      if (peerOf(words[at]) === peer) continue;
      words.copyWithin(kept, at, at + stride);
      kept += stride;
    }
    this.end = kept;
  }

  markPaths(paths: PathStore): void {
    const { words, stride } = this;
    for (let at = 0; at < this.end; at += stride) {
      if (words[at + 1] < 0) paths.mark(pathOf(words[at + 1]));
      if (words[at + 2] < 0) paths.mark(pathOf(words[at + 2]));
    }
  }

  movePaths(moved: (id: number) => number): void {
    const { words, stride } = this;
    for (let at = 0; at < this.end; at += stride) {
      for (let slotAt = at + 1; slotAt <= at + 2; slotAt++) {
        if (words[slotAt] < 0) words[slotAt] = slotPresent(moved(pathOf(words[slotAt])));
      }
    }
  }

  save(writer: StateWriter): void {
    writer.array(this.words.subarray(0, this.end));
  }

  load(reader: StateReader): void {
    const words = reader.i32Array();
    this.end = words.length;
    // No other size than add makes: halved and doubled, an odd one would end within an entry.
    let size = this.words.length;
    while (size < this.end) size *= 2;
    if (size > this.words.length) this.words = new Int32Array(size);
    this.words.set(words);
  }

  #resize(size: number): void {
    const words = new Int32Array(size);
    words.set(this.words.subarray(0, this.end));
    this.words = words;
  }
}
