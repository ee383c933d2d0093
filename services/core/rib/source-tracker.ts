import type { SourceOpening } from '../contract/bgp-updates.ts';
import type { PeerReport } from '../contract/route-changes.ts';
import { type EventMinute, firstSecondOf } from '../event-time.ts';
import { MrtWalker } from '../mrt/walk.ts';
import { families } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { windowSeconds } from './adj-rib-in.ts';
import type { ColumnWriter } from './change-columns.ts';
import { loadPart, type MinutePart, savePart } from './minute-part.ts';
import { peerIndexTableIn } from './peer-index-records.ts';
import { comparePeers } from './peer-set.ts';
import type { RouteTables } from './route-tables.ts';
import { transferEnds } from './table-transfer.ts';
import { type Refusal, UpdateApplier } from './update-applier.ts';

/**
 * One source: its peers, its open minute, and the minutes that it has closed and that wait for other sources.
 * All that it says depends on its own records alone.
 */
export class SourceTracker {
  readonly source: string;
  /** A table that votes for nothing. */
  seed = false;
  /** A peer of it that says nothing is quiet: the end of its session would be told. */
  tellsSessions = false;
  /** It holds minutes open until it has ticked past them. */
  isOpen = false;
  /** Complete through this minute. */
  tickedThrough: EventMinute = -1;
  /** Closed minutes, ascending, each one that it ticked or had something in. */
  readonly parts: MinutePart[] = [];

  readonly #applier: UpdateApplier;
  readonly #walker: MrtWalker;
  readonly #columns: ColumnWriter;
  #isDumping = false;
  /** The dump's last PEER_INDEX_TABLE record: the walker needs it again after a restart. */
  #peerIndexTable: Uint8Array | undefined;

  constructor(source: string, tables: RouteTables, columns: ColumnWriter) {
    this.source = source;
    this.#columns = columns;
    this.#applier = new UpdateApplier(tables);
    this.#walker = new MrtWalker(this.#applier);
  }

  get ignoredRoutes(): number {
    return this.#applier.ignoredRoutes;
  }

  /** Opens it, from this minute on; it says nothing of minutes through `emittedThrough` any more. */
  open(opened: SourceOpening, minute: EventMinute, emittedThrough: EventMinute): void {
    this.seed = opened.seed;
    this.tellsSessions = opened.tellsSessions === true;
    this.isOpen = true;
    this.tickedThrough = Math.max(this.tickedThrough, emittedThrough);
    this.#applier.minute = Math.max(this.#applier.minute, this.tickedThrough + 1);
    // Where sessions are told, whose is up is about to be said.
    if (this.tellsSessions || !this.#applier.peers.all.some(({ state }) => state === 'unheard')) return;
    this.#closeBefore(minute);
    for (const peer of this.#applier.peers.all) peer.regainHearing(this.#applier.minute);
  }

  records(bytes: Uint8Array, minute: EventMinute, refused: (refusal: Refusal) => void): void {
    this.#closeBefore(minute);
    if (this.#isDumping) this.#peerIndexTable = peerIndexTableIn(bytes) ?? this.#peerIndexTable;
    this.#applier.refused = refused;
    this.#walker.walk(bytes);
    this.#applier.flush();
  }

  /** It is complete through this minute. */
  tick(minute: EventMinute): void {
    if (minute <= this.tickedThrough) return;
    this.tickedThrough = minute;
    if (minute >= this.#applier.minute) {
      this.#closeBefore(minute);
      this.#checkPeers(minute);
      this.#close();
    }
    const last = this.parts.at(-1)?.minute ?? -1;
    if (last < minute) this.parts.push({ minute, peers: [], blocks: [] });
  }

  beginDump(minute: EventMinute): void {
    this.#closeBefore(minute);
    this.#isDumping = true;
    this.#applier.cancelDump();
  }

  endDump(minute: EventMinute): void {
    this.#closeBefore(minute);
    this.#isDumping = false;
    this.#peerIndexTable = undefined;
    this.#applier.finishDump();
  }

  /** It says nothing more: whatever it has is closed. */
  end(lost: boolean, minute: EventMinute): void {
    this.#closeBefore(minute);
    this.#applier.cancelDump();
    this.#isDumping = false;
    this.isOpen = false;
    // What a process that died was told of later minutes is not known to be all.
    const lostSince = Math.min(minute, this.tickedThrough + 1);
    if (lost) for (const peer of this.#applier.peers.all) peer.loseHearing(lostSince);
    this.#close();
    this.tickedThrough = Math.max(this.tickedThrough, this.#applier.minute - 1);
  }

  get routes(): number {
    return this.#applier.routes;
  }

  markPaths(): void {
    this.#applier.markPaths();
  }

  movePaths(moved: (id: number) => number): void {
    this.#applier.movePaths(moved);
  }

  movePages(move: (page: number) => number): void {
    this.#applier.movePages(move);
  }

  save(writer: StateWriter): void {
    const flags = [this.seed, this.isOpen, this.#isDumping, this.tellsSessions];
    writer.u8(flags.reduce((bits, isSet, bit) => bits | (Number(isSet) << bit), 0));
    writer.u32(this.tickedThrough + 1);
    writer.array(this.#peerIndexTable ?? new Uint8Array(0));
    writer.list(this.parts, (part) => savePart(part, writer));
    this.#applier.save(writer);
  }

  load(reader: StateReader): void {
    const flags = reader.u8();
    this.seed = (flags & 1) !== 0;
    this.isOpen = (flags & 2) !== 0;
    this.#isDumping = (flags & 4) !== 0;
    this.tellsSessions = (flags & 8) !== 0;
    this.tickedThrough = reader.u32() - 1;
    const peerIndexTable = reader.u8Array();
    if (peerIndexTable.length > 0) {
      this.#peerIndexTable = peerIndexTable;
      this.#walker.walk(peerIndexTable);
    }
    this.parts.push(...reader.list(() => loadPart(reader)));
    this.#applier.load(reader);
  }

  /** What follows is of this minute: an earlier one that is open is closed. */
  #closeBefore(minute: EventMinute): void {
    if (minute <= this.#applier.minute) return;
    this.#close();
    this.#applier.minute = minute;
  }

  /** Closes the open minute: its part, if there is anything to say, is the next of `parts`. */
  #close(): void {
    const { peers, ipv4, ipv6, minute } = this.#applier;
    const peerIndex = new Uint16Array(peers.all.length);
    const reports: PeerReport[] = [];
    for (const peer of [...peers.all].sort(comparePeers)) {
      const report = peer.report();
      if (report === undefined) continue;
      peerIndex[peer.number] = reports.length;
      reports.push(report);
    }
    this.#applier.minute = minute + 1;
    if (reports.length === 0) return;
    const blocks = this.#columns.write(ipv4.log, ipv6.log, peerIndex);
    this.parts.push({ minute, peers: reports, blocks });
  }

  /** Looks at every peer at the end of a minute. */
  #checkPeers(minute: EventMinute): void {
    const now = firstSecondOf(minute + 1);
    const window = Math.floor((now - 1) / windowSeconds);
    for (const peer of this.#applier.peers.all) {
      if (!this.seed && !this.tellsSessions) peer.checkSilence(now);
      for (const family of families) {
        peer[family].moveTo(window);
        peer[family].packIfIdle(minute);
        if (transferEnds(peer[family], minute)) this.#applier.dropStale(peer, family);
      }
    }
  }
}
