import { shortestPrefix } from '../block.ts';
import type { Family } from '../prefix.ts';
import { AddPathRoutes } from './add-path-routes.ts';
import type { AdjRibIn } from './adj-rib-in.ts';
import { ChangeLog, lengthOf, loggedAbsent, loggedUnknown, packPlace, peerOf } from './change-log.ts';
import {
  type ElemQueue,
  elemAddress,
  elemHasPathId,
  elemIsIpv6,
  elemIsLate,
  elemIsOfDump,
  elemKind,
  elemPath,
  elemPathId,
  elemPlace,
  elemPrefix,
  elemSlot,
  elemWithdraws,
  elemWords,
} from './elem-queue.ts';
import type { Peer } from './peer.ts';
import { slotAbsent, slotAbsentAfter, slotUnknownAgain } from './route-pages.ts';
import type { RouteTables } from './route-tables.ts';

/**
 * Writes what one source's peers announced and withdrew into their tables, and notes what changed. Says of each
 * route which class of Labovitz et al. (1997) it is in, by AS_PATH: a change of other attributes is AADup.
 */
export class RouteWriter {
  readonly ipv4Log = new ChangeLog(1);
  readonly ipv6Log = new ChangeLog(4);
  readonly #tables: RouteTables;
  readonly #peers: readonly Peer[];
  /** Keeps the runs that touch memory from being optimised away. */
  #touched = 0;

  constructor(tables: RouteTables, peers: readonly Peer[]) {
    this.#tables = tables;
    this.#peers = peers;
  }

  /** Applies and empties the queue, in the window of announcements in which the open minute is. */
  apply(queue: ElemQueue, window: number): void {
    this.#findPrefixes(queue);
    this.#findSlots(queue);
    this.#touchPaths(queue);
    const { elems, end } = queue;
    for (let at = 0; at < end; at += elemWords) {
      if ((elems[at + elemKind] & elemWithdraws) === 0) this.#announce(queue, at, window);
      else this.#withdraw(elems, at);
    }
    queue.clear();
  }

  #findPrefixes(queue: ElemQueue): void {
    const { elems, end } = queue;
    const { ipv4 } = this.#tables;
    let touched = 0;
    for (let at = 0; at < end; at += elemWords) {
      if ((elems[at + elemKind] & elemIsIpv6) === 0) {
        touched ^= ipv4.touch(elems[at + elemAddress], lengthOf(elems[at + elemPlace]));
      }
    }
    this.#touched ^= touched;
    for (let at = 0; at < end; at += elemWords) {
      if ((elems[at + elemKind] & elemIsIpv6) === 0) {
        elems[at + elemPrefix] = ipv4.intern(elems[at + elemAddress] >>> 0, lengthOf(elems[at + elemPlace]));
      }
    }
  }

  #findSlots(queue: ElemQueue): void {
    const { elems, end } = queue;
    const { pages } = this.#tables;
    for (let at = 0; at < end; at += elemWords) {
      const peer = this.#peers[peerOf(elems[at + elemPlace])];
      const rib = (elems[at + elemKind] & elemIsIpv6) === 0 ? peer.ipv4 : peer.ipv6;
      elems[at + elemSlot] = rib.locate(elems[at + elemPrefix]);
    }
    let touched = 0;
    for (let at = 0; at < end; at += elemWords) touched ^= pages.touch(elems[at + elemSlot]);
    this.#touched ^= touched;
  }

  #touchPaths(queue: ElemQueue): void {
    const { elems, end, pathHash, pathCount } = queue;
    const { pages, paths } = this.#tables;
    const { slots } = pages;
    let touched = 0;
    for (let at = 0; at < end; at += elemWords) {
      const slot = slots[elems[at + elemSlot]];
      if (slot < 0) touched ^= paths.number(~slot);
    }
    for (let number = 0; number < pathCount; number++) touched ^= paths.touch(pathHash[number]);
    this.#touched ^= touched;
  }

  #announce(queue: ElemQueue, at: number, window: number): void {
    const { paths, pages } = this.#tables;
    const { elems } = queue;
    const kind = elems[at + elemKind];
    const place = elems[at + elemPlace];
    const peer = this.#peers[peerOf(place)];
    const rib = (kind & elemIsIpv6) === 0 ? peer.ipv4 : peer.ipv6;
    const prefix = elems[at + elemPrefix];
    const slotAt = elems[at + elemSlot];
    const before = pages.slots[slotAt];
    let path = queue.pathId[elems[at + elemPath]];
    if (path === 0) path = this.#lookUpPath(queue, elems[at + elemPath], before);
    if ((kind & elemHasPathId) !== 0) {
      rib.addPath ??= new AddPathRoutes(paths);
      path = rib.addPath.announce(prefix, elems[at + elemPathId] >>> 0, path);
    }
    rib.mark(prefix);
    if ((kind & elemIsOfDump) !== 0) {
      beginDumpOf(rib, prefix);
      if (before === ~path || rib.dumpRole === 'lost') return;
      if (before >= slotAbsent || before < 0 || rib.complete) peer.drift++;
    } else {
      rib.moveTo(window);
      rib.markAnnounced(slotAt, before < 0);
      if (before === ~path) {
        peer.aaDup++;
        return;
      }
      if (before < 0) peer.aaDiff++;
      else if (before <= slotAbsent) peer.announcedNew++;
      else if (before === slotAbsentAfter(paths.hash(path))) peer.waDup++;
      else peer.waDiff++;
    }
    paths.retain(path);
    this.#change(peer, rib, place, kind, prefix, elems[at + elemAddress], slotAt, ~path);
  }

  /** The id of a queued path. Often it is the path that the slot has already, which costs no look-up. */
  #lookUpPath(queue: ElemQueue, number: number, slot: number): number {
    const { paths } = this.#tables;
    const { words, pathStart, pathLength, pathHash } = queue;
    const start = pathStart[number];
    const length = pathLength[number];
    const isSame = slot < 0 && paths.holds(~slot, words, start, length);
    const id = isSame ? ~slot : paths.intern(words, start, length, pathHash[number]);
    queue.pathId[number] = id;
    return id;
  }

  #withdraw(elems: Int32Array, at: number): void {
    const { paths, pages } = this.#tables;
    const kind = elems[at + elemKind];
    const place = elems[at + elemPlace];
    const peer = this.#peers[peerOf(place)];
    const rib = (kind & elemIsIpv6) === 0 ? peer.ipv4 : peer.ipv6;
    const prefix = elems[at + elemPrefix];
    const slotAt = elems[at + elemSlot];
    const before = pages.slots[slotAt];
    const left = rib.addPath === undefined ? 0 : rib.addPath.withdraw(prefix, elems[at + elemPathId] >>> 0);
    let after = ~left;
    if (before >= slotAbsent) {
      peer.wwDup++;
      return;
    }
    if (left === 0) {
      peer.withdrawn++;
      after = this.absentAfter(before);
    } else if (before === after) {
      // Another of its routes for the prefix is gone; the one that stands for it is not.
      peer.aaDup++;
      return;
    } else {
      peer.aaDiff++;
      paths.retain(left);
    }
    this.#change(peer, rib, place, kind, prefix, elems[at + elemAddress], slotAt, after);
  }

  absentAfter(before: number): number {
    return before < 0 ? slotAbsentAfter(this.#tables.paths.hash(~before)) : slotAbsent;
  }

  /** Changes routes of a peer that no record names, in the order of their addresses: ids depend on other sources. */
  changeAll(
    peer: Peer,
    family: Family,
    prefixes: number[],
    second: number,
    after: 'absent' | 'unknown',
  ): void {
    const rib = peer[family];
    const table = this.#tables[family];
    const kind = family === 'ipv4' ? 0 : elemIsIpv6;
    for (const prefix of prefixes.sort((a, b) => table.compare(a, b))) {
      rib.addPath?.remove(prefix);
      const slotAt = rib.locate(prefix);
      const slot =
        after === 'unknown' ? slotUnknownAgain : this.absentAfter(this.#tables.pages.slots[slotAt]);
      const place = packPlace(second, table.length(prefix), peer.number);
      this.#change(peer, rib, place, kind, prefix, table.firstWord(prefix) | 0, slotAt, slot);
    }
  }

  /** Writes a slot, and notes the change. The slot's reference to its path goes over to the log. */
  #change(
    peer: Peer,
    rib: AdjRibIn,
    place: number,
    kind: number,
    prefix: number,
    address: number,
    slotAt: number,
    after: number,
  ): void {
    const { paths, pages } = this.#tables;
    const before = pages.slots[slotAt];
    pages.slots[slotAt] = after;
    rib.count(before, after);
    if ((kind & elemIsLate) !== 0) peer.late++;
    const isIpv6 = (kind & elemIsIpv6) !== 0;
    if (lengthOf(place) < (isIpv6 ? shortestPrefix.ipv6 : shortestPrefix.ipv4)) {
      if (before < 0) paths.release(~before);
      return;
    }
    if (after < 0) paths.retain(~after);
    const log = isIpv6 ? this.ipv6Log : this.ipv4Log;
    const addressAt = log.add(place, logged(before), logged(after));
    if (isIpv6) this.#tables.ipv6.copyAddress(prefix, log.words, addressAt);
    else log.words[addressAt] = address;
  }
}

/** An entry of a dump: the first of a table decides whether the dump fills it or is compared with it. */
function beginDumpOf(rib: AdjRibIn, prefix: number): void {
  if (rib.dumpRole !== 'none') return;
  rib.dumpRole = rib.routes === 0 ? 'fill' : 'compare';
  rib.transferMinute = 0;
  if (rib.dumpRole === 'fill') return;
  rib.startMarking(false);
  rib.mark(prefix);
}

const logged = (slot: number): number =>
  slot < 0 ? slot : slot >= slotAbsent ? loggedAbsent : loggedUnknown;
