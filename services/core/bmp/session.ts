import { messageType } from '../bgp/message.ts';
import { UpdateScan } from '../bgp/update-scan.ts';
import type { EventSecond } from '../event-time.ts';
import { Bgp4mpWriter } from '../mrt/bgp4mp-writer.ts';
import { sessionState } from '../mrt/session-state.ts';
import { leadingAsBytes, writeWithoutLeadingAs } from './collector-as.ts';
import type { Initiation } from './initiation.ts';
import { hashOf, type MonitoredPeer, MonitoredPeers } from './monitored-peers.ts';
import type { PeerDown } from './peer-down.ts';
import { negotiatedAddPath, type PeerUp } from './peer-up.ts';
import { type PerPeerHeader, peerType } from './per-peer-header.ts';
import type { RouteMirroring } from './route-mirroring.ts';
import type { RouteMonitoring } from './route-monitoring.ts';
import type { Termination } from './termination.ts';
import type { BmpRefusal, BmpVisitor } from './visitor.ts';
import { BmpWalker } from './walk.ts';

/** Why a message is not used: what the walk refuses, and what makes no MRT record. */
export type SessionRefusal =
  | BmpRefusal
  /** Route Monitoring of another BGP message. */
  | 'updateType'
  /** Routes of several families in one UPDATE, some with path identifiers and some without: MRT cannot say that. */
  | 'mixedAddPath'
  /** A path of two-octet AS numbers from a peer whose own needs four. */
  | 'peerAs'
  | 'peerLimit';

export interface BmpSessionOptions {
  /** The AS that the router prepends to paths, where its Peer Up may not be seen; 0 for none. */
  readonly collectorAs: number;
  readonly onRefused: (reason: SessionRefusal, bytes: Uint8Array, start: number, end: number) => void;
}

/** What a session brought, by message; and what of it was not used, by reason. */
export interface BmpCounts {
  routeMonitoring: number;
  peerUps: number;
  peerDowns: number;
  statisticsReports: number;
  mirrored: number;
  /** Times that the router said it lost mirrored messages. */
  mirroringLosses: number;
  /** Routes of an Adj-RIB-Out; of the other Adj-RIB-In than the one that is read; of a VPN or local instance. */
  ignoredAdjRibOut: number;
  ignoredPolicy: number;
  ignoredInstance: number;
  /** Messages whose per-peer time was 0, or too far from when they came. */
  replacedTimes: number;
  /** Paths that could not be read with the AS numbers that the router said they have. */
  guessedAsnBytes: number;
}

/** A per-peer time further away from when the message came is not believed: a table dump's routes are older, and clocks stand still. */
const oldestSeconds = 600;
const newestSeconds = 60;

/** Turns the BMP messages of one router into MRT records: BGP4MP_ET, four-octet AS numbers except where a path has two. */
export class BmpSession implements BmpVisitor {
  /** Where the records are. Whoever takes them sets its length to 0. */
  readonly out: Bgp4mpWriter = new Bgp4mpWriter();
  readonly peers: MonitoredPeers = new MonitoredPeers();
  readonly counts: BmpCounts = {
    routeMonitoring: 0,
    peerUps: 0,
    peerDowns: 0,
    statisticsReports: 0,
    mirrored: 0,
    mirroringLosses: 0,
    ignoredAdjRibOut: 0,
    ignoredPolicy: 0,
    ignoredInstance: 0,
    replacedTimes: 0,
    guessedAsnBytes: 0,
  };
  /** What the router said of itself; undefined before. */
  initiated: Initiation | undefined;
  /** Set when the router ended the session. */
  terminated: Termination | undefined;
  readonly #options: BmpSessionOptions;
  readonly #walker = new BmpWalker(this);
  readonly #scan = new UpdateScan();
  #receivedSecond: EventSecond = 0;
  #receivedMicrosecond = 0;
  /** Of the message in hand. */
  #second: EventSecond = 0;
  #microsecond = 0;

  constructor(options: BmpSessionOptions) {
    this.#options = options;
  }

  /** True once the stream has lost its framing: the session has to be ended. */
  get isLost(): boolean {
    return this.#walker.isLost;
  }

  /**
   * Takes the whole messages in [from, to), received at this time, and returns the offset of the first that is not
   * whole. Never throws, whatever the bytes are.
   */
  take(bytes: Uint8Array, from: number, to: number, second: EventSecond, microsecond: number): number {
    this.#receivedSecond = second;
    this.#receivedMicrosecond = microsecond;
    // Other kinds of array of the same octets, such as a Buffer, would slow down all that reads them.
    return this.#walker.walk(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), from, to);
  }

  initiation(initiation: Initiation): void {
    this.initiated = initiation;
  }

  termination(termination: Termination): void {
    this.terminated = termination;
  }

  routeMonitoring(header: PerPeerHeader, routes: RouteMonitoring): void {
    this.counts.routeMonitoring++;
    const { bytes } = header;
    const { updateStart: start, updateEnd: end } = routes;
    const peer = this.#readPeer(header, start, end);
    if (peer === undefined) return;
    if (bytes[start + 18] !== messageType.update) {
      this.refuse('updateType', bytes, start, end);
      return;
    }
    if (!header.isLocRib) {
      peer.readsPostPolicy ??= header.isPostPolicy;
      if (peer.readsPostPolicy !== header.isPostPolicy) {
        this.counts.ignoredPolicy++;
        return;
      }
    }
    const scan = this.#scan;
    // Of one whose lengths do not fit, the reader of the record says what is wrong.
    const isScanned = scan.scan(bytes, start, end);
    const asnBytes = isScanned ? scan.asnBytes(header.asnBytes) : header.asnBytes;
    if (asnBytes !== header.asnBytes) this.counts.guessedAsnBytes++;
    if (asnBytes === 2 && peer.peerAs > 0xffff) {
      this.refuse('peerAs', bytes, start, end);
      return;
    }
    const hasPathIds = isScanned ? this.#hasPathIds(peer, routes.statelessAddPath) : false;
    if (hasPathIds === undefined) {
      this.refuse('mixedAddPath', bytes, start, end);
      return;
    }
    this.#setTime(header);
    this.#writeUpdate(peer, bytes, start, end, asnBytes, hasPathIds, isScanned);
  }

  peerUp(header: PerPeerHeader, up: PeerUp): void {
    this.counts.peerUps++;
    const peer = this.#readPeer(header, header.at, up.opensEnd);
    if (peer === undefined) return;
    peer.localAs = up.sent.asn;
    peer.addPath = negotiatedAddPath(up);
    const sessionHash = hashOf(header.bytes, up.localAddressAt, up.opensEnd - up.localAddressAt);
    // A router tells the same session once for each view that it reports.
    if (peer.isUp && peer.sessionHash === sessionHash) return;
    peer.isUp = true;
    peer.sessionHash = sessionHash;
    peer.readsPostPolicy = undefined;
    this.#setTime(header);
    this.out.stateChange(
      this.#second,
      this.#microsecond,
      peer,
      sessionState.openConfirm,
      sessionState.established,
    );
  }

  peerDown(header: PerPeerHeader, _down: PeerDown): void {
    this.counts.peerDowns++;
    const peer = this.#readPeer(header, header.at, header.at);
    if (peer === undefined) return;
    if (peer.isUp === false) return;
    peer.isUp = false;
    peer.readsPostPolicy = undefined;
    this.#setTime(header);
    this.out.stateChange(this.#second, this.#microsecond, peer, sessionState.established, sessionState.idle);
  }

  statisticsReport(): void {
    this.counts.statisticsReports++;
  }

  routeMirroring(_header: PerPeerHeader, { messages, losses }: RouteMirroring): void {
    this.counts.mirrored += messages;
    this.counts.mirroringLosses += losses;
  }

  refuse(reason: SessionRefusal, bytes: Uint8Array, start: number, end: number): void {
    this.#options.onRefused(reason, bytes, start, end);
  }

  /** The peer whose message is read; undefined where it is not. */
  #readPeer(header: PerPeerHeader, start: number, end: number): MonitoredPeer | undefined {
    if (header.isAdjRibOut) {
      this.counts.ignoredAdjRibOut++;
      return undefined;
    }
    // A VPN's routes are not the Internet's, and its peers may have the same addresses.
    const isInstance = header.type === peerType.rdInstance || header.type === peerType.localInstance;
    if (isInstance || header.hasDistinguisher) {
      this.counts.ignoredInstance++;
      return undefined;
    }
    const peer = this.peers.of(header);
    if (peer === undefined) this.refuse('peerLimit', header.bytes, start, end);
    return peer;
  }

  /** Whether NLRI of the UPDATE scanned have path identifiers; undefined where some have and some not. */
  #hasPathIds(peer: MonitoredPeer, stateless: number): boolean | undefined {
    const scan = this.#scan;
    const negotiated = stateless >= 0 ? stateless : peer.addPath;
    if (negotiated < 0) return scan.looksLikeAddPath();
    const withIds = scan.families & negotiated;
    if (withIds === 0) return false;
    return withIds === scan.families ? true : undefined;
  }

  #writeUpdate(
    peer: MonitoredPeer,
    bytes: Uint8Array,
    start: number,
    end: number,
    asnBytes: 2 | 4,
    hasPathIds: boolean,
    isScanned: boolean,
  ): void {
    const { out } = this;
    const second = this.#second;
    const microsecond = this.#microsecond;
    const removed = isScanned ? this.#leadingAsBytes(peer, bytes, asnBytes) : 0;
    if (removed === 0) {
      out.copyMessage(second, microsecond, peer, asnBytes, hasPathIds, bytes, start, end);
      return;
    }
    const at = out.message(second, microsecond, peer, asnBytes, hasPathIds, end - start - removed);
    writeWithoutLeadingAs(bytes, start, end, this.#scan, removed, out.bytes, at);
  }

  /**
   * Octets of an AS that the router itself put before the path: its own (FRR does), or the collector's. A path of an
   * external peer never begins with it, since that would be a loop (RFC 4271 9.1.2).
   */
  #leadingAsBytes(peer: MonitoredPeer, bytes: Uint8Array, asnBytes: 2 | 4): number {
    const own = peer.localAs !== 0 ? peer.localAs : this.#options.collectorAs;
    if (own === 0 || own === peer.peerAs) return 0;
    return leadingAsBytes(bytes, this.#scan, own, asnBytes);
  }

  #setTime(header: PerPeerHeader): void {
    const second = header.second;
    const received = this.#receivedSecond;
    if (second >= received - oldestSeconds && second <= received + newestSeconds) {
      this.#second = second;
      this.#microsecond = header.microsecond;
      return;
    }
    this.counts.replacedTimes++;
    this.#second = received;
    this.#microsecond = this.#receivedMicrosecond;
  }
}
