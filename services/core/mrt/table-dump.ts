/**
 * TABLE_DUMP (RFC 6396 4.2): one route of one peer.
 *   +-------------------+-----------------+------------+------------+----------------+
 *   | view, sequence    | prefix (4, 16)  | length (1) | status (1) | originated (4) |
 *   +-------------------+-----------------+------------+------------+----------------+
 *   | peer address (4 or 16) | peer AS (2, 4) | attributes length (2) | attributes   |
 *   +--------------------------------------------------------------------------------+
 * The subtype is the AFI. Quagga wrote AFI + 2 where AS numbers have four octets.
 */
import { u16 } from '../bgp/octets.ts';
import type { RecordCursor } from './cursor.ts';
import { headerBytes } from './record.ts';
import { tellTableEntry } from './table-dump-v2.ts';
import type { MrtVisitor, RefusalReason } from './visitor.ts';

export function walkTableDump(cursor: RecordCursor, visitor: MrtVisitor): RefusalReason | undefined {
  const { bytes, recordEnd, subtype, attributes } = cursor;
  if (subtype < 1 || subtype > 4) return 'subtype';
  const afi = subtype % 2 === 1 ? 1 : 2;
  const addressBytes = afi === 1 ? 4 : 16;
  const asnBytes = subtype <= 2 ? 2 : 4;
  const prefixAt = cursor.recordStart + headerBytes + 4;
  const lengthAt = prefixAt + addressBytes;
  const peerAddressAt = lengthAt + 6;
  const peerAsAt = peerAddressAt + addressBytes;
  const attributesAt = peerAsAt + asnBytes + 2;
  if (attributesAt > recordEnd) return 'recordTooShort';
  const bits = bytes[lengthAt]!;
  if (bits > addressBytes * 8) return 'prefixLength';
  const attributesEnd = attributesAt + u16(bytes, attributesAt - 2);
  if (attributesEnd > recordEnd) return 'attributesLength';
  cursor.setPeer(bytes, peerAsAt, asnBytes, peerAddressAt, afi === 2);
  attributes.isTableDump = true;
  attributes.asnBytes = asnBytes;
  attributes.hasPathIds = false;
  attributes.isExternal = false;
  attributes.read(attributesAt, attributesEnd);
  cursor.isRib = true;
  cursor.safi = 1;
  cursor.isMultiprotocol = false;
  tellTableEntry(cursor, visitor, afi, prefixAt, bits, 0);
  return undefined;
}
