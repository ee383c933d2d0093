import { parsePrefix } from '#core/address-text.ts';
import { shortestPrefix } from '#core/block.ts';
import { formatPrefix } from '#core/prefix.ts';
import type { OriginOf } from '#core/probe/atlas-result.ts';
import type { Announced } from '../generate/announced.ts';

/** The origin AS of the longest announced prefix that holds an address, the smallest of several; 0 where none does. */
export function originByTable(announced: Announced): OriginOf {
  const known = new Map<string, number>();
  return (address) => {
    let originAs = known.get(address);
    if (originAs === undefined) {
      originAs = longestMatch(announced, address);
      known.set(address, originAs);
    }
    return originAs;
  };
}

function longestMatch(announced: Announced, address: string): number {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  for (let length = family === 'ipv4' ? 32 : 128; length >= shortestPrefix[family]; length--) {
    const prefix = parsePrefix(`${address}/${length}`);
    if (prefix === undefined) return 0;
    const origins = announced.get(formatPrefix(family, prefix.words, 0, length));
    if (origins !== undefined) return Math.min(...origins);
  }
  return 0;
}
