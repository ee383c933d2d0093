import type { Family } from './prefix.ts';

/** Shorter prefixes are not considered: no network announces them, and they would lie in several blocks. */
export const shortestPrefix: Readonly<Record<Family, number>> = { ipv4: 8, ipv6: 16 };

/** The address block partition of a prefix, by the first word of its address: IPv4 by 8 bits, IPv6 by 16. */
export function blockPartition(family: Family, firstWord: number, partitions: number): number {
  return (family === 'ipv4' ? firstWord >>> 24 : firstWord >>> 16) % partitions;
}
