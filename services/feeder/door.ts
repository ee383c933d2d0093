import type { MrtCursor, MrtVisitor, RefusalReason } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';

/**
 * Checks records before they go anywhere, by walking them: only what decodes comes in, so nobody
 * after the feeder has to doubt a record.
 */
export class Door implements MrtVisitor {
  /** Announced and withdrawn prefixes of records let in. */
  elems = 0;
  /** After checkRun: how many records came in, and where the last of them begins. */
  runRecords = 0;
  runLast = 0;
  readonly #walker = new MrtWalker(this);
  #refusal: RefusalReason | undefined;
  /** Where the records that come in end, one right behind the other; the walk may be further. */
  #inEnd = 0;
  /** Of those records; -1 while the walk has met no other. */
  #elemsIn = -1;

  /** 'in', or the reason of the refusal; 'silent' for a record that says nothing of routes or sessions (a KEEPALIVE). */
  check(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): 'in' | 'silent' | { readonly refusal: RefusalReason } {
    this.#refusal = undefined;
    this.#inEnd = start;
    this.#walker.walk(bytes, start, end);
    if (this.#refusal !== undefined) return { refusal: this.#refusal };
    return this.#inEnd === end ? 'in' : 'silent';
  }

  /**
   * Checks whole records, of no table dump, that lie back to back in [start, end). Those before the first that
   * is not 'in' come in; gives their end. The others count as not yet seen.
   */
  checkRun(bytes: Uint8Array, start: number, end: number): number {
    this.runRecords = 0;
    this.#inEnd = start;
    this.#elemsIn = -1;
    this.#walker.walk(bytes, start, end);
    if (this.#elemsIn >= 0) this.elems = this.#elemsIn;
    return this.#inEnd;
  }

  beginUpdate(cursor: MrtCursor): void {
    this.#comesIn(cursor);
  }

  withdrawIpv4(): void {
    this.elems++;
  }

  withdrawIpv6(): void {
    this.elems++;
  }

  announceIpv4(): void {
    this.elems++;
  }

  announceIpv6(): void {
    this.elems++;
  }

  endUpdate(): void {}

  stateChange(cursor: MrtCursor): void {
    this.#comesIn(cursor);
  }

  refuse(_cursor: MrtCursor, reason: RefusalReason): void {
    this.#refusal = reason;
    if (this.#elemsIn < 0) this.#elemsIn = this.elems;
  }

  #comesIn({ recordStart, recordEnd }: MrtCursor): void {
    if (recordStart === this.#inEnd) {
      this.#inEnd = recordEnd;
      this.runRecords++;
      this.runLast = recordStart;
    } else if (this.#elemsIn < 0) {
      // A silent record lies between.
      this.#elemsIn = this.elems;
    }
  }
}
