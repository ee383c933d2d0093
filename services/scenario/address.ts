import type { MrtPrefix } from '#core/mrt/writer.ts';

/** "192.0.2.0/24" or "2001:db8::/32" (no embedded IPv4) as address words and length. */
export function parsePrefix(text: string): MrtPrefix {
  const [address, length] = text.split('/') as [string, string];
  if (!address.includes(':')) {
    const word = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return { family: 'ipv4', words: [word], length: Number(length) };
  }
  const [head = '', tail = ''] = address.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  const groups = [...before, ...zeros, ...after];
  const words = [0, 2, 4, 6].map((i) => groups[i]! * 65_536 + groups[i + 1]!);
  return { family: 'ipv6', words, length: Number(length) };
}

const groupsOf = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
