import type { StateReader, StateWriter } from '../state.ts';
import type { PathStore } from './path-store.ts';

/** Routes in a change log: unknown, absent, or ~id of a path. */
export const loggedUnknown = 0;
export const loggedAbsent = 1;

/**
 * The changes of one source and family in the open minute, in the order in which they were made. A path
 * that stands in it has a reference here, so that it lives until the minute is closed.
 */
export class ChangeLog {
  count = 0;
  prefix = new Uint32Array(64);
  second = new Uint8Array(64);
  /** Number of the peer within its source. */
  peer = new Uint16Array(64);
  before = new Int32Array(64);
  after = new Int32Array(64);

  add(prefix: number, second: number, peer: number, before: number, after: number): void {
    const at = this.count;
    if (at === this.prefix.length) this.#resize(at * 2);
    this.count = at + 1;
    this.prefix[at] = prefix;
    this.second[at] = second;
    this.peer[at] = peer;
    this.before[at] = before;
    this.after[at] = after;
  }

  /** Forgets all changes, and the room that a much busier minute took. */
  clear(paths: PathStore): void {
    const { before, after, count } = this;
    for (let i = 0; i < count; i++) {
      if (before[i] < 0) paths.release(~before[i]);
      if (after[i] < 0) paths.release(~after[i]);
    }
    this.count = 0;
    if (this.prefix.length > 1 << 16 && count < this.prefix.length / 4) this.#resize(this.prefix.length / 2);
  }

  /** Takes out the changes of one peer. */
  removePeer(peer: number, paths: PathStore): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.peer[i] === peer) {
        if (this.before[i] < 0) paths.release(~this.before[i]);
        if (this.after[i] < 0) paths.release(~this.after[i]);
        continue;
      }
      this.prefix[kept] = this.prefix[i];
      this.second[kept] = this.second[i];
      this.peer[kept] = this.peer[i];
      this.before[kept] = this.before[i];
      this.after[kept++] = this.after[i];
    }
    this.count = kept;
  }

  save(writer: StateWriter): void {
    writer.array(this.prefix.subarray(0, this.count));
    writer.array(this.second.subarray(0, this.count));
    writer.array(this.peer.subarray(0, this.count));
    writer.array(this.before.subarray(0, this.count));
    writer.array(this.after.subarray(0, this.count));
  }

  load(reader: StateReader): void {
    const prefix = reader.u32Array();
    this.count = prefix.length;
    this.#resize(Math.max(64, this.count));
    this.prefix.set(prefix);
    this.second.set(reader.u8Array());
    this.peer.set(reader.u16Array());
    this.before.set(reader.i32Array());
    this.after.set(reader.i32Array());
  }

  #resize(size: number): void {
    this.prefix = resized(this.prefix, new Uint32Array(size), this.count);
    this.second = resized(this.second, new Uint8Array(size), this.count);
    this.peer = resized(this.peer, new Uint16Array(size), this.count);
    this.before = resized(this.before, new Int32Array(size), this.count);
    this.after = resized(this.after, new Int32Array(size), this.count);
  }
}

function resized<T extends Uint8Array | Uint16Array | Uint32Array | Int32Array>(
  from: T,
  to: T,
  count: number,
): T {
  to.set(from.subarray(0, Math.min(count, from.length)));
  return to;
}
