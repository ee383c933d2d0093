/** Hands NLRI (bgp/nlri.ts), checked before, to a visitor one prefix at a time. */
import { ipv4Mask, prefixWord } from '../bgp/nlri.ts';
import { u32 } from '../bgp/octets.ts';
import type { RecordCursor } from './cursor.ts';
import type { MrtCursor, MrtVisitor } from './visitor.ts';

export function tellIpv4(
  cursor: RecordCursor,
  visitor: MrtVisitor,
  start: number,
  end: number,
  isAnnounce: boolean,
): void {
  const { bytes, view } = cursor;
  // Four octets are read at once, whatever the length says, and the rest masked away; not at the very end of the bytes.
  if (cursor.hasPathIds || end + 4 > bytes.length) {
    tellIpv4Carefully(cursor, visitor, start, end, isAnnounce);
    return;
  }
  if (visitor.ipv4Nlri !== undefined) {
    visitor.ipv4Nlri(cursor, start, end, isAnnounce);
    return;
  }
  let at = start;
  while (at < end) {
    const bits = bytes[at]!;
    const address = (view.getInt32(at + 1) & ipv4Mask(bits)) >>> 0;
    at += 1 + ((bits + 7) >> 3);
    if (isAnnounce) visitor.announceIpv4(cursor, address, bits, 0);
    else visitor.withdrawIpv4(cursor, address, bits, 0);
  }
}

/** Tells the prefixes one by one, reading no octet after them. */
export function tellIpv4Carefully(
  cursor: MrtCursor,
  visitor: MrtVisitor,
  start: number,
  end: number,
  isAnnounce: boolean,
): void {
  const bytes = cursor.bytes;
  let at = start;
  while (at < end) {
    const pathId = cursor.hasPathIds ? u32(bytes, at) : 0;
    if (cursor.hasPathIds) at += 4;
    const bits = bytes[at]!;
    const address = prefixWord(bytes, at + 1, bits, 0);
    at += 1 + ((bits + 7) >> 3);
    if (isAnnounce) visitor.announceIpv4(cursor, address, bits, pathId);
    else visitor.withdrawIpv4(cursor, address, bits, pathId);
  }
}

export function tellIpv6(
  cursor: RecordCursor,
  visitor: MrtVisitor,
  start: number,
  end: number,
  isAnnounce: boolean,
): void {
  const bytes = cursor.bytes;
  const hasPathIds = cursor.attributes.hasPathIds;
  let at = start;
  while (at < end) {
    const pathId = hasPathIds ? u32(bytes, at) : 0;
    if (hasPathIds) at += 4;
    const bits = bytes[at]!;
    tellIpv6Prefix(cursor, visitor, at + 1, bits, pathId, isAnnounce);
    at += 1 + ((bits + 7) >> 3);
  }
}

/** One prefix of `bits` bits whose octets begin at `at`. */
export function tellIpv6Prefix(
  cursor: RecordCursor,
  visitor: MrtVisitor,
  at: number,
  bits: number,
  pathId: number,
  isAnnounce: boolean,
): void {
  const bytes = cursor.bytes;
  const w0 = prefixWord(bytes, at, bits, 0);
  const w1 = prefixWord(bytes, at, bits, 1);
  const w2 = prefixWord(bytes, at, bits, 2);
  const w3 = prefixWord(bytes, at, bits, 3);
  if (isAnnounce) visitor.announceIpv6(cursor, w0, w1, w2, w3, bits, pathId);
  else visitor.withdrawIpv6(cursor, w0, w1, w2, w3, bits, pathId);
}
