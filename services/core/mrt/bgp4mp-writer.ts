/**
 * Writes BGP4MP_ET records (RFC 6396 3, 4.4; RFC 8050 3) around BGP messages as they came: for feeds that hand on
 * messages whole. One buffer, used again; bgp4mp.ts has the layout.
 */

import { asTrans } from '../bgp/as4-path.ts';
import { messageHeaderBytes, messageType } from '../bgp/message.ts';
import { afiIpv4, afiIpv6 } from '../bgp/mp-reach-nlri.ts';
import { bgp4mpSubtype, headerBytes, microsecondBytes, mrtType } from './record.ts';

const initialBytes = 64 * 1024;

const { message, messageAs4, stateChangeAs4, messageAddPath, messageAs4AddPath } = bgp4mpSubtype;

/** The two ends of a session. The peer's address is `addressBytes` (4 or 16) octets of `bytes` from `addressAt`. */
export interface SessionEnds {
  readonly peerAs: number;
  /** 0 where it is not known. */
  readonly localAs: number;
  readonly bytes: Uint8Array;
  readonly addressAt: number;
  readonly addressBytes: number;
}

export class Bgp4mpWriter {
  bytes: Uint8Array = new Uint8Array(initialBytes);
  /** Records lie in [0, length). Set to 0 to begin anew. */
  length = 0;
  #view = new DataView(this.bytes.buffer);
  #at = 0;

  /**
   * Begins a record for a BGP message of `messageBytes` octets and returns where in `bytes` the message has to be
   * written. With AS numbers of two octets `ends` has none that is larger.
   */
  message(
    second: number,
    microsecond: number,
    ends: SessionEnds,
    asnBytes: 2 | 4,
    hasPathIds: boolean,
    messageBytes: number,
  ): number {
    const subtype =
      asnBytes === 4 ? (hasPathIds ? messageAs4AddPath : messageAs4) : hasPathIds ? messageAddPath : message;
    this.#begin(second, microsecond, subtype, ends, asnBytes, messageBytes);
    const at = this.#at;
    this.length = at + messageBytes;
    return at;
  }

  /** A record of a message whose octets are [start, end) of `from`. */
  copyMessage(
    second: number,
    microsecond: number,
    ends: SessionEnds,
    asnBytes: 2 | 4,
    hasPathIds: boolean,
    from: Uint8Array,
    start: number,
    end: number,
  ): void {
    const at = this.message(second, microsecond, ends, asnBytes, hasPathIds, end - start);
    copyBytes(from, start, end, this.bytes, at);
  }

  /** BGP4MP_STATE_CHANGE_AS4. */
  stateChange(
    second: number,
    microsecond: number,
    ends: SessionEnds,
    oldState: number,
    newState: number,
  ): void {
    this.#begin(second, microsecond, stateChangeAs4, ends, 4, 4);
    this.#view.setUint16(this.#at, oldState);
    this.#view.setUint16(this.#at + 2, newState);
    this.length = this.#at + 4;
  }

  #begin(
    second: number,
    microsecond: number,
    subtype: number,
    ends: SessionEnds,
    asnBytes: 2 | 4,
    bodyBytes: number,
  ): void {
    const { addressBytes, addressAt, bytes: address } = ends;
    const sessionBytes = 2 * asnBytes + 4 + 2 * addressBytes;
    const messageLength = microsecondBytes + sessionBytes + bodyBytes;
    this.#reserve(headerBytes + messageLength);
    const { bytes } = this;
    const view = this.#view;
    let at = this.length;
    view.setUint32(at, second);
    view.setUint16(at + 4, mrtType.bgp4mpEt);
    view.setUint16(at + 6, subtype);
    view.setUint32(at + 8, messageLength);
    view.setUint32(at + 12, microsecond);
    at += headerBytes + microsecondBytes;
    if (asnBytes === 4) {
      view.setUint32(at, ends.peerAs);
      view.setUint32(at + 4, ends.localAs);
    } else {
      view.setUint16(at, ends.peerAs);
      view.setUint16(at + 2, ends.localAs > 0xffff ? asTrans : ends.localAs);
    }
    at += 2 * asnBytes;
    view.setUint16(at, 0);
    view.setUint16(at + 2, addressBytes === 4 ? afiIpv4 : afiIpv6);
    at += 4;
    for (let i = 0; i < addressBytes; i++) {
      bytes[at + i] = address[addressAt + i]!;
      // The collector's own address is not known, nor asked for: the peer alone names a session.
      bytes[at + addressBytes + i] = 0;
    }
    this.#at = at + 2 * addressBytes;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Copies [start, end). Of what is short a view would cost more than it does. */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 32) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let i = start, j = at; i < end; i++, j++) to[j] = from[i]!;
}

/** The header of an UPDATE (RFC 4271 4.1) of `length` octets in all, at `at`. */
export function writeUpdateHeader(bytes: Uint8Array, at: number, length: number): void {
  bytes.fill(0xff, at, at + 16);
  bytes[at + 16] = length >>> 8;
  bytes[at + 17] = length;
  bytes[at + messageHeaderBytes - 1] = messageType.update;
}
