/**
 * AS4_PATH (RFC 6793 3), type 17: an AS_PATH with four-octet AS numbers, which a speaker
 * that knows only two octets passes on unread, while its own AS_PATH holds AS_TRANS
 * (23456) in their place. The two are merged into the path as it was (RFC 6793 4.2.3).
 * Malformed as an AS_PATH is: attribute discard (RFC 6793 6). Confederation segments in it
 * are discarded alone. Between speakers that both use four octets it is discarded (RFC 6793 4.1).
 */
import { asSequence, asSet, isAsPath, isConfed, pathHops } from './as-path.ts';
import { u16, u32 } from './octets.ts';

export const asTrans = 23456;

export const isAs4Path = (bytes: Uint8Array, start: number, end: number, asnBytes: number): boolean =>
  asnBytes === 2 && end > start && isAsPath(bytes, start, end, 4);

/**
 * Writes the merged path's words and returns how many: as much of the front of AS_PATH
 * (two octets, [start, end)) as it is longer than AS4_PATH ([start4, end4)), then AS4_PATH. 0 where AS4_PATH
 * is the longer one, and so to be ignored.
 */
export function writeMergedPath(
  bytes: Uint8Array,
  start: number,
  end: number,
  start4: number,
  end4: number,
  into: Uint32Array,
): number {
  let missing = pathHops(bytes, start, end, 2) - pathHops(bytes, start4, end4, 4);
  if (missing < 0) return 0;
  let words = 0;
  /** Where the segment that AS4_PATH goes on begins; -1 if the last one is no AS_SEQUENCE. */
  let openSegment = -1;
  for (let at = start; at < end; ) {
    const type = bytes[at]!;
    const count = bytes[at + 1]!;
    if (missing === 0 && !isConfed(type)) break;
    const taken = type === asSequence ? Math.min(count, missing) : count;
    openSegment = type === asSequence ? words : -1;
    words = writeSegment(bytes, at, taken, 2, into, words);
    if (!isConfed(type)) missing -= type === asSet ? 1 : taken;
    if (taken < count) break;
    at += 2 + count * 2;
  }
  for (let at = start4; at < end4; at += 2 + bytes[at + 1]! * 4) {
    const type = bytes[at]!;
    const count = bytes[at + 1]!;
    if (isConfed(type)) continue;
    if (openSegment >= 0 && type === asSequence && (into[openSegment]! & 255) + count <= 255) {
      // The same path, heard from a speaker with four octets, is one segment.
      into[openSegment]! += count;
      words = writeSegment(bytes, at, count, 4, into, words - 1, into[words - 1]);
    } else {
      words = writeSegment(bytes, at, count, 4, into, words);
    }
    openSegment = -1;
  }
  return words;
}

/** Writes a segment of `count` AS numbers at `words`, headed by `head`, and returns the word after it. */
function writeSegment(
  bytes: Uint8Array,
  at: number,
  count: number,
  asnBytes: number,
  into: Uint32Array,
  words: number,
  head: number = (bytes[at]! << 8) | count,
): number {
  if (words + 1 + count > into.length) throw new RangeError(`an AS path does not fit ${into.length} words`);
  into[words++] = head;
  for (let i = 0; i < count; i++) {
    into[words++] = asnBytes === 2 ? u16(bytes, at + 2 + 2 * i) : u32(bytes, at + 2 + 4 * i);
  }
  return words;
}
