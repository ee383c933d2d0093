import { u32 } from '../bgp/octets.ts';
import type { SessionEnds } from '../mrt/bgp4mp-writer.ts';
import type { PerPeerHeader } from './per-peer-header.ts';

/** More peers than a router has: what names more of them is hostile or broken. */
export const maxPeers = 8192;

/** Of the per-peer header: the type, then distinguisher, address and AS as they lie there. */
const keyBytes = 28;
const cacheSize = 256;

/** A peer that a router reports on. */
export class MonitoredPeer implements SessionEnds {
  readonly peerAs: number;
  localAs = 0;
  /** A copy of what names the peer in its header. */
  readonly bytes: Uint8Array;
  readonly addressAt: number;
  readonly addressBytes: 4 | 16;
  readonly type: number;
  /** Undefined before the first Peer Up or Peer Down. */
  isUp: boolean | undefined;
  /** What Peer Up said of the session, hashed: the same for each view that the router reports. */
  sessionHash = 0;
  /** Families (familyBit) with path identifiers; -1 where no Peer Up was seen. */
  addPath = -1;
  /** Which of its two Adj-RIBs-In is read: the first that told a route. Undefined before. */
  readsPostPolicy: boolean | undefined;

  constructor(header: PerPeerHeader) {
    const { distinguisherAt, bytes } = header;
    this.type = header.type;
    this.bytes = bytes.slice(distinguisherAt, distinguisherAt + keyBytes);
    this.addressAt = header.addressAt - distinguisherAt;
    this.addressBytes = header.addressBytes;
    this.peerAs = header.asn;
  }

  isOf(header: PerPeerHeader): boolean {
    const { bytes, distinguisherAt } = header;
    if (header.type !== this.type || header.addressBytes !== this.addressBytes) return false;
    const own = this.bytes;
    for (let i = 0; i < keyBytes; i++) if (own[i] !== bytes[distinguisherAt + i]) return false;
    return true;
  }
}

/** The peers of one BMP session. */
export class MonitoredPeers {
  readonly #byHash = new Map<number, MonitoredPeer[]>();
  readonly #cache: (MonitoredPeer | undefined)[] = new Array(cacheSize).fill(undefined);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  *all(): Iterable<MonitoredPeer> {
    for (const peers of this.#byHash.values()) yield* peers;
  }

  /** The peer of the header, created if new; undefined where there are too many. */
  of(header: PerPeerHeader): MonitoredPeer | undefined {
    const { bytes, distinguisherAt: at } = header;
    const low = u32(bytes, at + 20) ^ u32(bytes, at + 24);
    const place = (low ^ (low >>> 16) ^ header.type) & (cacheSize - 1);
    const cached = this.#cache[place];
    if (cached?.isOf(header)) return cached;
    const peer = this.#find(header);
    if (peer !== undefined) this.#cache[place] = peer;
    return peer;
  }

  #find(header: PerPeerHeader): MonitoredPeer | undefined {
    const hash = hashOf(header.bytes, header.distinguisherAt, keyBytes) ^ header.type;
    const sameHash = this.#byHash.get(hash);
    const known = sameHash?.find((peer) => peer.isOf(header));
    if (known !== undefined) return known;
    if (this.#count === maxPeers) return undefined;
    this.#count++;
    const peer = new MonitoredPeer(header);
    if (sameHash === undefined) this.#byHash.set(hash, [peer]);
    else sameHash.push(peer);
    return peer;
  }
}

/** FNV-1a, 32 bits (RFC 9923). */
export function hashOf(bytes: Uint8Array, start: number, count: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < start + count; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}
