import { type EventMinute, type EventSecond, firstSecondOf } from '../event-time.ts';
import type { MrtCursor, MrtVisitor, RefusalReason } from '../mrt/visitor.ts';
import { type Family, families } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { windowSeconds } from './adj-rib-in.ts';
import type { ChangeLog } from './change-log.ts';
import { packPlace } from './change-log.ts';
import {
  ElemQueue,
  elemHasPathId,
  elemIsIpv6,
  elemIsLate,
  elemIsOfDump,
  elemWithdraws,
} from './elem-queue.ts';
import type { Peer } from './peer.ts';
import { PeerSet } from './peer-set.ts';
import type { RouteTables } from './route-tables.ts';
import { RouteWriter } from './route-writer.ts';
import { isStale } from './table-transfer.ts';

/** A record that could not be used; `head` is the first bytes of it, of `length`. */
export interface Refusal {
  readonly reason: RefusalReason | 'peerLimit';
  readonly second: EventSecond;
  readonly head: Uint8Array;
  readonly length: number;
}

/** So much of a refused record is kept. */
const headBytes = 4096;
/** RFC 4271 8.2.2. */
const established = 6;

/** Applies the records of one source to its peers and their tables. */
export class UpdateApplier implements MrtVisitor {
  readonly peers: PeerSet;
  /** Routes of other SAFIs than unicast: not kept. */
  ignoredRoutes = 0;
  /** The open minute: changes are noted in it. */
  minute: EventMinute = 0;
  refused: (refusal: Refusal) => void = () => {};

  readonly #tables: RouteTables;
  readonly #writer: RouteWriter;
  readonly #queue = new ElemQueue();
  /** The newest record's time. */
  #newest: EventSecond = 0;
  /** Of the UPDATE in hand: its peer (undefined if there are too many), place without length, kind, and queued path (-1 none yet). */
  #peer: Peer | undefined;
  #place = 0;
  #kind = 0;
  #path = -1;

  constructor(tables: RouteTables) {
    this.#tables = tables;
    this.peers = new PeerSet(tables);
    this.#writer = new RouteWriter(tables, this.peers.all);
  }

  get ipv4Log(): ChangeLog {
    return this.#writer.ipv4Log;
  }

  get ipv6Log(): ChangeLog {
    return this.#writer.ipv6Log;
  }

  beginUpdate(cursor: MrtCursor): void {
    const peer = this.peers.of(cursor);
    this.#peer = peer;
    this.#path = -1;
    if (peer === undefined) {
      this.#refuse(cursor, 'peerLimit');
      return;
    }
    const time = this.#timeOf(cursor);
    peer.hear(time);
    // A late change counts as in the first second of the open minute.
    const start = firstSecondOf(this.minute);
    this.#place = packPlace(Math.max(0, time - start), 0, peer.number);
    this.#kind =
      (time < start ? elemIsLate : 0) |
      (cursor.isRib ? elemIsOfDump : 0) |
      (cursor.hasPathIds ? elemHasPathId : 0);
  }

  endUpdate(): void {}

  announceIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    if (this.#skips(cursor)) return;
    if (this.#queue.isFull) this.flush();
    if (this.#path < 0) this.#path = this.#queue.addPath(cursor);
    this.#queue.add(this.#place | (length << 6), this.#kind, address | 0, pathId | 0, this.#path, 0);
  }

  announceIpv6(
    cursor: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    pathId: number,
  ): void {
    if (this.#skips(cursor)) return;
    if (this.#queue.isFull) this.flush();
    if (this.#path < 0) this.#path = this.#queue.addPath(cursor);
    const prefix = this.#tables.ipv6.intern(w0, w1, w2, w3, length);
    this.#queue.add(this.#place | (length << 6), this.#kind | elemIsIpv6, 0, pathId | 0, this.#path, prefix);
  }

  withdrawIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    // A dump says what is there: an entry without a usable route says nothing.
    if (this.#skips(cursor) || cursor.isRib) return;
    if (this.#queue.isFull) this.flush();
    const kind = this.#kind | elemWithdraws;
    this.#queue.add(this.#place | (length << 6), kind, address | 0, pathId | 0, 0, 0);
  }

  withdrawIpv6(
    cursor: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    pathId: number,
  ): void {
    if (this.#skips(cursor) || cursor.isRib) return;
    if (this.#queue.isFull) this.flush();
    const prefix = this.#tables.ipv6.intern(w0, w1, w2, w3, length);
    const kind = this.#kind | elemWithdraws | elemIsIpv6;
    this.#queue.add(this.#place | (length << 6), kind, 0, pathId | 0, 0, prefix);
  }

  stateChange(cursor: MrtCursor, _oldState: number, newState: number): void {
    this.flush();
    const known = this.peers.all.length;
    const peer = this.peers.of(cursor);
    if (peer === undefined) return;
    const isNew = this.peers.all.length > known;
    const second = this.#timeOf(cursor);
    // Established while we thought so already: the end of the session before it was not seen.
    if (peer.state !== 'down' && (newState !== established || !isNew)) {
      peer.loseSession(second);
      // What it did before in this minute no longer matters, and would be mistaken for what came after.
      this.ipv4Log.removePeer(peer.number, this.#tables.paths);
      this.ipv6Log.removePeer(peer.number, this.#tables.paths);
    }
    if (newState === established) peer.hear(second);
  }

  refuse(cursor: MrtCursor, reason: RefusalReason): void {
    this.#refuse(cursor, reason);
  }

  /** Applies what is queued. To be called after every batch: nothing else looks at the queue. */
  flush(): void {
    this.#writer.apply(this.#queue, Math.floor((this.minute * 60) / windowSeconds));
    this.#path = -1;
  }

  /** A dump begins, or the one under way will never be whole. */
  cancelDump(): void {
    for (const peer of this.peers.all) {
      peer.ipv4.cancelDump();
      peer.ipv6.cancelDump();
    }
  }

  /** A dump is whole: routes that it lacks are absent, and its peers' tables are complete. */
  finishDump(): void {
    const second = Math.max(0, Math.min(59, this.#newest - firstSecondOf(this.minute)));
    for (const peer of this.peers.all) {
      for (const family of families) {
        const rib = peer[family];
        const { dumpRole } = rib;
        rib.dumpRole = 'none';
        if (dumpRole !== 'fill' && dumpRole !== 'compare') continue;
        const missing = rib.stopMarking();
        peer.drift += missing.length;
        this.#writer.changeAll(peer, family, missing, second, 'absent');
        rib.complete = true;
        peer.requireReport();
      }
    }
  }

  /** Routes that a table transfer did not refresh become unknown, in the last second of the minute. */
  dropStale(peer: Peer, family: Family): void {
    const missing = peer[family].stopMarking();
    if (!isStale(missing.length, peer[family].routes)) return;
    this.#writer.changeAll(peer, family, missing, 59, 'unknown');
    peer.requireReport();
  }

  movePaths(moved: (id: number) => number): void {
    this.ipv4Log.movePaths(moved);
    this.ipv6Log.movePaths(moved);
    for (const peer of this.peers.all) for (const family of families) peer[family].addPath?.movePaths(moved);
  }

  movePages(move: (page: number) => number): void {
    for (const peer of this.peers.all) for (const family of families) peer[family].movePages(move);
  }

  save(writer: StateWriter): void {
    writer.u32(this.minute);
    writer.u32(this.#newest);
    writer.u32(this.ignoredRoutes);
    this.peers.save(writer);
    this.ipv4Log.save(writer);
    this.ipv6Log.save(writer);
  }

  load(reader: StateReader): void {
    this.minute = reader.u32();
    this.#newest = reader.u32();
    this.ignoredRoutes = reader.u32();
    this.peers.load(reader);
    this.ipv4Log.load(reader);
    this.ipv6Log.load(reader);
  }

  /** True where the route at the cursor is not kept. */
  #skips(cursor: MrtCursor): boolean {
    if (cursor.safi === 1) return this.#peer === undefined;
    this.ignoredRoutes++;
    return true;
  }

  /** The record's time; none is later than the open minute. */
  #timeOf(cursor: MrtCursor): EventSecond {
    const time = Math.min(cursor.second, firstSecondOf(this.minute) + 59);
    if (time > this.#newest) this.#newest = time;
    return time;
  }

  #refuse(cursor: MrtCursor, reason: Refusal['reason']): void {
    const { bytes, recordStart, recordEnd, second } = cursor;
    const head = bytes.slice(recordStart, Math.min(recordEnd, recordStart + headBytes));
    this.refused({ reason, second, head, length: recordEnd - recordStart });
  }
}
