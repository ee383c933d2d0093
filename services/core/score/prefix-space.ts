import type { Family } from '../prefix.ts';

/** How much address space a set of prefixes takes, in the unit that people route by: /24 (IPv4), /48 (IPv6). */
const blockLength: Readonly<Record<Family, number>> = { ipv4: 24, ipv6: 48 };
/** Fields of 32 bits carry it. */
const mostBlocks = 0xffff_ffff;

export const familyOf = (prefix: string): Family => (prefix.includes(':') ? 'ipv6' : 'ipv4');

/** One word (IPv4) or four (IPv6), most significant first. */
export interface ParsedPrefix {
  readonly words: readonly number[];
  readonly length: number;
}

/** Reads what formatPrefix wrote: "192.0.2.0/24", or RFC 5952 without an embedded IPv4 address. */
export function parsePrefix(prefix: string): ParsedPrefix {
  const slash = prefix.indexOf('/');
  const address = prefix.slice(0, slash);
  const length = Number(prefix.slice(slash + 1));
  return { words: address.includes(':') ? ipv6Words(address) : [ipv4Word(address)], length };
}

function ipv4Word(address: string): number {
  return address.split('.').reduce((word, octet) => word * 256 + Number(octet), 0);
}

function ipv6Words(address: string): number[] {
  const [head, tail] = address.split('::').map(groupsOf) as [number[], number[] | undefined];
  const zeros = tail === undefined ? [] : new Array<number>(8 - head.length - tail.length).fill(0);
  const groups = [...head, ...zeros, ...(tail ?? [])];
  return [0, 2, 4, 6].map((i) => groups[i]! * 0x1_0000 + groups[i + 1]!);
}

const groupsOf = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));

/** Blocks that the prefixes of one family cover, an address counted once, rounded up. */
export function coveredBlocks(family: Family, prefixes: readonly ParsedPrefix[]): number {
  let blocks = 0;
  let covering: ParsedPrefix | undefined;
  // In this order a covering prefix comes before all that it covers, and no other prefix comes between.
  for (const prefix of [...prefixes].sort(byAddress)) {
    if (covering !== undefined && contains(covering, prefix)) continue;
    covering = prefix;
    blocks += 2 ** (blockLength[family] - prefix.length);
  }
  return Math.min(Math.ceil(blocks), mostBlocks);
}

function byAddress(a: ParsedPrefix, b: ParsedPrefix): number {
  for (let i = 0; i < a.words.length; i++) {
    if (a.words[i] !== b.words[i]) return a.words[i]! - b.words[i]!;
  }
  return a.length - b.length;
}

function contains(covering: ParsedPrefix, prefix: ParsedPrefix): boolean {
  if (covering.length > prefix.length) return false;
  for (let i = 0, bits = covering.length; bits > 0; i++, bits -= 32) {
    const shift = Math.max(0, 32 - bits);
    if (covering.words[i]! >>> shift !== prefix.words[i]! >>> shift) return false;
  }
  return true;
}
