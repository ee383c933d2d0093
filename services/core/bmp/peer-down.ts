/**
 * Peer Down (RFC 7854 4.9, RFC 9069 4.5), after the per-peer header:
 *   +------------+--------------------------------------------------------------------+
 *   | reason (1) | 1, 3: a NOTIFICATION; 2: FSM event (2); 6: TLVs; 4, 5: nothing     |
 *   +------------+--------------------------------------------------------------------+
 * Version 4 may have TLVs after that.
 */
import { messageHeaderBytes, messageType } from '../bgp/message.ts';
import { u16 } from '../bgp/octets.ts';

export const peerDownReason = {
  localNotification: 1,
  localFsmEvent: 2,
  remoteNotification: 3,
  remoteWithoutNotification: 4,
  /** The router no longer reports on the peer: the session may be up. */
  noLongerMonitored: 5,
  localWithTlvs: 6,
} as const;

export interface PeerDown {
  /** A reason that is not of the list is handed on. */
  readonly reason: number;
  /** NOTIFICATION error code and subcode (RFC 4271 4.5), of reasons 1 and 3. */
  readonly errorCode: number | undefined;
  readonly errorSubcode: number | undefined;
  readonly fsmEvent: number | undefined;
}

export function readPeerDown(bytes: Uint8Array, start: number, end: number): PeerDown | undefined {
  if (start >= end) return undefined;
  const reason = bytes[start]!;
  const at = start + 1;
  const isNotified =
    reason === peerDownReason.localNotification || reason === peerDownReason.remoteNotification;
  if (isNotified) {
    if (at + messageHeaderBytes + 2 > end || bytes[at + 18] !== messageType.notification) return undefined;
    const codes = { errorCode: bytes[at + 19]!, errorSubcode: bytes[at + 20]! };
    return { reason, ...codes, fsmEvent: undefined };
  }
  const hasEvent = reason === peerDownReason.localFsmEvent;
  if (hasEvent && at + 2 > end) return undefined;
  const fsmEvent = hasEvent ? u16(bytes, at) : undefined;
  return { reason, errorCode: undefined, errorSubcode: undefined, fsmEvent };
}
