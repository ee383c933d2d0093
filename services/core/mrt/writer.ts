import { extendedLength } from '../bgp/attribute-type.ts';
import { messageHeaderBytes, messageType } from '../bgp/message.ts';
import type { EventSecond } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import { bgp4mpSubtype, mrtType } from './record.ts';

/**
 * Writes MRT records (RFC 6396) as bytes: UPDATEs and state changes of peers with
 * four-byte AS numbers, and table dumps. Addresses are words as in prefix.ts: one
 * for IPv4, four for IPv6.
 */
export interface MrtPeer {
  readonly asn: number;
  readonly address: readonly number[];
}

export interface MrtPrefix {
  readonly family: Family;
  /** Address words; bits beyond `length` are 0. */
  readonly words: readonly number[];
  /** Prefix length in bits. */
  readonly length: number;
}

export interface MrtRibEntry {
  /** Index into the peers of the PEER_INDEX_TABLE. */
  readonly peerIndex: number;
  /** When the route was received. */
  readonly originatedSecond: EventSecond;
  /** AS numbers of one AS_SEQUENCE, the peer's first. */
  readonly path: readonly number[];
}

const initialBytes = 4096;
/** RFC 4271 4.1. */
const maxMessageBytes = 4096;

/** Subtypes of TABLE_DUMP_V2 (RFC 6396 4.3). */
const peerIndexTable = 1;
const ribIpv4Unicast = 2;
const ribIpv6Unicast = 4;

/** Path attributes: flags (RFC 4271 4.3) and type codes (RFC 4271 5.1, RFC 4760). */
const wellKnown = 0x40;
const optional = 0x80;
const originAttribute = 1;
const asPath = 2;
const nextHop = 3;
const mpReachNlri = 14;
const mpUnreachNlri = 15;
const asSequence = 2;
/** A path segment counts its AS numbers in one byte. */
const maxSegmentLength = 255;

const safiUnicast = 1;
const afiOf: Readonly<Record<Family, number>> = { ipv4: 1, ipv6: 2 };

/** Next hops of routes whose family is not that of the session: documentation addresses (RFC 5737, RFC 3849). */
const foreignNextHop: Readonly<Record<Family, readonly number[]>> = {
  ipv4: [0xc0000201],
  ipv6: [0x20010db8, 0, 0, 1],
};

export class MrtWriter {
  readonly #localAs: number;
  #bytes = new Uint8Array(initialBytes);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** `localAs` is the collector's AS. Its address is written as 0: the peer alone names a session. */
  constructor(localAs: number) {
    this.#localAs = localAs;
  }

  /** Bytes written since the start or the last take. */
  get length(): number {
    return this.#length;
  }

  /** Hands out what was written and starts anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** One UPDATE that announces prefixes of one family on one path. Throws RangeError where they do not fit into one message. */
  announce(
    second: EventSecond,
    peer: MrtPeer,
    family: Family,
    prefixes: readonly MrtPrefix[],
    path: readonly number[],
  ): void {
    this.#update(second, peer, () => {
      this.#u16(0);
      this.#lengthPrefixed(2, () => {
        this.#pathAttributes(path);
        if (family === 'ipv4') this.#nextHopAttribute(peer);
        else {
          this.#attribute(optional, mpReachNlri, () => {
            this.#u16(afiOf[family]);
            this.#u8(safiUnicast);
            this.#lengthPrefixed(1, () => this.#words(nextHopOf(peer, family)));
            this.#u8(0);
            this.#nlri(prefixes);
          });
        }
      });
      if (family === 'ipv4') this.#nlri(prefixes);
    });
  }

  /** One UPDATE that withdraws prefixes of one family. Throws RangeError where they do not fit into one message. */
  withdraw(second: EventSecond, peer: MrtPeer, family: Family, prefixes: readonly MrtPrefix[]): void {
    this.#update(second, peer, () => {
      this.#lengthPrefixed(2, () => {
        if (family === 'ipv4') this.#nlri(prefixes);
      });
      this.#lengthPrefixed(2, () => {
        if (family === 'ipv4') return;
        this.#attribute(optional, mpUnreachNlri, () => {
          this.#u16(afiOf[family]);
          this.#u8(safiUnicast);
          this.#nlri(prefixes);
        });
      });
    });
  }

  /** BGP4MP_STATE_CHANGE_AS4: FSM states of RFC 4271 8.2.2, 1 Idle to 6 Established. */
  stateChange(second: EventSecond, peer: MrtPeer, oldState: number, newState: number): void {
    this.#record(second, mrtType.bgp4mp, bgp4mpSubtype.stateChangeAs4, () => {
      this.#session(peer);
      this.#u16(oldState);
      this.#u16(newState);
    });
  }

  /** PEER_INDEX_TABLE (RFC 6396 4.3.1): opens a table dump; the entries that follow name peers by their index. */
  peerIndexTable(
    second: EventSecond,
    collectorId: number,
    viewName: string,
    peers: readonly MrtPeer[],
  ): void {
    this.#record(second, mrtType.tableDumpV2, peerIndexTable, () => {
      this.#u32(collectorId);
      this.#u16(viewName.length);
      for (let i = 0; i < viewName.length; i++) this.#u8(viewName.charCodeAt(i));
      this.#u16(peers.length);
      for (const [index, peer] of peers.entries()) {
        const isIpv6 = peer.address.length === 4;
        this.#u8(isIpv6 ? 3 : 2);
        this.#u32(index + 1);
        this.#words(peer.address);
        this.#u32(peer.asn);
      }
    });
  }

  /** RIB_IPV4_UNICAST or RIB_IPV6_UNICAST (RFC 6396 4.3.2): one prefix with the routes of the peers `entries` names in `peers`. */
  rib(
    second: EventSecond,
    sequence: number,
    prefix: MrtPrefix,
    peers: readonly MrtPeer[],
    entries: readonly MrtRibEntry[],
  ): void {
    const subtype = prefix.family === 'ipv4' ? ribIpv4Unicast : ribIpv6Unicast;
    this.#record(second, mrtType.tableDumpV2, subtype, () => {
      this.#u32(sequence);
      this.#nlri([prefix]);
      this.#u16(entries.length);
      for (const entry of entries) {
        const peer = peers[entry.peerIndex]!;
        this.#u16(entry.peerIndex);
        this.#u32(entry.originatedSecond);
        this.#lengthPrefixed(2, () => {
          this.#pathAttributes(entry.path);
          if (prefix.family === 'ipv4') this.#nextHopAttribute(peer);
          // RFC 6396 4.3.4: of MP_REACH_NLRI a table dump holds the next hop only.
          else {
            this.#attribute(optional, mpReachNlri, () => {
              this.#lengthPrefixed(1, () => this.#words(nextHopOf(peer, prefix.family)));
            });
          }
        });
      }
    });
  }

  #pathAttributes(path: readonly number[]): void {
    this.#attribute(wellKnown, originAttribute, () => this.#u8(0));
    this.#attribute(wellKnown, asPath, () => {
      for (let from = 0; from < path.length; from += maxSegmentLength) {
        const count = Math.min(maxSegmentLength, path.length - from);
        this.#u8(asSequence);
        this.#u8(count);
        for (let i = from; i < from + count; i++) this.#u32(path[i]!);
      }
    });
  }

  #nextHopAttribute(peer: MrtPeer): void {
    this.#attribute(wellKnown, nextHop, () => this.#words(nextHopOf(peer, 'ipv4')));
  }

  /** Every attribute gets the two-byte length, so that none has to be measured first. */
  #attribute(flags: number, typeCode: number, write: () => void): void {
    this.#u8(flags | extendedLength);
    this.#u8(typeCode);
    this.#lengthPrefixed(2, write);
  }

  /** Prefixes as (length, just enough bytes of the address) (RFC 4271 4.3). */
  #nlri(prefixes: readonly MrtPrefix[]): void {
    for (const { words, length } of prefixes) {
      this.#u8(length);
      for (let i = 0; i * 8 < length; i++) this.#u8((words[i >>> 2]! >>> (24 - 8 * (i & 3))) & 255);
    }
  }

  /** RFC 6396 4.4.3 with the whole BGP message (RFC 4271 4.1): marker, length, type, body. */
  #update(second: EventSecond, peer: MrtPeer, writeBody: () => void): void {
    this.#record(second, mrtType.bgp4mp, bgp4mpSubtype.messageAs4, () => {
      this.#session(peer);
      const start = this.#grow(messageHeaderBytes);
      this.#bytes.fill(0xff, start, start + 16);
      this.#bytes[start + 18] = messageType.update;
      writeBody();
      const messageBytes = this.#length - start;
      if (messageBytes > maxMessageBytes) {
        throw new RangeError(`an UPDATE of ${messageBytes} bytes is longer than ${maxMessageBytes}`);
      }
      this.#view.setUint16(start + 16, messageBytes);
    });
  }

  /** Peer AS, local AS, interface index, AFI, peer address, local address. */
  #session(peer: MrtPeer): void {
    this.#u32(peer.asn);
    this.#u32(this.#localAs);
    this.#u16(0);
    this.#u16(peer.address.length === 4 ? afiOf.ipv6 : afiOf.ipv4);
    this.#words(peer.address);
    for (let i = 0; i < peer.address.length; i++) this.#u32(0);
  }

  /** The MRT header (RFC 6396 2) and the body. A body that throws leaves nothing behind. */
  #record(second: EventSecond, type: number, subtype: number, writeBody: () => void): void {
    const start = this.#length;
    try {
      this.#u32(second);
      this.#u16(type);
      this.#u16(subtype);
      this.#lengthPrefixed(4, writeBody);
    } catch (error) {
      this.#length = start;
      throw error;
    }
  }

  #lengthPrefixed(lengthBytes: 1 | 2 | 4, write: () => void): void {
    const at = this.#grow(lengthBytes);
    write();
    const length = this.#length - at - lengthBytes;
    if (length >= 2 ** (8 * lengthBytes)) throw new RangeError(`${length} bytes do not fit a length field`);
    if (lengthBytes === 1) this.#view.setUint8(at, length);
    else if (lengthBytes === 2) this.#view.setUint16(at, length);
    else this.#view.setUint32(at, length);
  }

  #words(words: readonly number[]): void {
    for (const word of words) this.#u32(word);
  }

  #u8(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  #u16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
  }

  #u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
  }

  /** Makes room and returns where it starts. It may replace the buffer: call it before naming #bytes or #view. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

function nextHopOf(peer: MrtPeer, family: Family): readonly number[] {
  const sameFamily = (peer.address.length === 4) === (family === 'ipv6');
  return sameFamily ? peer.address : foreignNextHop[family];
}
