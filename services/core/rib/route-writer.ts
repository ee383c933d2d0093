import { shortestPrefix } from '../block.ts';
import type { Family } from '../prefix.ts';
import { AddPathRoutes } from './add-path-routes.ts';
import type { AdjRibIn } from './adj-rib-in.ts';
import { ChangeLog, packPlace, peerOf } from './change-log.ts';
import { type ElemQueue, runHasPathIds, runIsLate, runIsOfDump, runWithdraws } from './elem-queue.ts';
import type { Peer } from './peer.ts';
import {
  pathOf,
  slotAbsent,
  slotAbsentAfter,
  slotPresent,
  slotUnknownAgain,
  stampOf,
  withoutStamp,
} from './route-pages.ts';
import type { RouteTables } from './route-tables.ts';
import { tally, WatchedRoutes } from './watched-updates.ts';

/**
 * Writes what one source's peers announced and withdrew in one family into their tables, and notes what changed.
 * Says of each route which class of Labovitz et al. (1997) it is in, by AS_PATH: a change of other attributes is AADup.
 */
export class RouteWriter {
  readonly queue: ElemQueue;
  readonly log: ChangeLog;
  readonly #family: Family;
  readonly #shortest: number;
  readonly #tables: RouteTables;
  readonly #peers: readonly Peer[];
  readonly #watched: WatchedRoutes | undefined;
  /** Keeps the runs that touch memory from being optimised away. */
  #touched = 0;

  constructor(family: Family, tables: RouteTables, peers: readonly Peer[]) {
    this.#family = family;
    this.queue = tables.queues[family];
    this.#shortest = shortestPrefix[family];
    this.log = new ChangeLog(tables[family].addressWords);
    this.#tables = tables;
    this.#peers = peers;
    this.#watched = tables.watched && new WatchedRoutes(tables.watched, tables.paths);
  }

  /** Applies and empties the queue, in the window of announcements in which the open minute is. */
  flush(window: number): void {
    const { queue } = this;
    if (queue.count > 0) {
      queue.runStart[queue.runCount] = queue.count;
      if (this.#family === 'ipv4') {
        this.#tables.ipv4.internAll(queue.address, queue.length, queue.prefix, queue.count);
      }
      this.#findSlots(queue, window);
      this.#touch(queue);
      for (let run = 0; run < queue.runCount; run++) {
        if (this.#watched !== undefined) this.#applyWatched(this.#watched, queue, run);
        else if ((queue.runKind[run] & runWithdraws) === 0) this.#announce(queue, run);
        else this.#withdraw(queue, run, queue.runStart[run], queue.runStart[run + 1]);
      }
    }
    queue.clear();
  }

  #ribOf(peer: Peer): AdjRibIn {
    return this.#family === 'ipv4' ? peer.ipv4 : peer.ipv6;
  }

  #findSlots(queue: ElemQueue, window: number): void {
    const { prefix, slotAt, runStart, runCount } = queue;
    for (let run = 0; run < runCount; run++) {
      const rib = this.#ribOf(this.#peers[peerOf(queue.runPlace[run])]);
      if ((queue.runKind[run] & (runWithdraws | runIsOfDump)) === 0) rib.moveTo(window);
      const end = runStart[run + 1];
      for (let at = runStart[run]; at < end; at++) slotAt[at] = rib.locate(prefix[at]);
    }
  }

  /** Reads what the elems need, in runs of which no look-up waits for the one before. */
  #touch(queue: ElemQueue): void {
    const { slotAt, count, pathHash, pathCount } = queue;
    const { pages, paths } = this.#tables;
    const { slots } = pages;
    let touched = 0;
    for (let at = 0; at < count; at++) touched ^= slots[slotAt[at]];
    for (let number = 0; number < pathCount; number++) touched ^= paths.touchIndex(pathHash[number]);
    for (let number = 0; number < pathCount; number++) touched ^= paths.touchFound(pathHash[number]);
    this.#touched ^= touched;
    const { words, pathStart, pathLength, interned } = queue;
    for (let number = 0; number < pathCount; number++) {
      interned[number] = paths.intern(words, pathStart[number], pathLength[number], pathHash[number]);
    }
  }

  /** Applies a run, and counts it for the watched AS whose routes it is about. */
  #applyWatched(watched: WatchedRoutes, queue: ElemQueue, run: number): void {
    const peer = this.#peers[peerOf(queue.runPlace[run])];
    if ((queue.runKind[run] & runWithdraws) === 0) {
      const counts = watched.announced(queue, run);
      if (counts !== undefined) tally(counts, peer, -1);
      this.#announce(queue, run);
      if (counts !== undefined) tally(counts, peer, 1);
      return;
    }
    const end = queue.runStart[run + 1];
    for (let at = queue.runStart[run]; at < end; at++) {
      const counts = watched.withdrawn(queue.prefix[at], this.#tables.pages.slots[queue.slotAt[at]]);
      if (counts !== undefined) tally(counts, peer, -1);
      this.#withdraw(queue, run, at, at + 1);
      if (counts !== undefined) tally(counts, peer, 1);
    }
  }

  #announce(queue: ElemQueue, run: number): void {
    const { paths, pages } = this.#tables;
    const place = queue.runPlace[run];
    const kind = queue.runKind[run];
    const pathNumber = queue.runPath[run];
    const peer = this.#peers[peerOf(place)];
    const rib = this.#ribOf(peer);
    const isOfDump = (kind & runIsOfDump) !== 0;
    const { slots } = pages;
    const end = queue.runStart[run + 1];
    const path = queue.interned[pathNumber];
    for (let at = queue.runStart[run]; at < end; at++) {
      const slotAt = queue.slotAt[at];
      const prefix = queue.prefix[at];
      const before = slots[slotAt];
      let standing = path;
      if ((kind & runHasPathIds) !== 0) {
        rib.addPath ??= new AddPathRoutes();
        standing = rib.addPath.announce(prefix, queue.pathId[at] >>> 0, path);
      }
      rib.mark(prefix);
      const present = slotPresent(standing);
      let stamp: number;
      if (isOfDump) {
        beginDumpOf(rib, prefix);
        if (withoutStamp(before) === present || rib.dumpRole === 'lost') continue;
        stamp = stampOf(before);
        if (before >= slotAbsent || before < 0 || rib.complete) peer.drift++;
      } else {
        stamp = rib.countAnnounced(before);
        if (withoutStamp(before) === present) {
          slots[slotAt] = present | stamp;
          peer.aaDup++;
          continue;
        }
        if (before < 0) peer.aaDiff++;
        else if (before <= slotAbsent) peer.announcedNew++;
        else if (withoutStamp(before) === slotAbsentAfter(paths.hash(standing))) peer.waDup++;
        else peer.waDiff++;
      }
      if ((kind & runIsLate) !== 0) peer.late++;
      this.#change(rib, place, queue.length[at], prefix, queue.address[at], slotAt, present | stamp);
    }
  }

  /** Elems of one run. */
  #withdraw(queue: ElemQueue, run: number, from: number, to: number): void {
    const { pages } = this.#tables;
    const place = queue.runPlace[run];
    const kind = queue.runKind[run];
    const peer = this.#peers[peerOf(place)];
    const rib = this.#ribOf(peer);
    for (let at = from; at < to; at++) {
      const prefix = queue.prefix[at];
      const slotAt = queue.slotAt[at];
      const before = pages.slots[slotAt];
      const pathId = (kind & runHasPathIds) === 0 ? 0 : queue.pathId[at] >>> 0;
      const left = rib.addPath === undefined ? 0 : rib.addPath.withdraw(prefix, pathId);
      let after = slotPresent(left) | stampOf(before);
      if (before >= slotAbsent) {
        peer.wwDup++;
        continue;
      }
      if (left === 0) {
        peer.withdrawn++;
        after = this.#absentAfter(before);
      } else if (before === after) {
        // Another of its routes for the prefix is gone; the one that stands for it is not.
        peer.aaDup++;
        continue;
      } else {
        peer.aaDiff++;
      }
      if ((kind & runIsLate) !== 0) peer.late++;
      this.#change(rib, place, queue.length[at], prefix, queue.address[at], slotAt, after);
    }
  }

  #absentAfter(before: number): number {
    if (before >= 0) return slotAbsent;
    return slotAbsentAfter(this.#tables.paths.hash(pathOf(before))) | stampOf(before);
  }

  /** Changes routes of a peer that no record names, in the order of their addresses: ids depend on other sources. */
  changeAll(peer: Peer, prefixes: number[], second: number, after: 'absent' | 'unknown'): void {
    const rib = this.#ribOf(peer);
    const table = this.#tables[this.#family];
    const place = packPlace(second, 0, peer.number);
    for (const prefix of prefixes.sort((a, b) => table.compare(a, b))) {
      rib.addPath?.remove(prefix);
      const slotAt = rib.locate(prefix);
      const slot =
        after === 'unknown' ? slotUnknownAgain : this.#absentAfter(this.#tables.pages.slots[slotAt]);
      this.#change(rib, place, table.length(prefix), prefix, table.firstWord(prefix) | 0, slotAt, slot);
    }
  }

  /** Writes a slot, and notes the change. */
  #change(
    rib: AdjRibIn,
    place: number,
    length: number,
    prefix: number,
    address: number,
    slotAt: number,
    after: number,
  ): void {
    const { pages } = this.#tables;
    const before = pages.slots[slotAt];
    pages.slots[slotAt] = after;
    rib.count(before, after);
    if (length >= this.#shortest) {
      const { log } = this;
      const addressAt = log.add(place | (length << 6), before, after);
      if (log.addressWords === 1) log.words[addressAt] = address;
      else this.#tables.ipv6.copyAddress(prefix, log.words, addressAt);
    }
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
