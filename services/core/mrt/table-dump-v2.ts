/** TABLE_DUMP_V2 (RFC 6396 4.3): a PEER_INDEX_TABLE, and RIB records that refer to it. AS numbers have four octets. */

import { prefixWord } from '../bgp/nlri.ts';
import { u16, u32 } from '../bgp/octets.ts';
import type { RecordCursor } from './cursor.ts';
import { PeerIndexTable } from './peer-index-table.ts';
import { headerBytes } from './record.ts';
import { peerIndexTableSubtype, RibRecord } from './rib-record.ts';
import { tellIpv6Prefix } from './routes.ts';
import type { MrtVisitor, RefusalReason } from './visitor.ts';

export class TableDumpV2 {
  readonly #rib = new RibRecord();
  /** The last one read; RIB records before it, or after a malformed one, cannot be told apart by peer. */
  #peers: PeerIndexTable | undefined;

  walk(cursor: RecordCursor, visitor: MrtVisitor): RefusalReason | undefined {
    const { bytes, recordStart, recordEnd } = cursor;
    if (cursor.subtype === peerIndexTableSubtype) {
      this.#peers = PeerIndexTable.read(bytes, recordStart + headerBytes, recordEnd);
      return this.#peers === undefined ? 'peerIndexTable' : undefined;
    }
    const refusal = this.#rib.read(bytes, recordStart, recordEnd) ?? this.#checkEntries(bytes, recordEnd);
    if (refusal === undefined) this.#tellEntries(cursor, visitor, this.#peers!);
    return refusal;
  }

  #checkEntries(bytes: Uint8Array, recordEnd: number): RefusalReason | undefined {
    const rib = this.#rib;
    if (this.#peers === undefined) return 'peerIndexTableMissing';
    let at = rib.entriesAt;
    for (let i = 0; i < rib.entryCount; i++) {
      const end = rib.entryEnd(bytes, at, recordEnd);
      if (end < 0) return 'ribEntry';
      if (u16(bytes, at) >= this.#peers.count) return 'peerIndex';
      at = end;
    }
    return undefined;
  }

  #tellEntries(cursor: RecordCursor, visitor: MrtVisitor, peers: PeerIndexTable): void {
    const { bytes, recordEnd, attributes } = cursor;
    const rib = this.#rib;
    attributes.isTableDump = true;
    attributes.asnBytes = 4;
    attributes.hasPathIds = rib.hasPathIds;
    attributes.isExternal = false;
    cursor.isRib = true;
    cursor.safi = rib.safi;
    cursor.isMultiprotocol = false;
    let at = rib.entriesAt;
    for (let i = 0; i < rib.entryCount; i++) {
      const end = rib.entryEnd(bytes, at, recordEnd);
      const peer = u16(bytes, at);
      cursor.setPeer(
        peers.bytes,
        peers.asAt(peer),
        peers.asnBytes(peer),
        peers.addressAt(peer),
        peers.isIpv6(peer),
      );
      const pathId = rib.entryHeadBytes === 12 ? u32(bytes, at + 6) : rib.pathId;
      attributes.read(at + rib.entryHeadBytes, end);
      tellTableEntry(cursor, visitor, rib.afi, rib.prefixAt, rib.bits, pathId);
      at = end;
    }
  }
}

/**
 * Tells one entry of a table dump, of either version, whose attributes are read. None of them is mandatory here:
 * a collector's own routes, with peer address 0, have none.
 */
export function tellTableEntry(
  cursor: RecordCursor,
  visitor: MrtVisitor,
  afi: number,
  prefixAt: number,
  bits: number,
  pathId: number,
): void {
  const isAnnounce = cursor.attributes.outcome !== 'treatAsWithdraw';
  visitor.beginUpdate(cursor);
  if (afi === 2) {
    tellIpv6Prefix(cursor, visitor, prefixAt, bits, pathId, isAnnounce);
  } else {
    const address = prefixWord(cursor.bytes, prefixAt, bits, 0);
    if (isAnnounce) visitor.announceIpv4(cursor, address, bits, pathId);
    else visitor.withdrawIpv4(cursor, address, bits, pathId);
  }
  visitor.endUpdate(cursor);
}
