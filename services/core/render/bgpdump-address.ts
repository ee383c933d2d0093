import { formatIpv4 } from '../prefix.ts';

/**
 * Text of an IPv6 address as bgpdump writes it, which is not RFC 5952: the first longest run of zero groups becomes
 * "::" even where it is one group, and IPv4-mapped and IPv4-compatible addresses end in dotted form.
 */
export function bgpdumpIpv6(w0: number, w1: number, w2: number, w3: number): string {
  if (w0 === 0 && w1 === 0) {
    if (w2 === 0xffff) return `::ffff:${formatIpv4(w3)}`;
    if (w2 === 0 && w3 > 1) return `::${formatIpv4(w3)}`;
  }
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
  let runStart = 0;
  let runLength = 0;
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > runLength) [runStart, runLength] = [start, length];
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (runLength === 0) return text(groups);
  return `${text(groups.slice(0, runStart))}::${text(groups.slice(runStart + runLength))}`;
}
