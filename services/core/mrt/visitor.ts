import { maxPathWords } from '../bgp/as-path.ts';
import { messageRefusals } from '../bgp/error-handling.ts';
import type { PathAttributes } from '../bgp/path-attributes.ts';

/**
 * How a walk over MRT bytes (RFC 6396) tells what it finds, without allocating for
 * messages, attributes or prefixes. The cursor is one object, reused: what its
 * fields say holds during the call only.
 */
export interface MrtCursor {
  readonly bytes: Uint8Array;
  /** Of the same bytes. */
  readonly view: DataView;
  /** Byte offsets of the record within `bytes`: its MRT header, and the byte after its last. */
  readonly recordStart: number;
  readonly recordEnd: number;
  /** Time of the record: seconds since 1970 and microseconds (0 unless an _ET record). */
  readonly second: number;
  readonly microsecond: number;
  /** MRT type and subtype (RFC 6396 4, RFC 8050). */
  readonly type: number;
  readonly subtype: number;
  /** The peer: its AS, and its address as one word (IPv4, in peerAddress0) or four (IPv6), unsigned. */
  readonly peerAs: number;
  readonly peerIsIpv6: boolean;
  readonly peerAddress0: number;
  readonly peerAddress1: number;
  readonly peerAddress2: number;
  readonly peerAddress3: number;
  /** True for an entry of a table dump, false for an UPDATE. */
  readonly isRib: boolean;
  /** ADD-PATH (RFC 7911): true where NLRI carry a path identifier. */
  readonly hasPathIds: boolean;
  /** SAFI of the routes now told: 1 unicast, 2 multicast. */
  readonly safi: number;
  /** True while routes of MP_REACH_NLRI or MP_UNREACH_NLRI are told, whose next hop is their own. */
  readonly isMultiprotocol: boolean;
  /**
   * The AS_PATH in force for the announced routes, AS4_PATH merged (RFC 6793 4.2.3), as words: for each segment
   * type * 256 + count, then its AS numbers. Writes them to `into` and returns how many; 0 if empty.
   * Throws RangeError where `into` is too short (maxPathWords never is).
   */
  readPath(into: Uint32Array): number;
  /**
   * The same path unread, for a visitor that remembers the last one: the octets of AS_PATH in `bytes`, with AS numbers of
   * `asnBytes` (2 or 4) octets. Both -1 where there is none, or an AS4_PATH is to be merged.
   */
  readonly pathStart: number;
  readonly pathEnd: number;
  readonly asnBytes: number;
  /** The other attributes, and what RFC 7606 made of malformed ones. */
  readonly attributes: PathAttributes;
  /** Route Origin ASN (RFC 6811): the last AS of a final AS_SEQUENCE; 0 for none (empty path, AS_SET, confederation). */
  originAs(): number;
}

export { maxPathWords };

/**
 * All calls about one UPDATE lie between beginUpdate and endUpdate; likewise of one table dump entry. Withdrawn routes
 * come first. Routes with a malformed attribute that asks for treat-as-withdraw (RFC 7606 2) are told as withdrawn,
 * also those of a table dump: the peer has no usable route. Other messages (OPEN, KEEPALIVE) are not told.
 */
export interface MrtVisitor {
  beginUpdate(cursor: MrtCursor): void;
  /** A withdrawn route; `pathId` is 0 unless the cursor hasPathIds. */
  withdrawIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void;
  withdrawIpv6(
    cursor: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    pathId: number,
  ): void;
  announceIpv4(cursor: MrtCursor, address: number, length: number, pathId: number): void;
  announceIpv6(
    cursor: MrtCursor,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    length: number,
    pathId: number,
  ): void;
  /**
   * For a visitor that takes IPv4 routes by the run: NLRI without path identifiers in [start, end) of the cursor's
   * bytes, checked before, with at least four octets after them. They are not told one by one then.
   */
  ipv4Nlri?(cursor: MrtCursor, start: number, end: number, isAnnounce: boolean): void;
  endUpdate(cursor: MrtCursor): void;
  /** BGP4MP_STATE_CHANGE: FSM states of RFC 4271 8.2.2, 1 Idle to 6 Established. */
  stateChange(cursor: MrtCursor, oldState: number, newState: number): void;
  /** A record that is refused whole: nothing else is told of it. `reason` is of a closed list. */
  refuse(cursor: MrtCursor, reason: RefusalReason): void;
}

/** Why a record is refused. The list is closed; each is counted apart. */
export const refusalReasons = [
  /** MRT type or subtype that is not read here. */
  'type',
  'subtype',
  /** The record ends before the fixed fields of its type do. */
  'recordTooShort',
  /** AFI that is neither IPv4 nor IPv6 (of a RIB_GENERIC also SAFI: neither unicast nor multicast). */
  'addressFamily',
  /** A state that no session has. */
  'sessionState',
  ...messageRefusals,
  /** Table dumps: the prefix is longer than its address. */
  'prefixLength',
  /** PEER_INDEX_TABLE runs over its end; or none was read before a RIB record; or it has no such peer. */
  'peerIndexTable',
  'peerIndexTableMissing',
  'peerIndex',
  /** A RIB entry runs over the end of the record. */
  'ribEntry',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];
