import type { MrtCursor } from '../mrt/visitor.ts';
import { formatIpv4, formatIpv6 } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { Peer, type PeerName } from './peer.ts';
import type { RoutePages } from './route-pages.ts';

/** More peers than any collector has; a columns' peer index has 16 bits. */
export const maxPeers = 65_536;

const cacheSize = 1024;

/** The peers of one source: a peer is an address and an AS. */
export class PeerSet {
  readonly #pages: RoutePages;
  readonly all: Peer[] = [];
  readonly #byHash = new Map<number, Peer[]>();
  /** By the low bits of address and AS: most records find their peer here. */
  readonly #cache: (Peer | undefined)[] = new Array(cacheSize).fill(undefined);

  constructor(pages: RoutePages) {
    this.#pages = pages;
  }

  /** The peer of the record at the cursor, created if new; undefined where there are too many. */
  of(cursor: MrtCursor): Peer | undefined {
    const word = cursor.peerAddress0 | 0;
    const as = cursor.peerAs | 0;
    const place = (word ^ as) & (cacheSize - 1);
    const cached = this.#cache[place];
    if (cached !== undefined && cached.addressWord === word && cached.asWord === as) {
      if (!cached.name.isIpv6 && !cursor.peerIsIpv6) return cached;
      if (isPeer(cached.name, cursor)) return cached;
    }
    const key = hashOf(
      cursor.peerAddress0,
      cursor.peerAddress1,
      cursor.peerAddress2,
      cursor.peerAddress3,
      cursor.peerAs,
    );
    const known = this.#byHash.get(key)?.find((other) => isPeer(other.name, cursor));
    const peer = known ?? this.#add(nameOf(cursor), cursor.second);
    if (peer !== undefined) this.#cache[place] = peer;
    return peer;
  }

  save(writer: StateWriter): void {
    writer.list(this.all, (peer) => {
      const { isIpv6, w0, w1, w2, w3, asn } = peer.name;
      writer.u8(isIpv6 ? 1 : 0);
      for (const word of [w0, w1, w2, w3, asn]) writer.u32(word);
      peer.save(writer);
    });
  }

  load(reader: StateReader): void {
    for (let left = reader.u32(); left > 0; left--) {
      const isIpv6 = reader.u8() === 1;
      const [w0, w1, w2, w3, asn] = [reader.u32(), reader.u32(), reader.u32(), reader.u32(), reader.u32()];
      const address = isIpv6 ? formatIpv6(w0, w1, w2, w3) : formatIpv4(w0);
      this.#add({ address, isIpv6, w0, w1, w2, w3, asn }, 0)?.load(reader);
    }
  }

  #add(name: PeerName, second: number): Peer | undefined {
    if (this.all.length === maxPeers) return undefined;
    const peer = new Peer(name, this.all.length, second, this.#pages);
    this.all.push(peer);
    const key = hashOf(name.w0, name.w1, name.w2, name.w3, name.asn);
    const others = this.#byHash.get(key);
    if (others === undefined) this.#byHash.set(key, [peer]);
    else others.push(peer);
    return peer;
  }
}

function isPeer(name: PeerName, cursor: MrtCursor): boolean {
  return (
    name.w0 === cursor.peerAddress0 &&
    name.asn === cursor.peerAs &&
    name.isIpv6 === cursor.peerIsIpv6 &&
    (!name.isIpv6 ||
      (name.w1 === cursor.peerAddress1 && name.w2 === cursor.peerAddress2 && name.w3 === cursor.peerAddress3))
  );
}

function nameOf(cursor: MrtCursor): PeerName {
  const { peerIsIpv6: isIpv6, peerAddress0: w0, peerAs: asn } = cursor;
  const [w1, w2, w3] = isIpv6 ? [cursor.peerAddress1, cursor.peerAddress2, cursor.peerAddress3] : [0, 0, 0];
  return { address: isIpv6 ? formatIpv6(w0, w1, w2, w3) : formatIpv4(w0), isIpv6, w0, w1, w2, w3, asn };
}

const hashOf = (w0: number, w1: number, w2: number, w3: number, asn: number): number =>
  w0 ^
  Math.imul(
    w1 ^ Math.imul(w2 ^ Math.imul(w3 ^ Math.imul(asn, 0x9e3779b1), 0x85ebca6b), 0xc2b2ae35),
    0x27d4eb2f,
  );

/** Order of peers in reports: by family, address, AS. */
export function comparePeers(a: Peer, b: Peer): number {
  const x = a.name;
  const y = b.name;
  return (
    Number(x.isIpv6) - Number(y.isIpv6) ||
    x.w0 - y.w0 ||
    x.w1 - y.w1 ||
    x.w2 - y.w2 ||
    x.w3 - y.w3 ||
    x.asn - y.asn
  );
}
