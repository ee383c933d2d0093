import { receivesPaths, sendsPaths } from '../bgp/open.ts';
import { readInitiation } from './initiation.ts';
import { bmpHeaderBytes, bmpType, messageEnd } from './message.ts';
import { readPeerDown } from './peer-down.ts';
import { readPeerUp } from './peer-up.ts';
import { highestPeerType, PerPeerHeader, perPeerHeaderBytes } from './per-peer-header.ts';
import { readRouteMirroring } from './route-mirroring.ts';
import { RouteMonitoring } from './route-monitoring.ts';
import { readStatistics } from './statistics-report.ts';
import { readTermination } from './termination.ts';
import type { BmpRefusal, BmpVisitor } from './visitor.ts';

/**
 * Walks BMP messages (RFC 7854, 8671, 9069) that lie back to back, and calls a visitor for what is in them. Route
 * Monitoring allocates nothing; the other types are rare.
 */
export class BmpWalker {
  /** True once a header could not be one: nothing after it can be read. */
  isLost = false;
  readonly #visitor: BmpVisitor;
  readonly #peer = new PerPeerHeader();
  readonly #routes = new RouteMonitoring();

  constructor(visitor: BmpVisitor) {
    this.#visitor = visitor;
  }

  /**
   * Walks the whole messages in [from, to) and returns the offset of the first that is not whole: call again with
   * it when more bytes have come. Never throws, whatever the bytes are.
   */
  walk(bytes: Uint8Array, from: number = 0, to: number = bytes.length): number {
    let at = from;
    while (!this.isLost) {
      const end = messageEnd(bytes, at, to);
      if (typeof end === 'string') {
        this.isLost = true;
        this.#visitor.refuse(end, bytes, at, to);
        return to;
      }
      if (end < 0 || end > to) break;
      const refusal = this.#message(bytes, at, end);
      if (refusal !== undefined) this.#visitor.refuse(refusal, bytes, at, end);
      at = end;
    }
    return at;
  }

  #message(bytes: Uint8Array, start: number, end: number): BmpRefusal | undefined {
    const type = bytes[start + 5]!;
    const bodyAt = start + bmpHeaderBytes;
    if (type === bmpType.initiation) {
      const initiation = readInitiation(bytes, bodyAt, end);
      if (initiation === undefined) return 'initiation';
      this.#visitor.initiation(initiation);
      return undefined;
    }
    if (type === bmpType.termination) {
      const termination = readTermination(bytes, bodyAt, end);
      if (termination === undefined) return 'termination';
      this.#visitor.termination(termination);
      return undefined;
    }
    if (type > bmpType.routeMirroring) return 'messageType';
    if (bodyAt + perPeerHeaderBytes > end) return 'perPeerHeader';
    const peer = this.#peer;
    peer.set(bytes, start);
    if (peer.type > highestPeerType) return 'peerType';
    return this.#ofPeer(type, bytes, start, bodyAt + perPeerHeaderBytes, end);
  }

  #ofPeer(type: number, bytes: Uint8Array, start: number, at: number, end: number): BmpRefusal | undefined {
    const peer = this.#peer;
    const visitor = this.#visitor;
    switch (type) {
      case bmpType.routeMonitoring: {
        const direction = peer.isAdjRibOut ? sendsPaths : receivesPaths;
        if (!this.#routes.read(bytes, bytes[start]!, at, end, direction)) return 'update';
        visitor.routeMonitoring(peer, this.#routes);
        return undefined;
      }
      case bmpType.statisticsReport: {
        const statistics = readStatistics(bytes, at, end);
        if (statistics === undefined) return 'statisticsReport';
        visitor.statisticsReport(peer, statistics);
        return undefined;
      }
      case bmpType.peerDown: {
        const down = readPeerDown(bytes, at, end);
        if (down === undefined) return 'peerDown';
        visitor.peerDown(peer, down);
        return undefined;
      }
      case bmpType.peerUp: {
        const up = readPeerUp(bytes, at, end);
        if (up === undefined) return 'peerUp';
        visitor.peerUp(peer, up);
        return undefined;
      }
      default: {
        const mirrored = readRouteMirroring(bytes, at, end);
        if (mirrored === undefined) return 'routeMirroring';
        visitor.routeMirroring(peer, mirrored);
        return undefined;
      }
    }
  }
}
