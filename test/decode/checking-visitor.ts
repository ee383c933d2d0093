import assert from 'node:assert/strict';
import {
  type MrtCursor,
  type MrtVisitor,
  maxPathWords,
  type RefusalReason,
  refusalReasons,
} from '#core/mrt/visitor.ts';
import { BgpdumpLines } from '#core/render/bgpdump-line.ts';

/**
 * Writes down what a walk tells, by record, and asserts what must hold of it whatever the
 * bytes were: calls in pairs, a record told or refused but not both, prefixes masked, paths that can be read.
 */
export class CheckingVisitor implements MrtVisitor {
  /** By offset of the record: its lines, or its refusal. */
  readonly told = new Map<number, string[]>();
  readonly #path = new Uint32Array(maxPathWords);
  readonly #lines: BgpdumpLines;
  #at = 0;
  #isOpen = false;

  constructor() {
    this.#lines = new BgpdumpLines((line) => this.#note(line));
  }

  beginUpdate(cursor: MrtCursor): void {
    this.#see(cursor);
    assert.ok(!this.#isOpen);
    assert.notEqual(cursor.attributes.outcome, 'sessionReset');
    this.#isOpen = true;
    this.#lines.beginUpdate(cursor);
  }

  withdrawIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.#checkIpv4(cursor, address, length, pathId);
    this.#lines.withdrawIpv4(cursor, address, length, pathId);
  }

  announceIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.#checkIpv4(cursor, address, length, pathId);
    this.#checkPath(cursor);
    this.#lines.announceIpv4(cursor, address, length, pathId);
  }

  withdrawIpv6(
    cursor: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    id: number,
  ): void {
    this.#checkIpv6(cursor, [w0, w1, w2, w3], length, id);
    this.#lines.withdrawIpv6(cursor, w0, w1, w2, w3, length, id);
  }

  announceIpv6(
    cursor: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    id: number,
  ): void {
    this.#checkIpv6(cursor, [w0, w1, w2, w3], length, id);
    this.#checkPath(cursor);
    this.#lines.announceIpv6(cursor, w0, w1, w2, w3, length, id);
  }

  endUpdate(): void {
    assert.ok(this.#isOpen);
    this.#isOpen = false;
  }

  stateChange(cursor: MrtCursor, oldState: number, newState: number): void {
    this.#see(cursor);
    assert.ok(oldState <= 8 && newState <= 8);
    this.#lines.stateChange(cursor, oldState, newState);
  }

  refuse(cursor: MrtCursor, reason: RefusalReason): void {
    assert.ok(!this.told.has(cursor.recordStart), 'a record that was told is refused');
    this.#see(cursor);
    assert.ok(refusalReasons.includes(reason));
    // A consumer may ask for these to log them, however short the record is.
    const { second, microsecond, peerAs, peerAddress3 } = cursor;
    for (const value of [second, microsecond, peerAs, peerAddress3]) assert.ok(value >= 0 && value < 2 ** 32);
    this.#note(`refused: ${reason}`);
  }

  #see(cursor: MrtCursor): void {
    this.#at = cursor.recordStart;
    assert.ok(cursor.recordEnd <= cursor.bytes.length);
    if (!this.told.has(this.#at)) this.told.set(this.#at, []);
  }

  #note(line: string): void {
    this.told.get(this.#at)!.push(line);
  }

  #checkIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    this.#checkCall(cursor, pathId);
    assert.ok(length <= 32);
    assert.ok(Number.isInteger(address) && address >= 0 && address % 2 ** (32 - length) === 0);
  }

  #checkIpv6(cursor: MrtCursor, words: readonly number[], length: number, pathId: number): void {
    this.#checkCall(cursor, pathId);
    assert.ok(length <= 128);
    const value = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
    assert.equal(value & ((1n << BigInt(128 - length)) - 1n), 0n);
  }

  #checkCall(cursor: MrtCursor, pathId: number): void {
    assert.ok(this.#isOpen);
    assert.ok(cursor.hasPathIds || pathId === 0);
    assert.ok(cursor.safi === 1 || cursor.safi === 2);
  }

  #checkPath(cursor: MrtCursor): void {
    const count = cursor.readPath(this.#path);
    let at = 0;
    let lastHead = 0;
    while (at < count) {
      lastHead = this.#path[at]!;
      at += 1 + (lastHead & 255);
    }
    assert.equal(at, count);
    assert.equal(cursor.originAs(), count > 0 && lastHead >>> 8 === 2 ? this.#path[count - 1] : 0);
  }
}
