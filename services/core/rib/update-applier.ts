import { type EventMinute, type EventSecond, firstSecondOf } from '../event-time.ts';
import { tellIpv4Carefully } from '../mrt/routes.ts';
import { sessionState } from '../mrt/session-state.ts';
import type { MrtCursor, MrtVisitor, RefusalReason } from '../mrt/visitor.ts';
import { type Family, families } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { windowSeconds } from './adj-rib-in.ts';
import { packPlace } from './change-log.ts';
import {
  type ElemQueue,
  maxNlriBytes,
  runHasPathIds,
  runIsLate,
  runIsOfDump,
  runWithdraws,
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

/** Applies the records of one source to its peers and their tables. */
export class UpdateApplier implements MrtVisitor {
  readonly peers: PeerSet;
  /** Routes of other SAFIs than unicast: not kept. */
  ignoredRoutes = 0;
  /** The open minute: changes are noted in it. */
  minute: EventMinute = 0;
  refused: (refusal: Refusal) => void = () => {};

  readonly #tables: RouteTables;
  readonly ipv4: RouteWriter;
  readonly ipv6: RouteWriter;
  /** The newest record's time. */
  #newest: EventSecond = 0;
  /** Of the UPDATE in hand: its peer (undefined if there are too many), place without length, and kind. */
  #peer: Peer | undefined;
  #place = 0;
  #kind = 0;

  constructor(tables: RouteTables) {
    this.#tables = tables;
    this.peers = new PeerSet(tables.pages);
    this.ipv4 = new RouteWriter('ipv4', tables, this.peers.all);
    this.ipv6 = new RouteWriter('ipv6', tables, this.peers.all);
  }

  beginUpdate(cursor: MrtCursor): void {
    const peer = this.peers.of(cursor);
    this.#peer = peer;
    this.ipv4.queue.closeRun();
    this.ipv6.queue.closeRun();
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
      (time < start ? runIsLate : 0) |
      (cursor.isRib ? runIsOfDump : 0) |
      (cursor.hasPathIds ? runHasPathIds : 0);
  }

  endUpdate(): void {}

  announceIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    if (this.#skips(cursor)) return;
    this.#queueFor(this.ipv4.queue, cursor, this.#kind).add(address | 0, length, pathId | 0, 0);
  }

  ipv4Nlri(cursor: MrtCursor, start: number, end: number, isAnnounce: boolean): void {
    if (end - start > maxNlriBytes || cursor.safi !== 1) {
      tellIpv4Carefully(cursor, this, start, end, isAnnounce);
      return;
    }
    if (this.#peer === undefined || start === end) return;
    const { queue } = this.ipv4;
    if (queue.isFull) this.flush();
    queue.openRun(cursor, this.#place, isAnnounce ? this.#kind : this.#kind | runWithdraws);
    queue.addNlri(cursor.view, start, end);
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
    const prefix = this.#tables.ipv6.intern(w0, w1, w2, w3, length);
    this.#queueFor(this.ipv6.queue, cursor, this.#kind).add(0, length, pathId | 0, prefix);
  }

  withdrawIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    // A dump says what is there: an entry without a usable route says nothing.
    if (this.#skips(cursor) || cursor.isRib) return;
    this.#queueFor(this.ipv4.queue, cursor, this.#kind | runWithdraws).add(
      address | 0,
      length,
      pathId | 0,
      0,
    );
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
    const prefix = this.#tables.ipv6.intern(w0, w1, w2, w3, length);
    this.#queueFor(this.ipv6.queue, cursor, this.#kind | runWithdraws).add(0, length, pathId | 0, prefix);
  }

  stateChange(cursor: MrtCursor, _oldState: number, newState: number): void {
    this.flush();
    const known = this.peers.all.length;
    const peer = this.peers.of(cursor);
    if (peer === undefined) return;
    const isNew = this.peers.all.length > known;
    const second = this.#timeOf(cursor);
    // Established while we thought so already: the end of the session before it was not seen.
    if (peer.state !== 'down' && (newState !== sessionState.established || !isNew)) {
      peer.loseSession(second);
      // What it did before in this minute no longer matters, and would be mistaken for what came after.
      this.ipv4.log.removePeer(peer.number);
      this.ipv6.log.removePeer(peer.number);
    }
    if (newState === sessionState.established) peer.hear(second);
  }

  refuse(cursor: MrtCursor, reason: RefusalReason): void {
    this.#refuse(cursor, reason);
  }

  /** Applies what is queued. To be called after every batch: nothing else looks at the queue. */
  flush(): void {
    const window = Math.floor((this.minute * 60) / windowSeconds);
    this.ipv4.flush(window);
    this.ipv6.flush(window);
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
        this[family].changeAll(peer, missing, second, 'absent');
        rib.complete = true;
        peer.requireReport();
      }
    }
  }

  /** Routes that a table transfer did not refresh become unknown, in the last second of the minute. */
  dropStale(peer: Peer, family: Family): void {
    const missing = peer[family].stopMarking();
    if (!isStale(missing.length, peer[family].routes)) return;
    this[family].changeAll(peer, missing, 59, 'unknown');
    peer.requireReport();
  }

  get routes(): number {
    return this.peers.all.reduce((sum, peer) => sum + peer.ipv4.routes + peer.ipv6.routes, 0);
  }

  /** Marks the paths that are held beside the pages. */
  markPaths(): void {
    const { paths } = this.#tables;
    for (const family of families) {
      this[family].log.markPaths(paths);
      for (const peer of this.peers.all) peer[family].addPath?.markPaths(paths);
    }
  }

  movePaths(moved: (id: number) => number): void {
    for (const family of families) {
      this[family].log.movePaths(moved);
      for (const peer of this.peers.all) peer[family].addPath?.movePaths(moved);
    }
  }

  movePages(move: (page: number) => number): void {
    for (const peer of this.peers.all) for (const family of families) peer[family].movePages(move);
  }

  save(writer: StateWriter): void {
    writer.u32(this.minute);
    writer.u32(this.#newest);
    writer.u32(this.ignoredRoutes);
    this.peers.save(writer);
    this.ipv4.log.save(writer);
    this.ipv6.log.save(writer);
  }

  load(reader: StateReader): void {
    this.minute = reader.u32();
    this.#newest = reader.u32();
    this.ignoredRoutes = reader.u32();
    this.peers.load(reader);
    this.ipv4.log.load(reader);
    this.ipv6.log.load(reader);
  }

  /** The queue, with room for an elem and a run of this kind open. */
  #queueFor(queue: ElemQueue, cursor: MrtCursor, kind: number): ElemQueue {
    if (queue.isFull) this.flush();
    if (queue.openKind !== kind) queue.openRun(cursor, this.#place, kind);
    return queue;
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
