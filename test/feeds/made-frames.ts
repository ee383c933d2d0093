/** Feeds made of real MRT records: what RIS Live and a BMP router would have sent of the same UPDATEs. */
import type { MrtCursor, MrtVisitor } from '#core/mrt/visitor.ts';
import { maxPathWords } from '#core/mrt/visitor.ts';
import { MrtWalker } from '#core/mrt/walk.ts';
import { formatIpv4, formatIpv6 } from '#core/prefix.ts';

/** An UPDATE of an MRT record. */
export interface MadeUpdate {
  readonly peer: string;
  readonly peerAs: number;
  readonly second: number;
  readonly microsecond: number;
  /** The record, and the BGP message in it. */
  readonly record: Uint8Array;
  readonly message: Uint8Array;
  readonly withdrawals: readonly string[];
  readonly announcements: readonly string[];
  readonly path: readonly (number | readonly number[])[];
}

/** The UPDATEs of whole records of four-octet AS numbers, without malformed ones. */
export function updatesIn(bytes: Uint8Array): MadeUpdate[] {
  const updates: MadeUpdate[] = [];
  new MrtWalker(new Maker((update) => updates.push(update))).walk(bytes);
  return updates;
}

class Maker implements MrtVisitor {
  readonly #made: (update: MadeUpdate) => void;
  readonly #words = new Uint32Array(maxPathWords);
  #withdrawals: string[] = [];
  #announcements: string[] = [];

  constructor(made: (update: MadeUpdate) => void) {
    this.#made = made;
  }

  beginUpdate(): void {
    this.#withdrawals = [];
    this.#announcements = [];
  }

  withdrawIpv4(_: MrtCursor, address: number, length: number): void {
    this.#withdrawals.push(`${formatIpv4(address)}/${length}`);
  }

  withdrawIpv6(_: MrtCursor, w0: number, w1: number, w2: number, w3: number, length: number): void {
    this.#withdrawals.push(`${formatIpv6(w0, w1, w2, w3)}/${length}`);
  }

  announceIpv4(_: MrtCursor, address: number, length: number): void {
    this.#announcements.push(`${formatIpv4(address)}/${length}`);
  }

  announceIpv6(_: MrtCursor, w0: number, w1: number, w2: number, w3: number, length: number): void {
    this.#announcements.push(`${formatIpv6(w0, w1, w2, w3)}/${length}`);
  }

  endUpdate(cursor: MrtCursor): void {
    if (cursor.attributes.asnBytes !== 4 || cursor.attributes.outcome !== 'accept') return;
    const { bytes, recordStart, recordEnd, peerAs, second, microsecond } = cursor;
    const { peerAddress0, peerAddress1, peerAddress2, peerAddress3 } = cursor;
    const record = bytes.slice(recordStart, recordEnd);
    const messageAt = Buffer.from(record).indexOf(Buffer.alloc(16, 0xff));
    this.#made({
      peer: cursor.peerIsIpv6
        ? formatIpv6(peerAddress0, peerAddress1, peerAddress2, peerAddress3)
        : formatIpv4(peerAddress0),
      peerAs,
      second,
      microsecond,
      record,
      message: record.subarray(messageAt),
      withdrawals: this.#withdrawals,
      announcements: this.#announcements,
      path: this.#path(cursor),
    });
  }

  stateChange(): void {}

  refuse(): void {}

  #path(cursor: MrtCursor): (number | number[])[] {
    const count = cursor.readPath(this.#words);
    const path: (number | number[])[] = [];
    for (let at = 0; at < count; ) {
      const numbers = [...this.#words.subarray(at + 1, at + 1 + (this.#words[at]! & 255))];
      if (this.#words[at]! >>> 8 === 1) path.push(numbers);
      else path.push(...numbers);
      at += 1 + numbers.length;
    }
    return path;
  }
}

/** The frame of today's shape. */
export function risFrame(update: MadeUpdate, host: string, hasRaw: boolean): string {
  const { peer, peerAs, second, microsecond, message, withdrawals, announcements, path } = update;
  const ofFamily = (isIpv6: boolean) => announcements.filter((prefix) => prefix.includes(':') === isIpv6);
  const entry = (nextHop: string, prefixes: readonly string[]) =>
    prefixes.length === 0 ? [] : [{ next_hop: nextHop, prefixes }];
  const data = {
    timestamp: second + Math.round(microsecond / 1e4) / 100,
    peer,
    peer_asn: String(peerAs),
    id: `${peer}-0183e89f5016000b`,
    host: `${host}.ripe.net`,
    type: 'UPDATE',
    path,
    community: [[peerAs & 0xffff, 100]],
    origin: 'IGP',
    announcements: [...entry('192.0.2.1', ofFamily(false)), ...entry('2001:db8::1', ofFamily(true))],
    withdrawals,
    ...(hasRaw ? { raw: Buffer.from(message).toString('hex').toUpperCase() } : {}),
  };
  return JSON.stringify({ type: 'ris_message', data });
}

/** Route Monitoring (RFC 7854 4.6) of a global peer. */
export function routeMonitoring({ record, message, peer, peerAs, second, microsecond }: MadeUpdate): Buffer {
  const isIpv6 = peer.includes(':');
  const header = Buffer.alloc(48);
  header[0] = 3;
  header.writeUInt32BE(header.length + message.length, 1);
  header[7] = isIpv6 ? 0x80 : 0;
  // Peer address: in BGP4MP after the AS numbers, interface and AFI; before it, 4 octets of microseconds where _ET.
  const at = Buffer.from(record).readUInt16BE(4) === 17 ? 28 : 24;
  header.set(record.subarray(at, at + (isIpv6 ? 16 : 4)), isIpv6 ? 16 : 28);
  header.writeUInt32BE(peerAs, 32);
  header.writeUInt32BE(second, 40);
  header.writeUInt32BE(microsecond, 44);
  return Buffer.concat([header, message]);
}
