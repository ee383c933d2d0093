import { drawSecond } from './draw.ts';
import type { Random } from './random.ts';
import type { Leak, Reroute } from './scenario.ts';
import type { Timeline } from './timeline.ts';
import { carries, leakedPath, usualPath } from './topology.ts';

const rerouteLagSeconds = [1, 60] as const;

export function expandReroute(timeline: Timeline, event: Reroute, random: Random): void {
  const origin = timeline.origin(event.asn);
  const prefixes = timeline.prefixesOf(origin, event.prefixes);
  const at = drawSecond(event.at, random);
  for (const peer of timeline.topology.peers) {
    const own = prefixes.filter((prefix) => carries(peer, prefix)).map((prefix) => prefix.index);
    if (own.length === 0 || !random.chance(event.peerShare)) continue;
    const second = at + random.integer(...rerouteLagSeconds);
    const path = usualPath(peer, origin, 0, event.upstream);
    timeline.add({ second, peer, action: 'reroute', prefixes: own, path });
  }
}

/** Most routes of the origins change to the leaked path, and back when it ends; none is lost. */
export function expandLeak(timeline: Timeline, event: Leak, random: Random): void {
  const { topology } = timeline;
  const background = topology.origins.filter((origin) => origin.isBackground);
  const origins = random.sample(background, event.origins);
  const from = drawSecond(event.from, random);
  const until = drawSecond(event.until, random);
  for (const peer of topology.peers) {
    if (!random.chance(event.peerShare)) continue;
    for (const origin of origins) {
      const prefixes = origin.prefixes.filter((index) => carries(peer, topology.prefixes[index]!));
      if (prefixes.length === 0) continue;
      const leaked = leakedPath(peer, origin, event.transit, event.leaker);
      const lag = () => random.integer(1, event.lagSeconds);
      timeline.add({ second: from + lag(), peer, action: 'reroute', prefixes, path: leaked });
      timeline.add({
        second: until + lag(),
        peer,
        action: 'reroute',
        prefixes,
        path: usualPath(peer, origin, 0),
      });
    }
  }
}
