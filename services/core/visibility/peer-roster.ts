import { type FamilyReport, type PeerReport, type PeerState, peerStates } from '../contract/route-changes.ts';
import type { EventMinute } from '../event-time.ts';
import { type Family, families } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import {
  enoughPeers,
  type FamilyRoster,
  loadFamilyRoster,
  nobody,
  saveFamilyRoster,
} from './family-roster.ts';
import { addPeer, wordsFor } from './peer-bits.ts';

/** A mask lasts as long as its reason and so many minutes more. */
const maskMinutes = 30;
/**
 * A peer that was unheard for at most so long is taken for what it was before: it was our hearing that broke off, not its session. A
 * peer of a source that is heard is called silent only after as long.
 */
const shortGapMinutes = 10;
/** So many peers of one collector that come to be masked within so many minutes mask all of it. */
const collectorMaskPeers = 3;
const collectorMaskWindow = 5;
/** A table transfer announces more different prefixes than this within 10 minutes. */
const smallestTransfer = 100;

/** Later than any minute. */
const never = 2 ** 32 - 1;

/** A peer that votes. Its id is its place in the roster. */
interface Peer {
  readonly source: string;
  readonly address: string;
  readonly asn: number;
  readonly collector: number;
  state: PeerState;
  stateSinceMinute: EventMinute;
  /** Prefixes named, or routes held where they are more: the size of its table as far as it is known. */
  readonly size: Record<Family, number>;
  /** The minute in which its whole table came to be known. */
  readonly completeSince: Record<Family, EventMinute>;
  /** First minute at which a session or a transfer no longer masks it. */
  maskedUntil: EventMinute;
  masked: boolean;
  /** When it last came to be masked for a reason of its own. */
  maskedSince: EventMinute;
}

/** What the reports of a minute change beyond the roster itself. */
export interface RosterChange {
  /** Whose each report is. */
  readonly ids: ReadonlyMap<PeerReport, number>;
  /** Peers whose session was lost: what they said is forgotten. */
  readonly lost: readonly number[];
  /** Peers whose whole table is known from the end of this minute on. */
  readonly completed: Readonly<Record<Family, readonly number[]>>;
}

/** A peer and its report; who it is by its source. */
export interface SourcedReport {
  readonly source: string;
  readonly report: PeerReport;
}

/**
 * The voting peers of all sources, and each minute who of them may judge. Every address block
 * gets the same reports, so all of them have the same roster.
 */
export class PeerRoster {
  #peers: Peer[] = [];
  #ids = new Map<string, number>();
  /** Whose the reports of a minute before were, in their order. */
  #lastIds: number[] = [];
  #collectors: string[] = [];
  /** First minute at which a collector is no longer masked as a whole. */
  #collectorMaskedUntil: EventMinute[] = [];
  #byName: number[] = [];
  /** The number of each peer's AS: 0, 1, 2, ... in order of arrival. */
  #asSlots: number[] = [];
  #asSeen = new Uint8Array(0);
  readonly #seedPrefixes: Record<Family, number> = { ipv4: 0, ipv6: 0 };
  #families: Record<Family, FamilyRoster> = { ipv4: nobody, ipv6: nobody };

  get size(): number {
    return this.#peers.length;
  }

  get collectors(): number {
    return this.#collectors.length;
  }

  /** Peer ids in the order of their names. */
  get byName(): readonly number[] {
    return this.#byName;
  }

  family = (family: Family): FamilyRoster => this.#families[family];
  asn = (peer: number): number => this.#peers[peer].asn;
  collector = (peer: number): number => this.#peers[peer].collector;

  /** In how many ASes these peers are. */
  countAses(set: Uint32Array): number {
    this.#asSeen.fill(0);
    let count = 0;
    for (let word = 0; word < set.length; word++) {
      for (let rest = set[word]; rest !== 0; rest &= rest - 1) {
        const as = this.#asSlots[word * 32 + 31 - Math.clz32(rest & -rest)];
        if (this.#asSeen[as] === 0) count++;
        this.#asSeen[as] = 1;
      }
    }
    return count;
  }

  /** "collector address ASn". */
  name(peer: number): string {
    const { source, address, asn } = this.#peers[peer];
    return `${source} ${address} AS${asn}`;
  }

  /** A seed's peer does not vote: it says how large a table is. */
  reportSeed(report: PeerReport): void {
    for (const family of families) {
      this.#seedPrefixes[family] = Math.max(this.#seedPrefixes[family], sizeOf(report[family]));
    }
  }

  /** Takes in the reports of a minute, then says who is live in it. */
  apply(minute: EventMinute, reports: readonly SourcedReport[]): RosterChange {
    const known = this.#peers.length;
    const ids = this.#idsOf(minute, reports);
    const completed: Record<Family, number[]> = { ipv4: [], ipv6: [] };
    const lost: number[] = [];
    for (const [report, id] of ids) {
      this.#report(this.#peers[id], report, minute);
      if (report.state === 'down') lost.push(id);
      for (const family of families) {
        if (this.#peers[id].completeSince[family] === minute) completed[family].push(id);
      }
    }
    if (this.#peers.length > known) this.#index();
    const medians = { ipv4: this.#medianSize('ipv4'), ipv6: this.#medianSize('ipv6') };
    for (const [report, id] of ids) {
      if (this.#isTransfer(report, medians)) this.#peers[id].maskedUntil = minute + maskMinutes;
    }
    this.#mask(minute);
    for (const family of families) {
      this.#families[family] = this.#familyRoster(family, medians[family], minute);
    }
    return { ids, lost, completed };
  }

  /** New peers come in by name, so that a peer's id does not depend on which tracker its report came from. */
  #idsOf(minute: EventMinute, reports: readonly SourcedReport[]): Map<PeerReport, number> {
    const ids = new Map<PeerReport, number>();
    const added: SourcedReport[] = [];
    for (let place = 0; place < reports.length; place++) {
      const id = this.#idAt(place, reports[place]);
      if (id === undefined) added.push(reports[place]);
      else ids.set(reports[place].report, id);
    }
    for (const { source, report } of added.sort(bySourceAndPeer)) {
      ids.set(report, this.#add(source, report, minute));
    }
    if (added.length > 0 || reports.length !== this.#lastIds.length) {
      this.#lastIds = reports.map(({ report }) => ids.get(report)!);
    }
    return ids;
  }

  /** Mostly the reports of a minute are of the same peers, in the same order, as those of the minute before. */
  #idAt(place: number, { source, report }: SourcedReport): number | undefined {
    const last = this.#lastIds[place];
    const peer = this.#peers[last];
    const isSame =
      peer !== undefined &&
      peer.address === report.address &&
      peer.asn === report.asn &&
      peer.source === source;
    return isSame ? last : this.#ids.get(keyOf(source, report));
  }

  #add(source: string, report: PeerReport, minute: EventMinute): number {
    let collector = this.#collectors.indexOf(source);
    if (collector === -1) {
      collector = this.#collectors.push(source) - 1;
      this.#collectorMaskedUntil.push(0);
    }
    const id = this.#peers.length;
    this.#ids.set(keyOf(source, report), id);
    this.#peers.push({
      source,
      address: report.address,
      asn: report.asn,
      collector,
      state: report.state,
      stateSinceMinute: Math.min(report.stateSinceMinute, minute),
      size: { ipv4: 0, ipv6: 0 },
      completeSince: { ipv4: never, ipv6: never },
      maskedUntil: 0,
      masked: false,
      maskedSince: 0,
    });
    return id;
  }

  #report(peer: Peer, report: PeerReport, minute: EventMinute): void {
    const isBack = report.state === 'established' && peer.state !== 'established';
    const isNewSession = report.state === 'established' && report.stateSinceMinute > peer.stateSinceMinute;
    const isHeardAgain = peer.state === 'unheard' && minute - peer.stateSinceMinute <= shortGapMinutes;
    if ((isBack || isNewSession) && !isHeardAgain)
      peer.maskedUntil = Math.max(peer.maskedUntil, minute + maskMinutes);
    peer.state = report.state;
    peer.stateSinceMinute = report.stateSinceMinute;
    for (const family of families) {
      peer.size[family] = sizeOf(report[family]);
      if (!report[family].complete) peer.completeSince[family] = never;
      else if (peer.completeSince[family] === never) peer.completeSince[family] = minute;
    }
  }

  /** Upper median over the voting peers that named any prefix; 0 without any. */
  #medianSize(family: Family): number {
    const sizes = this.#peers.map((peer) => peer.size[family]).filter((size) => size > 0);
    return sizes.sort((a, b) => a - b)[sizes.length >>> 1] ?? 0;
  }

  #isTransfer(report: PeerReport, medians: Readonly<Record<Family, number>>): boolean {
    return families.some((family) => {
      const { refreshed, routes } = report[family];
      const table = Math.max(routes, medians[family], this.#seedPrefixes[family]);
      return refreshed > smallestTransfer && refreshed * 2 >= table;
    });
  }

  #mask(minute: EventMinute): void {
    for (const peer of this.#peers) {
      const masked = peer.state !== 'established' || minute < peer.maskedUntil;
      if (masked && !peer.masked) peer.maskedSince = minute;
      peer.masked = masked;
    }
    for (let collector = 0; collector < this.#collectors.length; collector++) {
      const recent = this.#peers.filter(
        (peer) =>
          peer.collector === collector &&
          peer.masked &&
          peer.state !== 'unheard' &&
          peer.maskedSince > minute - collectorMaskWindow,
      );
      if (recent.length < collectorMaskPeers) continue;
      const last = Math.max(...recent.map((peer) => peer.maskedSince));
      this.#collectorMaskedUntil[collector] = last + maskMinutes;
    }
  }

  #familyRoster(family: Family, median: number, minute: EventMinute): FamilyRoster {
    const words = Math.max(1, wordsFor(this.#peers.length));
    const fullFeed = new Uint32Array(words);
    const live = new Uint32Array(words);
    const liveLately = new Uint32Array(words);
    const complete = new Uint32Array(words);
    const livePeers: Peer[] = [];
    let maskedPeers = 0;
    for (const [id, peer] of this.#peers.entries()) {
      if (peer.completeSince[family] < minute) addPeer(complete, 0, id);
      if (peer.size[family] === 0 || peer.size[family] * 2 < median) continue;
      addPeer(fullFeed, 0, id);
      const isMaskedByCollector = minute < this.#collectorMaskedUntil[peer.collector];
      if (!isMaskedByCollector && (!peer.masked || minute - peer.maskedSince < maskMinutes)) {
        addPeer(liveLately, 0, id);
      }
      if (peer.masked || isMaskedByCollector) maskedPeers++;
      else {
        addPeer(live, 0, id);
        livePeers.push(peer);
      }
    }
    const completePeers = livePeers.filter((peer) => peer.completeSince[family] !== never).length;
    const tableKnown = completePeers > 0 && completePeers * 2 >= livePeers.length;
    return {
      fullFeed,
      live,
      liveLately,
      complete,
      knownPeers: tableKnown ? Math.min(enoughPeers, (livePeers.length >>> 1) + 1) : enoughPeers,
      denominator: {
        livePeers: livePeers.length,
        livePeerAses: new Set(livePeers.map((peer) => peer.asn)).size,
        collectors: this.#largeCollectors(livePeers),
        maskedPeers,
        frozen: livePeers.length < enoughPeers,
        wholeTable: this.#seedPrefixes[family] > 0 || tableKnown,
      },
    };
  }

  /** Collectors that have enough live peers for the quorum to ask for more than one. */
  #largeCollectors(livePeers: readonly Peer[]): number {
    const counts = new Uint32Array(this.#collectors.length);
    for (const peer of livePeers) counts[peer.collector]++;
    return counts.filter((count) => count >= enoughPeers).length;
  }

  /** What follows from who the peers are. */
  #index(): void {
    const names = this.#peers.map((_, id) => this.name(id));
    this.#byName = names.map((_, id) => id).sort((a, b) => compareText(names[a], names[b]));
    const ases = [...new Set(this.#peers.map((peer) => peer.asn))];
    const slots = new Map(ases.map((as, slot) => [as, slot]));
    this.#asSlots = this.#peers.map((peer) => slots.get(peer.asn)!);
    this.#asSeen = new Uint8Array(ases.length);
  }

  save(writer: StateWriter): void {
    writer.list(this.#collectorMaskedUntil.entries(), ([collector, until]) => {
      writer.text(this.#collectors[collector]);
      writer.u32(until);
    });
    writer.list(this.#peers, (peer) => {
      writer.text(peer.address);
      writer.u32(peer.asn);
      writer.u32(peer.collector);
      writer.u8(peerStates.indexOf(peer.state));
      writer.u32(peer.stateSinceMinute);
      for (const family of families) {
        writer.u32(peer.size[family]);
        writer.u32(peer.completeSince[family]);
      }
      writer.u32(peer.maskedUntil);
      writer.u8(peer.masked ? 1 : 0);
      writer.u32(peer.maskedSince);
    });
    for (const family of families) {
      writer.u32(this.#seedPrefixes[family]);
      saveFamilyRoster(writer, this.#families[family]);
    }
  }

  load(reader: StateReader): void {
    const collectors = reader.list(() => ({ source: reader.text(), maskedUntil: reader.u32() }));
    this.#collectors = collectors.map(({ source }) => source);
    this.#collectorMaskedUntil = collectors.map(({ maskedUntil }) => maskedUntil);
    this.#peers = reader.list(() => this.#loadPeer(reader));
    this.#ids = new Map(this.#peers.map((peer, id) => [keyOf(peer.source, peer), id]));
    this.#index();
    for (const family of families) {
      this.#seedPrefixes[family] = reader.u32();
      this.#families[family] = loadFamilyRoster(reader);
    }
  }

  #loadPeer(reader: StateReader): Peer {
    const address = reader.text();
    const asn = reader.u32();
    const collector = reader.u32();
    const state = peerStates[reader.u8()];
    const stateSinceMinute = reader.u32();
    const [ipv4, ipv6] = families.map(() => ({ size: reader.u32(), completeSince: reader.u32() })) as [
      { size: number; completeSince: number },
      { size: number; completeSince: number },
    ];
    return {
      source: this.#collectors[collector],
      address,
      asn,
      collector,
      state,
      stateSinceMinute,
      size: { ipv4: ipv4.size, ipv6: ipv6.size },
      completeSince: { ipv4: ipv4.completeSince, ipv6: ipv6.completeSince },
      maskedUntil: reader.u32(),
      masked: reader.u8() === 1,
      maskedSince: reader.u32(),
    };
  }
}

const keyOf = (source: string, peer: { readonly address: string; readonly asn: number }): string =>
  `${source} ${peer.address} ${peer.asn}`;
const sizeOf = (report: FamilyReport): number => Math.max(report.named, report.routes);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const bySourceAndPeer = (a: SourcedReport, b: SourcedReport): number =>
  compareText(keyOf(a.source, a.report), keyOf(b.source, b.report));
