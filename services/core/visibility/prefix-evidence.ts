import type { FamilyRoster } from './family-roster.ts';
import { addPeer, countCommon, hasPeer } from './peer-bits.ts';
import type { PeerRoster } from './peer-roster.ts';

/** Names of peers in an event, for and against each. */
const maxNames = 8;

/** How many peers, in how many ASes. */
export interface PeerCount {
  readonly peers: number;
  readonly peerAses: number;
}

export function countPeers(set: Uint32Array, roster: PeerRoster): PeerCount {
  return { peers: countCommon(set, 0, set), peerAses: roster.countAses(set) };
}

/** The first of them by name, in order. */
export function peerNames(set: Uint32Array, roster: PeerRoster): string[] {
  const names: string[] = [];
  for (const peer of roster.byName) {
    if (names.length === maxNames) break;
    if (hasPeer(set, 0, peer)) names.push(roster.name(peer));
  }
  return names;
}

/**
 * Whether these peers are enough to be believed: at least 2, in 2 ASes, and on 2 collectors
 * where at least 2 collectors have enough live peers.
 */
export function isQuorum(set: Uint32Array, roster: PeerRoster, family: FamilyRoster): boolean {
  const collectorsNeeded = family.denominator.collectors >= 2 ? 2 : 1;
  const ases = new Set<number>();
  const collectors = new Set<number>();
  for (let peer = 0; peer < set.length * 32; peer++) {
    if (!hasPeer(set, 0, peer)) continue;
    ases.add(roster.asn(peer));
    collectors.add(roster.collector(peer));
    if (ases.size >= 2 && collectors.size >= collectorsNeeded) return true;
  }
  return false;
}

export function setOf(peers: Iterable<number>, words: number): Uint32Array {
  const set = new Uint32Array(words);
  for (const peer of peers) addPeer(set, 0, peer);
  return set;
}
