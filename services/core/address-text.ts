/** Addresses and prefixes as people and programs write them (RFC 4291 2.2, RFC 4632), into octets. */
import { u32 } from './bgp/octets.ts';
import type { MrtPrefix } from './mrt/writer.ts';

const [zero, nine, dot, colon] = [48, 57, 46, 58];
const groupsInAll = 8;
const groups = new Uint16Array(groupsInAll);
/** The last 32 bits, where they are written as an IPv4 address. */
const dotted = new Uint8Array(4);

/** Writes the octets of the address in [from, to) of `text` and returns how many: 4, 16, or 0 where it is none. */
export function writeAddress(
  text: string,
  into: Uint8Array,
  at: number,
  from: number = 0,
  to: number = text.length,
): 0 | 4 | 16 {
  const firstColon = text.indexOf(':', from);
  return firstColon >= 0 && firstColon < to
    ? writeIpv6(text, into, at, from, to)
    : writeIpv4(text, into, at, from, to);
}

function writeIpv4(text: string, into: Uint8Array, at: number, from: number, to: number): 0 | 4 {
  let octet = 0;
  let digits = 0;
  let octets = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code >= zero && code <= nine) {
      octet = 10 * octet + code - zero;
      if (++digits > 3 || octet > 255) return 0;
    } else {
      if (code !== dot || digits === 0 || octets === 3) return 0;
      into[at + octets++] = octet;
      octet = 0;
      digits = 0;
    }
  }
  if (digits === 0 || octets !== 3) return 0;
  into[at + 3] = octet;
  return 4;
}

function writeIpv6(text: string, into: Uint8Array, at: number, from: number, to: number): 0 | 16 {
  let count = 0;
  /** Groups before "::"; -1 while there was none. */
  let before = -1;
  let i = from;
  if (text.startsWith('::', from)) {
    before = 0;
    i += 2;
  }
  while (i < to) {
    if (count === groupsInAll) return 0;
    const end = groupEnd(text, i, to);
    if (end === to && count <= groupsInAll - 2 && writeIpv4(text, dotted, 0, i, to) === 4) {
      groups[count++] = (dotted[0]! << 8) | dotted[1]!;
      groups[count++] = (dotted[2]! << 8) | dotted[3]!;
      break;
    }
    if (end === i || end - i > 4) return 0;
    const group = hexValue(text, i, end);
    if (group < 0) return 0;
    groups[count++] = group;
    if (end === to) break;
    i = end + 1;
    if (i === to) return 0;
    if (text.charCodeAt(i) === colon) {
      if (before >= 0) return 0;
      before = count;
      i++;
    }
  }
  if (before < 0 ? count !== groupsInAll : count === groupsInAll) return 0;
  writeGroups(count, before < 0 ? count : before, into, at);
  return 16;
}

/** Where the group that begins at `from` ends. */
function groupEnd(text: string, from: number, to: number): number {
  let end = from;
  while (end < to && text.charCodeAt(end) !== colon) end++;
  return end;
}

function hexValue(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    const letter = (code | 32) - 87;
    if (code >= zero && code <= nine) value = 16 * value + code - zero;
    else if (letter >= 10 && letter <= 15) value = 16 * value + letter;
    else return -1;
  }
  return value;
}

/** The `count` groups, with zeros put in after the first `before` of them. */
function writeGroups(count: number, before: number, into: Uint8Array, at: number): void {
  into.fill(0, at, at + 16);
  for (let i = 0; i < count; i++) {
    const to = at + 2 * (i < before ? i : i + groupsInAll - count);
    into[to] = groups[i]! >>> 8;
    into[to + 1] = groups[i]!;
  }
}

const address = new Uint8Array(16);

/**
 * Writes "192.0.2.0/24" or "2001:db8::/32" as NLRI (RFC 4271 4.3), of at most 17 octets, and returns how many; 0
 * where it is none.
 */
export function writePrefix(text: string, into: Uint8Array, at: number): number {
  const slash = text.indexOf('/');
  const digits = text.length - slash - 1;
  if (slash < 1 || digits < 1 || digits > 3) return 0;
  const addressBytes = writeAddress(text, address, 0, 0, slash);
  let bits = 0;
  for (let i = slash + 1; i < text.length; i++) {
    const digit = text.charCodeAt(i) - zero;
    if (digit < 0 || digit > 9) return 0;
    bits = 10 * bits + digit;
  }
  if (addressBytes === 0 || bits > 8 * addressBytes) return 0;
  const octets = (bits + 7) >> 3;
  into[at] = bits;
  for (let i = 0; i < octets; i++) into[at + 1 + i] = address[i]!;
  return 1 + octets;
}

const nlri = new Uint8Array(17);

/** "192.0.2.0/24" or "2001:db8::/32"; undefined where it is none. Bits beyond the length are dropped. */
export function parsePrefix(text: string): MrtPrefix | undefined {
  nlri.fill(0);
  if (writePrefix(text, nlri, 0) === 0) return undefined;
  const length = nlri[0]!;
  const isIpv6 = text.includes(':');
  const words = Array.from({ length: isIpv6 ? 4 : 1 }, (_, i) =>
    masked(u32(nlri, 1 + 4 * i), length - 32 * i),
  );
  return { family: isIpv6 ? 'ipv6' : 'ipv4', words, length };
}

const masked = (word: number, bits: number): number => {
  if (bits >= 32) return word;
  return bits <= 0 ? 0 : (word & (0xffffffff << (32 - bits))) >>> 0;
};
