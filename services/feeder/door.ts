import type { MrtCursor, MrtVisitor, RefusalReason } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';

/**
 * Checks records before they go anywhere, by walking them: only what decodes comes in, so nobody
 * after the feeder has to doubt a record.
 */
export class Door implements MrtVisitor {
  /** Announced and withdrawn prefixes of records let in. */
  elems = 0;
  readonly #walker = new MrtWalker(this);
  #told = false;
  #refusal: RefusalReason | undefined;

  /** 'in', or the reason of the refusal; 'silent' for a record that says nothing of routes or sessions (a KEEPALIVE). */
  check(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): 'in' | 'silent' | { readonly refusal: RefusalReason } {
    this.#told = false;
    this.#refusal = undefined;
    this.#walker.walk(bytes, start, end);
    if (this.#refusal !== undefined) return { refusal: this.#refusal };
    return this.#told ? 'in' : 'silent';
  }

  beginUpdate(): void {
    this.#told = true;
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

  stateChange(): void {
    this.#told = true;
  }

  refuse(_cursor: MrtCursor, reason: RefusalReason): void {
    this.#refusal = reason;
  }
}
