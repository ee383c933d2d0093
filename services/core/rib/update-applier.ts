import { shortestPrefix } from '../block.ts';
import { type EventMinute, type EventSecond, firstSecondOf } from '../event-time.ts';
import { type MrtCursor, type MrtVisitor, maxPathWords, type RefusalReason } from '../mrt/visitor.ts';
import { type Family, families } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { AddPathRoutes } from './add-path-routes.ts';
import { type AdjRibIn, windowSeconds } from './adj-rib-in.ts';
import { ChangeLog, loggedAbsent, loggedUnknown, packPlace } from './change-log.ts';
import type { Peer } from './peer.ts';
import { PeerSet } from './peer-set.ts';
import { slotAbsent, slotAbsentAfter, slotUnknownAgain } from './route-pages.ts';
import type { RouteTables } from './route-tables.ts';

/** A record that could not be used; `head` is the first bytes of it, of `length`. */
export interface Refusal {
  readonly reason: RefusalReason | 'peerLimit';
  readonly second: EventSecond;
  readonly head: Uint8Array;
  readonly length: number;
}

/** So much of a refused record is kept. */
const headBytes = 4096;

const pathWords = new Uint32Array(maxPathWords);

/**
 * Applies the records of one source to its peers' tables, and notes what changed. Says of each announced or
 * withdrawn route which class of Labovitz et al. (1997) it is in, by AS_PATH: a change of other attributes
 * is AADup.
 */
export class UpdateApplier implements MrtVisitor {
  readonly peers: PeerSet;
  readonly ipv4Log = new ChangeLog(1);
  readonly ipv6Log = new ChangeLog(4);
  /** Routes of other SAFIs than unicast: not kept. */
  ignoredRoutes = 0;
  /** The open minute: changes are noted in it. */
  minute: EventMinute = 0;
  refused: (refusal: Refusal) => void = () => {};

  readonly #tables: RouteTables;
  /** Of the UPDATE in hand. */
  #peer: Peer | undefined;
  #second = 0;
  #isLate = false;
  #window = 0;
  /** The newest record's time. */
  #newest: EventSecond = 0;
  /** Id of its path; 0 until a route needs it. */
  #path = 0;

  constructor(tables: RouteTables) {
    this.#tables = tables;
    this.peers = new PeerSet(tables);
  }

  beginUpdate(cursor: MrtCursor): void {
    const peer = this.#hear(cursor);
    this.#peer = peer;
    this.#path = 0;
  }

  endUpdate(): void {}

  announceIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    const peer = this.#peerOfRoute(cursor);
    if (peer === undefined) return;
    const prefix = this.#tables.ipv4.intern(address, length);
    this.#announce(
      cursor,
      peer,
      peer.ipv4,
      prefix,
      address | 0,
      length,
      pathId,
      length < shortestPrefix.ipv4 ? undefined : this.ipv4Log,
    );
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
    const peer = this.#peerOfRoute(cursor);
    if (peer === undefined) return;
    const prefix = this.#tables.ipv6.intern(w0, w1, w2, w3, length);
    this.#announce(
      cursor,
      peer,
      peer.ipv6,
      prefix,
      0,
      length,
      pathId,
      length < shortestPrefix.ipv6 ? undefined : this.ipv6Log,
    );
  }

  withdrawIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void {
    const peer = this.#peerOfRoute(cursor);
    // A dump says what is there: an entry without a usable route says nothing.
    if (peer === undefined || cursor.isRib) return;
    const prefix = this.#tables.ipv4.intern(address, length);
    this.#withdraw(
      peer,
      peer.ipv4,
      prefix,
      address | 0,
      length,
      pathId,
      length < shortestPrefix.ipv4 ? undefined : this.ipv4Log,
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
    const peer = this.#peerOfRoute(cursor);
    if (peer === undefined || cursor.isRib) return;
    const prefix = this.#tables.ipv6.intern(w0, w1, w2, w3, length);
    this.#withdraw(
      peer,
      peer.ipv6,
      prefix,
      0,
      length,
      pathId,
      length < shortestPrefix.ipv6 ? undefined : this.ipv6Log,
    );
  }

  stateChange(cursor: MrtCursor, _oldState: number, newState: number): void {
    const known = this.peers.all.length;
    const peer = this.peers.of(cursor);
    if (peer === undefined) return;
    const isNew = this.peers.all.length > known;
    const second = this.#timeOf(cursor);
    const established = 6;
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

  /** A dump begins, or the one under way will never be whole. */
  cancelDump(): void {
    for (const peer of this.peers.all) {
      peer.ipv4.cancelDump();
      peer.ipv6.cancelDump();
    }
  }

  /** A dump is whole: routes that it lacks are absent, and its peers' tables are complete. */
  finishDump(): void {
    this.#second = Math.max(0, Math.min(59, this.#newest - firstSecondOf(this.minute)));
    this.#isLate = false;
    for (const peer of this.peers.all) {
      for (const family of families) this.#finishDumpOf(peer, family);
    }
  }

  /** Routes that a table transfer did not refresh become unknown. */
  dropStale(peer: Peer, family: Family): void {
    const rib = peer[family];
    this.#second = 59;
    this.#isLate = false;
    for (const prefix of this.#inOrder(rib.stopMarking(), family)) {
      rib.addPath?.remove(prefix);
      this.#changeOf(peer, family, prefix, rib.locate(prefix), slotUnknownAgain);
    }
    peer.requireReport();
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

  #hear(cursor: MrtCursor): Peer | undefined {
    const peer = this.peers.of(cursor);
    if (peer === undefined) {
      this.#refuse(cursor, 'peerLimit');
      return undefined;
    }
    const time = this.#timeOf(cursor);
    peer.hear(time);
    this.#window = Math.floor(time / windowSeconds);
    return peer;
  }

  /** The record's time, and where it is in the open minute: a late one counts as in its first second. */
  #timeOf(cursor: MrtCursor): EventSecond {
    const start = firstSecondOf(this.minute);
    const time = Math.min(cursor.second, start + 59);
    if (time > this.#newest) this.#newest = time;
    this.#isLate = time < start;
    this.#second = this.#isLate ? 0 : time - start;
    return time;
  }

  #peerOfRoute(cursor: MrtCursor): Peer | undefined {
    if (cursor.safi === 1) return this.#peer;
    this.ignoredRoutes++;
    return undefined;
  }

  /** `address` is that of an IPv4 prefix; an IPv6 one is looked up when it is needed. */
  #announce(
    cursor: MrtCursor,
    peer: Peer,
    rib: AdjRibIn,
    prefix: number,
    address: number,
    length: number,
    pathId: number,
    log: ChangeLog | undefined,
  ): void {
    const { paths, pages } = this.#tables;
    const at = rib.locate(prefix);
    const before = pages.slots[at];
    if (this.#path === 0) this.#path = this.#readPath(cursor, before);
    let path = this.#path;
    if (cursor.hasPathIds) {
      rib.addPath ??= new AddPathRoutes(paths);
      path = rib.addPath.announce(prefix, pathId, path);
    }
    if (cursor.isRib) {
      this.#dumpEntry(peer, rib, prefix, address, length, at, ~path, log);
      return;
    }
    rib.moveTo(this.#window);
    rib.markAnnounced(at, before < 0);
    rib.mark(prefix);
    if (before === ~path) {
      peer.aaDup++;
      return;
    }
    this.#classify(peer, before, path);
    paths.retain(path);
    this.#change(peer, rib, prefix, address, length, at, ~path, log);
  }

  /** The id of the UPDATE's path. Often it is the path that the slot has already, which costs no look-up. */
  #readPath(cursor: MrtCursor, slot: number): number {
    const { paths } = this.#tables;
    const length = cursor.readPath(pathWords);
    return slot < 0 && paths.holds(~slot, pathWords, length) ? ~slot : paths.intern(pathWords, length);
  }

  #dumpEntry(
    peer: Peer,
    rib: AdjRibIn,
    prefix: number,
    address: number,
    length: number,
    at: number,
    after: number,
    log: ChangeLog | undefined,
  ): void {
    const before = this.#tables.pages.slots[at];
    this.#beginDumpOf(rib);
    rib.mark(prefix);
    if (before === after || rib.dumpRole === 'lost') return;
    if (before >= slotAbsent || before < 0 || rib.complete) peer.drift++;
    this.#tables.paths.retain(~after);
    this.#change(peer, rib, prefix, address, length, at, after, log);
  }

  #classify(peer: Peer, before: number, path: number): void {
    if (before < 0) peer.aaDiff++;
    else if (before <= slotAbsent) peer.announcedNew++;
    else if (before === slotAbsentAfter(this.#tables.paths.hash(path))) peer.waDup++;
    else peer.waDiff++;
  }

  #withdraw(
    peer: Peer,
    rib: AdjRibIn,
    prefix: number,
    address: number,
    length: number,
    pathId: number,
    log: ChangeLog | undefined,
  ): void {
    const { paths, pages } = this.#tables;
    const left = rib.addPath === undefined ? 0 : rib.addPath.withdraw(prefix, pathId);
    const at = rib.locate(prefix);
    const before = pages.slots[at];
    if (before >= slotAbsent) {
      peer.wwDup++;
    } else if (left === 0) {
      peer.withdrawn++;
      this.#change(peer, rib, prefix, address, length, at, this.#absentAfter(before), log);
    } else if (before === ~left) {
      peer.aaDup++;
    } else {
      peer.aaDiff++;
      paths.retain(left);
      this.#change(peer, rib, prefix, address, length, at, ~left, log);
    }
  }

  #absentAfter(before: number): number {
    return before < 0 ? slotAbsentAfter(this.#tables.paths.hash(~before)) : slotAbsent;
  }

  /** Writes a slot, and notes the change. The slot's reference to its path goes over to the log. */
  #change(
    peer: Peer,
    rib: AdjRibIn,
    prefix: number,
    address: number,
    length: number,
    at: number,
    after: number,
    log: ChangeLog | undefined,
  ): void {
    const { paths, pages } = this.#tables;
    const before = pages.slots[at];
    pages.slots[at] = after;
    rib.count(before, after);
    if (this.#isLate) peer.late++;
    if (log === undefined) {
      if (before < 0) paths.release(~before);
      return;
    }
    if (after < 0) paths.retain(~after);
    const addressAt = log.add(packPlace(this.#second, length, peer.number), logged(before), logged(after));
    if (log.addressWords === 1) log.words[addressAt] = address;
    else this.#tables.ipv6.copyAddress(prefix, log.words, addressAt);
  }

  #beginDumpOf(rib: AdjRibIn): void {
    if (rib.dumpRole !== 'none') return;
    rib.dumpRole = rib.routes === 0 ? 'fill' : 'compare';
    if (rib.dumpRole === 'compare') rib.startMarking(false);
    rib.transferMinute = 0;
  }

  #finishDumpOf(peer: Peer, family: Family): void {
    const rib = peer[family];
    const role = rib.dumpRole;
    rib.dumpRole = 'none';
    if (role !== 'fill' && role !== 'compare') return;
    for (const prefix of this.#inOrder(rib.stopMarking(), family)) {
      const at = rib.locate(prefix);
      rib.addPath?.remove(prefix);
      peer.drift++;
      this.#changeOf(peer, family, prefix, at, this.#absentAfter(this.#tables.pages.slots[at]));
    }
    rib.complete = true;
    peer.requireReport();
  }

  /** By address: ids depend on what other sources named before. */
  #inOrder(prefixes: number[], family: Family): number[] {
    const table = this.#tables[family];
    return prefixes.sort((a, b) => table.compare(a, b));
  }

  /** A change of a route that no record names. */
  #changeOf(peer: Peer, family: Family, prefix: number, at: number, after: number): void {
    const prefixes = this.#tables[family];
    const length = prefixes.length(prefix);
    const log = family === 'ipv4' ? this.ipv4Log : this.ipv6Log;
    const sent = length < shortestPrefix[family] ? undefined : log;
    this.#change(peer, peer[family], prefix, prefixes.firstWord(prefix) | 0, length, at, after, sent);
  }

  #refuse(cursor: MrtCursor, reason: Refusal['reason']): void {
    const { bytes, recordStart, recordEnd, second } = cursor;
    const head = bytes.slice(recordStart, Math.min(recordEnd, recordStart + headBytes));
    this.refused({ reason, second, head, length: recordEnd - recordStart });
  }
}

const logged = (slot: number): number =>
  slot < 0 ? slot : slot >= slotAbsent ? loggedAbsent : loggedUnknown;
