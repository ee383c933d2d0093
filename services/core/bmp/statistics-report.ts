/**
 * Statistics Report (RFC 7854 4.8, RFC 8671 6.2), after the per-peer header:
 *   +-----------+-----------------------------------------------+
 *   | count (4) | so many times: type (2), length (2), value    |
 *   +-----------+-----------------------------------------------+
 * A counter has 4 octets, a gauge 8; one of a family has AFI (2) and SAFI (1) before it. In version 4 TLVs may follow.
 */
import { u16, u32 } from '../bgp/octets.ts';

export interface Statistic {
  readonly type: number;
  /** AFI * 256 + SAFI, where the statistic is of one family. */
  readonly family: number | undefined;
  /** Undefined where the value has an unknown shape, or is above 2^53. */
  readonly value: number | undefined;
}

export function readStatistics(bytes: Uint8Array, start: number, end: number): Statistic[] | undefined {
  if (start + 4 > end) return undefined;
  const statistics: Statistic[] = [];
  let at = start + 4;
  for (let left = u32(bytes, start); left > 0; left--) {
    const valueEnd = at + 4 <= end ? at + 4 + u16(bytes, at + 2) : Number.POSITIVE_INFINITY;
    if (valueEnd > end) return undefined;
    statistics.push(readStatistic(bytes, u16(bytes, at), at + 4, valueEnd));
    at = valueEnd;
  }
  return statistics;
}

function readStatistic(bytes: Uint8Array, type: number, start: number, end: number): Statistic {
  const length = end - start;
  const hasFamily = length === 11 || length === 7;
  const at = hasFamily ? start + 3 : start;
  const family = hasFamily ? (u16(bytes, start) << 8) | bytes[start + 2]! : undefined;
  if (end - at === 4) return { type, family, value: u32(bytes, at) };
  const value = end - at === 8 ? u32(bytes, at) * 2 ** 32 + u32(bytes, at + 4) : undefined;
  return { type, family, value: Number.isSafeInteger(value) ? value : undefined };
}
