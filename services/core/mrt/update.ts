/**
 * A BGP message (RFC 4271 4.1) and the UPDATE (4.3) in it:
 *   +-------------+------------+----------+--------------------------------------------------+
 *   | marker (16) | length (2) | type (1) | UPDATE, if the type is 2                         |
 *   +-------------+------------+----------+--------------------------------------------------+
 *   | withdrawn length (2) | withdrawn | attributes length (2) | path attributes | NLRI      |
 *   +---------------------------------------------------------------------------------------+
 * Everything is checked before anything is told.
 */

import { attributeType } from '../bgp/attribute-type.ts';
import { messageHeaderBytes, messageType } from '../bgp/message.ts';
import { afiIpv4, isKnownFamily, mpReachNlriStart } from '../bgp/mp-reach-nlri.ts';
import { isNlri } from '../bgp/nlri.ts';
import { u16 } from '../bgp/octets.ts';
import type { RecordCursor } from './cursor.ts';
import { tellIpv4, tellIpv6 } from './routes.ts';
import type { MrtVisitor, RefusalReason } from './visitor.ts';

/** ROUTE-REFRESH before it had a number (RFC 2918's drafts). */
const oldRouteRefreshType = 128;

export function tellMessage(
  cursor: RecordCursor,
  visitor: MrtVisitor,
  at: number,
  recordEnd: number,
): RefusalReason | undefined {
  const bytes = cursor.bytes;
  if (recordEnd - at < messageHeaderBytes) return 'recordTooShort';
  if (!isMarker(cursor.view, at)) return 'marker';
  const length = cursor.view.getUint16(at + 16);
  if (length < messageHeaderBytes) return 'messageLength';
  if (at + length > recordEnd) return 'messageLongerThanRecord';
  const type = bytes[at + 18]!;
  if (type === messageType.update) return tellUpdate(cursor, visitor, at + messageHeaderBytes, at + length);
  return (type >= 1 && type <= messageType.routeRefresh) || type === oldRouteRefreshType
    ? undefined
    : 'messageType';
}

/** Sixteen octets of ones; written out, since it is done for each message. */
function isMarker(view: DataView, at: number): boolean {
  const first = view.getInt32(at) & view.getInt32(at + 4);
  return (first & view.getInt32(at + 8) & view.getInt32(at + 12)) === -1;
}

/** Tells the UPDATE in [start, end), which begins after the message header. */
export function tellUpdate(
  cursor: RecordCursor,
  visitor: MrtVisitor,
  start: number,
  end: number,
): RefusalReason | undefined {
  const { bytes, attributes, view } = cursor;
  if (end - start < 4) return 'messageLength';
  const withdrawnEnd = start + 2 + view.getUint16(start);
  if (withdrawnEnd + 2 > end) return 'withdrawnRoutesLength';
  const attributesEnd = withdrawnEnd + 2 + view.getUint16(withdrawnEnd);
  if (attributesEnd > end) return 'attributesLength';
  const hasPathIds = attributes.hasPathIds;
  if (!isNlri(bytes, start + 2, withdrawnEnd, 32, hasPathIds)) return 'withdrawnRoutes';
  if (!isNlri(bytes, attributesEnd, end, 32, hasPathIds)) return 'nlri';
  attributes.read(withdrawnEnd + 2, attributesEnd);
  const hasMpReach = attributes.has(attributeType.mpReachNlri);
  const hasNlri = attributesEnd < end;
  if (hasNlri || hasMpReach) attributes.requireMandatory(hasNlri);
  const outcome = attributes.outcome;
  if (outcome === 'sessionReset') return attributes.refusal;

  cursor.isRib = false;
  cursor.safi = 1;
  cursor.isMultiprotocol = false;
  visitor.beginUpdate(cursor);
  if (withdrawnEnd > start + 2) tellIpv4(cursor, visitor, start + 2, withdrawnEnd, false);
  if (attributes.has(attributeType.mpUnreachNlri)) {
    const at = attributes.start(attributeType.mpUnreachNlri);
    tellFamily(cursor, visitor, at, at + 3, attributes.end(attributeType.mpUnreachNlri), false);
    cursor.safi = 1;
    cursor.isMultiprotocol = false;
  }
  const isAnnounce = outcome !== 'treatAsWithdraw';
  if (hasNlri) tellIpv4(cursor, visitor, attributesEnd, end, isAnnounce);
  if (hasMpReach) {
    const at = attributes.start(attributeType.mpReachNlri);
    const nlriStart = mpReachNlriStart(bytes, at);
    tellFamily(cursor, visitor, at, nlriStart, attributes.end(attributeType.mpReachNlri), isAnnounce);
  }
  visitor.endUpdate(cursor);
  return undefined;
}

/** Tells the NLRI in [nlriStart, nlriEnd) of the AFI and SAFI at `familyAt`, if we know them. */
function tellFamily(
  cursor: RecordCursor,
  visitor: MrtVisitor,
  familyAt: number,
  nlriStart: number,
  nlriEnd: number,
  isAnnounce: boolean,
): void {
  const afi = u16(cursor.bytes, familyAt);
  const safi = cursor.bytes[familyAt + 2]!;
  if (!isKnownFamily(afi, safi)) return;
  cursor.safi = safi;
  cursor.isMultiprotocol = true;
  if (afi === afiIpv4) tellIpv4(cursor, visitor, nlriStart, nlriEnd, isAnnounce);
  else tellIpv6(cursor, visitor, nlriStart, nlriEnd, isAnnounce);
}
