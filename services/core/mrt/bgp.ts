/**
 * The deprecated type BGP (RFC 6396 appendix B.2), IPv4 and two-octet AS numbers only.
 * Subtype 1, an UPDATE without the message header; 3, a change of state; the others say nothing of routes:
 *   UPDATE:       | peer AS (2) | peer address (4) | local AS (2) | local address (4) | UPDATE |
 *   STATE_CHANGE: | peer AS (2) | peer address (4) | old state (2) | new state (2) |
 */
import { u16 } from '../bgp/octets.ts';
import type { RecordCursor } from './cursor.ts';
import { headerBytes } from './record.ts';
import { isSessionState } from './session-state.ts';
import { tellUpdate } from './update.ts';
import type { MrtVisitor, RefusalReason } from './visitor.ts';

const update = 1;
const stateChange = 3;
const highestSubtype = 7;

export function walkBgp(cursor: RecordCursor, visitor: MrtVisitor): RefusalReason | undefined {
  const { bytes, recordEnd, subtype, attributes } = cursor;
  if (subtype > highestSubtype) return 'subtype';
  if (subtype !== update && subtype !== stateChange) return undefined;
  const start = cursor.recordStart + headerBytes;
  if (start + (subtype === update ? 12 : 10) > recordEnd) return 'recordTooShort';
  cursor.setPeer(bytes, start, 2, start + 2, false);
  cursor.isRib = false;
  if (subtype === stateChange) {
    const oldState = u16(bytes, start + 6);
    const newState = u16(bytes, start + 8);
    if (!isSessionState(oldState) || !isSessionState(newState)) return 'sessionState';
    visitor.stateChange(cursor, oldState, newState);
    return undefined;
  }
  attributes.isTableDump = false;
  attributes.asnBytes = 2;
  attributes.hasPathIds = false;
  attributes.isExternal = u16(bytes, start) !== u16(bytes, start + 6);
  return tellUpdate(cursor, visitor, start + 12, recordEnd);
}
