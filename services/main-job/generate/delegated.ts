import { writeAddress } from '#core/address-text.ts';
import { bitsOf, liesIn } from '#core/group/prefix-list.ts';

/** What the registries have given to a country. */
export interface CountryResources {
  readonly ases: ReadonlySet<number>;
  /** Whether a prefix, as its bits, lies in its address space. */
  holds(bits: string): boolean;
}

interface Range {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
}

/**
 * Reads delegated and delegated-extended files of the registries: lines such as "apnic|KP|ipv4|175.45.176.0|1024|20091221|allocated".
 * Only what is allocated or assigned counts.
 */
export function countryResources(texts: readonly string[], country: string): CountryResources {
  const ases = new Set<number>();
  const ranges: Range[] = [];
  const ipv6 = new Set<string>();
  for (const text of texts)
    for (const line of text.split('\n')) {
      const [, of, type, start = '', value = '', , status = ''] = line.trim().split('|');
      if (of !== country || !/^(allocated|assigned)$/.test(status)) continue;
      if (type === 'asn') for (let i = 0; i < Number(value); i++) ases.add(Number(start) + i);
      else if (type === 'ipv4') addRange(ranges, start, Number(value));
      else if (type === 'ipv6') ipv6.add(bitsOf(`${start}/${value}`) ?? '');
    }
  ipv6.delete('');
  const merged = mergedRanges(ranges);
  return { ases, holds: (bits) => (bits[0] === '4' ? isInRange(merged, bits) : liesIn(ipv6, bits)) };
}

const octets = new Uint8Array(16);

function addRange(ranges: Range[], start: string, count: number): void {
  if (writeAddress(start, octets, 0) !== 4 || !(count > 0)) return;
  const first = octets[0]! * 2 ** 24 + octets[1]! * 2 ** 16 + octets[2]! * 256 + octets[3]!;
  ranges.push({ first, end: first + count });
}

/** A network may lie in several allocations that touch. */
function mergedRanges(ranges: readonly Range[]): Range[] {
  const merged: { first: number; end: number }[] = [];
  for (const { first, end } of [...ranges].sort((a, b) => a.first - b.first)) {
    const last = merged.at(-1);
    if (last !== undefined && first <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ first, end });
  }
  return merged;
}

function isInRange(ranges: readonly Range[], bits: string): boolean {
  const first = Number.parseInt(bits.slice(1).padEnd(32, '0'), 2);
  const end = first + 2 ** (33 - bits.length);
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.first <= first) low = middle + 1;
    else high = middle;
  }
  return low > 0 && end <= ranges[low - 1]!.end;
}
