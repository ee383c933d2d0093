/**
 * AS_PATH (RFC 4271 4.3 b, RFC 5065 3), type 2: segments, the peer's side first.
 *   +---------+-------+----------------------------------+
 *   | type    | count | count AS numbers, 2 or 4 octets  |
 *   +---------+-------+----------------------------------+
 * Types: 1 AS_SET, 2 AS_SEQUENCE, 3 AS_CONFED_SEQUENCE, 4 AS_CONFED_SET. AS numbers have four
 * octets between speakers that both can (RFC 6793). Malformed if a type is another, a count
 * is 0, or the last segment ends elsewhere than the attribute: treat-as-withdraw (RFC 7606 7.2).
 *
 * As words a path is, for each segment, type * 256 + count, then its AS numbers.
 */
import { u16, u32 } from './octets.ts';

export const asSet = 1;
export const asSequence = 2;
export const asConfedSequence = 3;
export const asConfedSet = 4;

/** An AS_PATH attribute has at most 65,535 bytes; with its AS4_PATH merged it stays below this many words. */
export const maxPathWords = 40_000;

export const isConfed = (segmentType: number): boolean => segmentType > asSequence;

export function isAsPath(bytes: Uint8Array, start: number, end: number, asnBytes: number): boolean {
  let at = start;
  while (at + 2 <= end) {
    const type = bytes[at]!;
    const count = bytes[at + 1]!;
    if (type < asSet || type > asConfedSet || count === 0) return false;
    at += 2 + count * asnBytes;
  }
  return at === end;
}

/** True where [start, end) is one AS_SEQUENCE, as nearly every path is. */
export const isOneSequence = (bytes: Uint8Array, start: number, end: number, asnBytes: number): boolean =>
  end > start + 2 && bytes[start] === asSequence && start + 2 + bytes[start + 1]! * asnBytes === end;

/** The last AS of a final AS_SEQUENCE; 0 where the path is empty or ends otherwise. */
export function originOfPath(bytes: Uint8Array, start: number, end: number, asnBytes: number): number {
  let at = start;
  let last = start;
  while (at < end) {
    last = at;
    at += 2 + bytes[at + 1]! * asnBytes;
  }
  if (last === end || bytes[last] !== asSequence) return 0;
  return asnBytes === 2 ? u16(bytes, end - 2) : u32(bytes, end - 4);
}

/** The same of a path as words, of which there are `count` from `start` on. */
export function originOfWords(words: Uint32Array, count: number, start: number = 0): number {
  const end = start + count;
  let last = start;
  for (let next = start; next < end; next += 1 + (words[next]! & 255)) last = next;
  return count > 0 && words[last]! >>> 8 === asSequence ? words[end - 1]! : 0;
}

/** Writes the path's words from `from` on and returns where they end. Throws RangeError where `into` is too short. */
export function writePathWords(
  bytes: Uint8Array,
  start: number,
  end: number,
  asnBytes: number,
  into: Uint32Array,
  from: number = 0,
): number {
  let at = start;
  let words = from;
  while (at < end) {
    const count = bytes[at + 1]!;
    if (words + 1 + count > into.length) throw new RangeError(`an AS path does not fit ${into.length} words`);
    into[words++] = (bytes[at]! << 8) | count;
    at += 2;
    const segmentEnd = at + count * asnBytes;
    if (asnBytes === 2) for (; at < segmentEnd; at += 2) into[words++] = u16(bytes, at);
    else for (; at < segmentEnd; at += 4) into[words++] = u32(bytes, at);
  }
  return words;
}

/** Length of a path for comparison: an AS_SET counts 1 (RFC 4271 9.1.2.2), confederations 0 (RFC 5065 5.3). */
export function pathHops(bytes: Uint8Array, start: number, end: number, asnBytes: number): number {
  let hops = 0;
  let at = start;
  while (at < end) {
    const type = bytes[at]!;
    const count = bytes[at + 1]!;
    if (type === asSequence) hops += count;
    else if (type === asSet) hops += 1;
    at += 2 + count * asnBytes;
  }
  return hops;
}
