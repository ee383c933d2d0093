import type { MrtPeer, MrtPrefix } from '#core/mrt/writer.ts';
import { type Family, formatPrefix } from '#core/prefix.ts';
import { parsePrefix } from './address.ts';
import { mix, Random } from './random.ts';
import type { TopologySpec } from './scenario.ts';

/** Who announces what, and who sees it: drawn from the seed around the origins that a scenario names. */
export interface Topology {
  readonly collectors: readonly string[];
  readonly peers: readonly Peer[];
  readonly origins: readonly Origin[];
  /** Prefixes of all origins, in the order of the origins. */
  readonly prefixes: readonly OriginPrefix[];
}

export interface Peer extends MrtPeer {
  /** Index into peers. */
  readonly index: number;
  /** Index into collectors. */
  readonly collector: number;
  readonly families: readonly Family[];
  /** False: it carries every tenth prefix only. */
  readonly fullFeed: boolean;
}

export interface Origin {
  readonly asn: number;
  readonly upstreams: readonly number[];
  readonly isBackground: boolean;
  /** Indexes into the topology's prefixes. */
  readonly prefixes: readonly number[];
}

export interface OriginPrefix extends MrtPrefix {
  readonly index: number;
  readonly text: string;
  readonly origin: Origin;
}

/** AS numbers of a path, the peer's first. */
export type AsPath = readonly number[];

const collectorNames = ['rrc00', 'rrc01', 'rrc03', 'rrc04', 'rrc11', 'route-views2'];
/** AS numbers for private use (RFC 6996): nobody is named. */
const firstTransitAs = 64_512;
const transitAses = 8;
const firstPeerAs = 64_600;
const firstUpstreamAs = 65_000;
const upstreamAses = 30;
const firstBackgroundAs = 4_200_000_001;
/** Every sixth peer AS has a second session, at another collector (43 full feeds are 37 ASes in RouteViews). */
const doubledEvery = 6;

export function buildTopology(spec: TopologySpec, seed: number): Topology {
  const random = new Random(seed, 'topology');
  const origins: Origin[] = [];
  const prefixes: OriginPrefix[] = [];
  const addOrigin = (origin: Omit<Origin, 'prefixes'>, own: readonly MrtPrefix[]) => {
    const added: Origin = { ...origin, prefixes: own.map((_, i) => prefixes.length + i) };
    origins.push(added);
    for (const prefix of own) {
      const text = formatPrefix(prefix.family, prefix.words, 0, prefix.length);
      prefixes.push({ ...prefix, index: prefixes.length, text, origin: added });
    }
  };
  for (const { asn, upstreams, prefixes: texts } of spec.origins) {
    addOrigin({ asn, upstreams, isBackground: false }, texts.map(parsePrefix));
  }
  for (let i = 0; i < spec.backgroundAses; i++) {
    const upstreams = [0, 1].map(() => firstUpstreamAs + random.integer(0, upstreamAses - 1));
    addOrigin({ asn: firstBackgroundAs + i, upstreams, isBackground: true }, backgroundPrefixes(i, random));
  }
  return { collectors: collectorNames.slice(0, spec.collectors), peers: buildPeers(spec), origins, prefixes };
}

/** Sessions with IPv4 first (two in three carry both families), whole tables before partial ones, then those over IPv6. */
function buildPeers(spec: TopologySpec): Peer[] {
  const withIpv4 = spec.fullFeedPeers + spec.partialFeedPeers;
  return Array.from({ length: withIpv4 + spec.ipv6Peers }, (_, index) => {
    const isDoubled = index % doubledEvery === doubledEvery - 1;
    const asn = firstPeerAs + (isDoubled ? index - 1 : index);
    const overIpv6 = index >= withIpv4;
    const address = overIpv6 ? [0x20010db8, 0, 0, index + 1] : [0xc6336400 + index + 1];
    const families: Family[] = overIpv6 ? ['ipv6'] : index % 3 === 2 ? ['ipv4'] : ['ipv4', 'ipv6'];
    const fullFeed = overIpv6 || index < spec.fullFeedPeers;
    return { index, asn, address, collector: index % spec.collectors, families, fullFeed };
  });
}

/**
 * Sizes as in the real table: most ASes announce a few prefixes, a few announce many. Each AS has its own /16, so
 * nobody covers another; some also announce the /16, which covers the rest. Two in five announce IPv6 too.
 */
function backgroundPrefixes(index: number, random: Random): MrtPrefix[] {
  const kind = random.unit();
  const count =
    kind < 0.6 ? random.integer(1, 4) : kind < 0.93 ? random.integer(5, 12) : random.integer(20, 40);
  // First octets 11 to 126, all 16-bit blocks different.
  const block = (11 + (index % 116)) * 2 ** 24 + (Math.floor(index / 116) * 7 + 1) * 2 ** 16;
  const prefixes: MrtPrefix[] = [];
  if (random.chance(0.15)) prefixes.push({ family: 'ipv4', words: [block], length: 16 });
  for (let i = 0; i < count; i++) {
    prefixes.push({ family: 'ipv4', words: [block + i * 1024], length: random.integer(22, 24) });
  }
  if (random.chance(0.4)) {
    const words = [0x24000000 + index * 0x10000, 0, 0, 0];
    prefixes.push({ family: 'ipv6', words, length: 32 });
    if (random.chance(0.5)) prefixes.push({ family: 'ipv6', words: [words[0]!, 0x10000, 0, 0], length: 48 });
  }
  return prefixes;
}

/** Whether the peer's table holds the prefix when all is well. */
export const carries = (peer: Peer, prefix: OriginPrefix): boolean =>
  peer.families.includes(prefix.family) && (peer.fullFeed || prefix.index % 10 === 0);

/** The path by which a peer usually reaches an origin; other variants take other transits. */
export function usualPath(
  peer: Peer,
  origin: Origin,
  variant: number,
  upstream = origin.upstreams[0]!,
): AsPath {
  const hash = mix(peer.asn * 31 + mix(origin.asn + variant * 7919));
  const near = firstTransitAs + (hash % transitAses);
  const far = firstTransitAs + ((hash >>> 8) % transitAses);
  const transits = near === far ? [near] : [near, far];
  return [peer.asn, ...transits, upstream, origin.asn];
}

/** A longer path of the kind that peers try while a route goes away (path exploration). */
export function ghostPath(peer: Peer, origin: Origin, depth: number): AsPath {
  const hash = mix(peer.asn * 17 + origin.asn + depth * 104_729);
  const transits: number[] = [];
  for (let i = 0; i <= depth + 1; i++) transits.push(firstTransitAs + ((hash + i) % transitAses));
  return [peer.asn, ...transits, origin.upstreams[0]!, origin.asn];
}

export const leakedPath = (peer: Peer, origin: Origin, transit: number, leaker: number): AsPath => [
  peer.asn,
  transit,
  leaker,
  origin.upstreams.at(-1)!,
  origin.asn,
];
