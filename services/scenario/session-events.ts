import { drawSecond, drawSeconds } from './draw.ts';
import type { Random } from './random.ts';
import type { CollectorPause, SessionReset } from './scenario.ts';
import type { Timeline } from './timeline.ts';
import { carries, type Peer } from './topology.ts';

/** A session comes back, then sends its whole table, origin by origin, spread over the transfer. */
export function expandSessionReset(timeline: Timeline, event: SessionReset, random: Random): void {
  const { topology } = timeline;
  const at = drawSecond(event.at, random);
  const chosen = random.pick(topology.peers.filter((peer) => peer.fullFeed));
  const peers =
    event.peers === 'one' ? [chosen] : topology.peers.filter((peer) => peer.collector === chosen.collector);
  for (const peer of peers) {
    // The sessions of a collector that restarts end and begin within seconds of each other.
    const down = at + random.integer(0, 10);
    const up = down + drawSeconds(event.downMinutes, random);
    timeline.add({ second: down, peer, action: 'sessionDown', isTold: event.stateChanges });
    timeline.add({ second: up, peer, action: 'sessionUp', isTold: event.stateChanges });
    addTransfer(timeline, peer, up, drawSeconds(event.transferMinutes, random));
  }
}

function addTransfer(timeline: Timeline, peer: Peer, up: number, transferSeconds: number): void {
  const { origins, prefixes } = timeline.topology;
  for (const [index, origin] of origins.entries()) {
    const own = origin.prefixes.filter((prefix) => carries(peer, prefixes[prefix]!));
    if (own.length === 0) continue;
    const second = up + Math.floor((transferSeconds * index) / origins.length);
    timeline.add({ second, peer, action: 'transfer', prefixes: own });
  }
}

export function expandCollectorPause(timeline: Timeline, event: CollectorPause, random: Random): void {
  const { collectors, peers } = timeline.topology;
  const collector = random.integer(0, collectors.length - 1);
  const begin = drawSecond(event.at, random);
  const end = begin + drawSeconds(event.minutes, random);
  for (const peer of peers) {
    if (peer.collector !== collector) continue;
    timeline.add({ second: begin, peer, action: 'pauseBegin' });
    timeline.add({ second: end, peer, action: 'pauseEnd' });
  }
}
