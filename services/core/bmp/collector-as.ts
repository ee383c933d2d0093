/**
 * FRR prepends its own AS to the paths of Route Monitoring, as if it passed the routes on (RFC 4271 5.1.2); RouteViews'
 * collectors (AS 6447) are FRR, too. No peer told it that; it is taken out again.
 */

import { asSequence } from '../bgp/as-path.ts';
import { extendedLength } from '../bgp/attribute-type.ts';
import { u16, u32 } from '../bgp/octets.ts';
import type { UpdateScan } from '../bgp/update-scan.ts';
import { copyBytes } from '../mrt/bgp4mp-writer.ts';

/** Octets to be taken out of an UPDATE so that its path no longer begins with `asn`; 0 where it does not. */
export function leadingAsBytes(bytes: Uint8Array, scan: UpdateScan, asn: number, asnBytes: 2 | 4): number {
  const { pathStart, pathEnd } = scan;
  if (pathStart < 0 || pathStart + 2 + asnBytes > pathEnd || bytes[pathStart] !== asSequence) return 0;
  const first = asnBytes === 4 ? u32(bytes, pathStart + 2) : u16(bytes, pathStart + 2);
  if (first !== asn) return 0;
  const count = bytes[pathStart + 1]!;
  if (count === 0) return 0;
  return count === 1 ? 2 + asnBytes : asnBytes;
}

/** Writes the UPDATE in [start, end) to `to` at `at` without the `removed` octets that leadingAsBytes found. */
export function writeWithoutLeadingAs(
  bytes: Uint8Array,
  start: number,
  end: number,
  scan: UpdateScan,
  removed: number,
  to: Uint8Array,
  at: number,
): void {
  const isWholeSegment = bytes[scan.pathStart + 1] === 1;
  const cut = scan.pathStart + (isWholeSegment ? 0 : 2);
  copyBytes(bytes, start, cut, to, at);
  copyBytes(bytes, cut + removed, end, to, at + cut - start);
  const moved = at - start;
  subtract16(to, start + 16 + moved, removed);
  subtract16(to, scan.attributesLengthAt + moved, removed);
  const lengthAt = scan.attributeStart + 2 + moved;
  if ((bytes[scan.attributeStart]! & extendedLength) !== 0) subtract16(to, lengthAt, removed);
  else to[lengthAt]! -= removed;
  if (!isWholeSegment) to[scan.pathStart + 1 + moved]!--;
}

function subtract16(bytes: Uint8Array, at: number, count: number): void {
  const value = u16(bytes, at) - count;
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
