/**
 * Text of addresses and prefixes. An address is one 32-bit word (IPv4) or four,
 * most significant first (IPv6), as unsigned numbers.
 */
export type Family = 'ipv4' | 'ipv6';
export const families: readonly Family[] = ['ipv4', 'ipv6'];

export const formatIpv4 = (word: number): string =>
  `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as "::". */
export function formatIpv6(w0: number, w1: number, w2: number, w3: number): string {
  const groups = [
    w0 >>> 16,
    w0 & 0xffff,
    w1 >>> 16,
    w1 & 0xffff,
    w2 >>> 16,
    w2 & 0xffff,
    w3 >>> 16,
    w3 & 0xffff,
  ];
  const { start, length } = longestZeroRun(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (start + length < groups.length && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** "192.0.2.0/24" or "2001:db8::/32", from the address words at `at` (one or four of them). */
export function formatPrefix(family: Family, words: ArrayLike<number>, at: number, length: number): string {
  const address =
    family === 'ipv4'
      ? formatIpv4(words[at]!)
      : formatIpv6(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
  return `${address}/${length}`;
}
