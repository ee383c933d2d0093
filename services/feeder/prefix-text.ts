import type { MrtPrefix } from '#core/mrt/writer.ts';

/** "192.0.2.0/24" or "2001:db8::/32"; undefined where it is none. Bits beyond the length are dropped. */
export function parsePrefix(text: string): MrtPrefix | undefined {
  const slash = text.indexOf('/');
  const length = Number(text.slice(slash + 1));
  const address = text.slice(0, slash);
  const isIpv6 = address.includes(':');
  if (slash < 1 || slash === text.length - 1 || !Number.isInteger(length)) return undefined;
  if (length < 0 || length > (isIpv6 ? 128 : 32)) return undefined;
  const words = isIpv6 ? parseIpv6(address) : parseIpv4(address);
  if (words === undefined) return undefined;
  return {
    family: isIpv6 ? 'ipv6' : 'ipv4',
    words: words.map((word, i) => masked(word, length - 32 * i)),
    length,
  };
}

const masked = (word: number, bits: number): number => {
  if (bits >= 32) return word;
  return bits <= 0 ? 0 : (word & (0xffffffff << (32 - bits))) >>> 0;
};

function parseIpv4(text: string): number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const octets = match.slice(1).map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return [octets.reduce((word, octet) => word * 256 + octet, 0)];
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?];
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<string>(tail === undefined ? 0 : missing).fill('0'), ...(tail ?? [])];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const numbers = groups.map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((i) => numbers[i]! * 65_536 + numbers[i + 1]!);
}
