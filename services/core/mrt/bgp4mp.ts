/**
 * BGP4MP and BGP4MP_ET (RFC 6396 4.4, RFC 8050 3): a message or a change of state of one peer.
 *   +-----------+------------+---------------+---------+----------------+-----------------+
 *   | peer AS   | local AS   | interface (2) | AFI (2) | peer address   | local address   |
 *   | (2 or 4)  | (2 or 4)   |               |         | (4 or 16)      | (4 or 16)       |
 *   +-----------+------------+---------------+---------+----------------+-----------------+
 *   | a BGP message, or old state (2) and new state (2)                                   |
 *   +-------------------------------------------------------------------------------------+
 * AS numbers have four octets in the _AS4 subtypes. In the LOCAL subtypes the collector
 * sent the message; the peer still comes first.
 */
import { u16 } from '../bgp/octets.ts';
import type { RecordCursor } from './cursor.ts';
import { bgp4mpSubtype, headerBytes, microsecondBytes, mrtType } from './record.ts';
import { isSessionState } from './session-state.ts';
import { tellMessage } from './update.ts';
import type { MrtVisitor, RefusalReason } from './visitor.ts';

const highestSubtype = 11;

/** Sets of subtypes as bits: all that are read; with four-octet AS numbers; with path identifiers in NLRI. */
const knownSubtypes = 0b1111_1111_0011;
const as4Subtypes = 0b1010_1011_0000;
const addPathSubtypes = 0b1111_0000_0000;

export const isBgp4mpSubtype = (subtype: number): boolean =>
  subtype <= highestSubtype && ((knownSubtypes >>> subtype) & 1) === 1;
export const asnBytesOf = (subtype: number): number => (((as4Subtypes >>> subtype) & 1) === 1 ? 4 : 2);

/** Octets of an address of the family; 0 where it is unknown. */
export const addressBytesOf = (afi: number): number => (afi === 1 ? 4 : afi === 2 ? 16 : 0);

export function walkBgp4mp(cursor: RecordCursor, visitor: MrtVisitor): RefusalReason | undefined {
  const { bytes, view, recordEnd: end, subtype } = cursor;
  if (!isBgp4mpSubtype(subtype)) return 'subtype';
  const asnBytes = asnBytesOf(subtype);
  const start = cursor.recordStart + headerBytes + (cursor.type === mrtType.bgp4mpEt ? microsecondBytes : 0);
  const addressAt = start + 2 * asnBytes + 4;
  if (addressAt > end) return 'recordTooShort';
  const addressBytes = addressBytesOf(view.getUint16(addressAt - 2));
  if (addressBytes === 0) return 'addressFamily';
  const bodyAt = addressAt + 2 * addressBytes;
  if (bodyAt + 4 > end) return 'recordTooShort';
  cursor.setPeer(bytes, start, asnBytes, addressAt, addressBytes === 16);
  if (subtype === bgp4mpSubtype.stateChange || subtype === bgp4mpSubtype.stateChangeAs4) {
    const oldState = u16(bytes, bodyAt);
    const newState = u16(bytes, bodyAt + 2);
    if (!isSessionState(oldState) || !isSessionState(newState)) return 'sessionState';
    cursor.isRib = false;
    visitor.stateChange(cursor, oldState, newState);
    return undefined;
  }
  const attributes = cursor.attributes;
  attributes.isTableDump = false;
  attributes.asnBytes = asnBytes;
  attributes.hasPathIds = ((addPathSubtypes >>> subtype) & 1) === 1;
  attributes.isExternal =
    asnBytes === 2
      ? view.getInt16(start) !== view.getInt16(start + 2)
      : view.getInt32(start) !== view.getInt32(start + 4);
  return tellMessage(cursor, visitor, bodyAt, end);
}
