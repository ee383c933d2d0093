/**
 * RIB records of TABLE_DUMP_V2 (RFC 6396 4.3.2, 4.3.3, RFC 8050 4): one prefix, and the route of each peer that has one.
 *   +--------------+------------------------+-----------------+---------+
 *   | sequence (4) | length in bits, prefix | entry count (2) | entries |
 *   +--------------+------------------------+-----------------+---------+
 * RIB_GENERIC has AFI (2) and SAFI (1) after the sequence, and its NLRI carries the path
 * identifier if there is one; else the entries do:
 *   +----------------+----------------+---------------------+------------+------------+
 *   | peer index (2) | originated (4) | path identifier (4) | length (2) | attributes |
 *   +----------------+----------------+---------------------+------------+------------+
 */
import { u16, u32 } from '../bgp/octets.ts';
import { headerBytes, recordSubtype } from './record.ts';

export const peerIndexTableSubtype = 1;
const ribGeneric = 6;
const ribGenericAddPath = 12;

/** Subtype of a RIB record to [AFI, SAFI, 1 with path identifiers]; undefined for RIB_GENERIC, which says so itself. */
const families: Readonly<Record<number, readonly [afi: number, safi: number, addPath: number]>> = {
  2: [1, 1, 0],
  3: [1, 2, 0],
  4: [2, 1, 0],
  5: [2, 2, 0],
  8: [1, 1, 1],
  9: [1, 2, 1],
  10: [2, 1, 1],
  11: [2, 2, 1],
};

export type RibRefusal = 'subtype' | 'recordTooShort' | 'addressFamily' | 'prefixLength';

/** Where the parts of a RIB record lie; one object, filled anew for each record. */
export class RibRecord {
  afi = 0;
  safi = 0;
  /** True where the entries, or the NLRI of a RIB_GENERIC, have path identifiers. */
  hasPathIds = false;
  /** Octets of an entry before its attributes. */
  entryHeadBytes = 8;
  /** The path identifier of a RIB_GENERIC_ADDPATH; else 0. */
  pathId = 0;
  bits = 0;
  /** Offsets: the prefix's octets, and the first entry (after the entry count). */
  prefixAt = 0;
  entriesAt = 0;
  entryCount = 0;

  /** Reads the record at `recordStart`; says why it cannot. Its entries are not checked yet. */
  read(bytes: Uint8Array, recordStart: number, recordEnd: number): RibRefusal | undefined {
    const subtype = recordSubtype(bytes, recordStart);
    const isGeneric = subtype === ribGeneric || subtype === ribGenericAddPath;
    const family = families[subtype];
    if (family === undefined && !isGeneric) return 'subtype';
    let at = recordStart + headerBytes + 4;
    this.pathId = 0;
    this.entryHeadBytes = 8;
    if (family !== undefined) {
      [this.afi, this.safi] = family;
      this.hasPathIds = family[2] === 1;
      if (this.hasPathIds) this.entryHeadBytes = 12;
    } else {
      if (at + 3 > recordEnd) return 'recordTooShort';
      this.afi = u16(bytes, at);
      this.safi = bytes[at + 2]!;
      if ((this.afi !== 1 && this.afi !== 2) || (this.safi !== 1 && this.safi !== 2)) return 'addressFamily';
      at += 3;
      this.hasPathIds = subtype === ribGenericAddPath;
      if (this.hasPathIds) {
        if (at + 4 > recordEnd) return 'recordTooShort';
        this.pathId = u32(bytes, at);
        at += 4;
      }
    }
    return this.#readPrefix(bytes, at, recordEnd);
  }

  #readPrefix(bytes: Uint8Array, at: number, recordEnd: number): RibRefusal | undefined {
    if (at >= recordEnd) return 'recordTooShort';
    this.bits = bytes[at]!;
    if (this.bits > (this.afi === 1 ? 32 : 128)) return 'prefixLength';
    this.prefixAt = at + 1;
    this.entriesAt = this.prefixAt + ((this.bits + 7) >> 3) + 2;
    if (this.entriesAt > recordEnd) return 'recordTooShort';
    this.entryCount = u16(bytes, this.entriesAt - 2);
    return undefined;
  }

  /** Where the entry at `at` ends; -1 where it does not end within `recordEnd`. */
  entryEnd(bytes: Uint8Array, at: number, recordEnd: number): number {
    const attributesAt = at + this.entryHeadBytes;
    if (attributesAt > recordEnd) return -1;
    const end = attributesAt + u16(bytes, attributesAt - 2);
    return end > recordEnd ? -1 : end;
  }
}
