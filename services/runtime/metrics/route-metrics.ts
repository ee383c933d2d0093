import {
  type PeerReport,
  type PeerState,
  peerStates,
  type RouteChanges,
} from '#core/contract/route-changes.ts';
import type { UpdateCounts, WatchedUpdates } from '#core/rib/watched-updates.ts';
import type { SeriesRegistry } from './metrics.ts';

/** What an UPDATE did to the table of its peer (Labovitz et al. 1997); aa_dup and ww_dup changed nothing and were dropped. */
const classes = {
  announced_new: 'announcedNew',
  aa_diff: 'aaDiff',
  aa_dup: 'aaDup',
  wa_diff: 'waDiff',
  wa_dup: 'waDup',
  withdrawn: 'withdrawn',
  ww_dup: 'wwDup',
} as const satisfies Readonly<Record<string, keyof UpdateCounts>>;

/** What route-trackers tell of their peers, added up. */
export class RouteMetrics {
  readonly #events = new Map(Object.values(classes).map((name) => [name as keyof PeerReport, 0]));
  #late = 0;
  /** By tracker and source, how many peers are in each state. */
  readonly #peers = new Map<number, Map<string, Map<PeerState, number>>>();

  /** `watched`: what the trackers count while they run. */
  constructor(metrics: SeriesRegistry, watched?: WatchedUpdates) {
    metrics.counter(
      {
        name: 'steadybeat_route_events_total',
        help: 'Routes announced and withdrawn, by what that did to the table of the peer',
        labels: ['class'],
      },
      (tell) => {
        for (const [label, name] of Object.entries(classes)) tell(this.#events.get(name)!, label);
      },
    );
    metrics.counter(
      {
        name: 'steadybeat_route_events_late_total',
        help: 'Routes announced and withdrawn earlier than the minute that was open',
      },
      (tell) => tell(this.#late),
    );
    metrics.gauge(
      { name: 'steadybeat_peers', help: 'Peers of a source by state', labels: ['source', 'state'] },
      (tell) => {
        for (const [source, counts] of this.#bySource())
          for (const state of peerStates) tell(counts.get(state) ?? 0, source, state);
      },
    );
    if (watched !== undefined) tellWatched(metrics, watched);
  }

  /** To be told once of each minute of a tracker: what it says of its peers is in the records of every block. */
  heard({ tracker, sources }: RouteChanges): void {
    // A source that has ended is not in it any more.
    const own = new Map<string, Map<PeerState, number>>();
    this.#peers.set(tracker, own);
    for (const { source, peers } of sources) {
      const counts = new Map<PeerState, number>();
      own.set(source, counts);
      for (const peer of peers) {
        counts.set(peer.state, (counts.get(peer.state) ?? 0) + 1);
        this.#late += peer.late;
        for (const name of Object.values(classes))
          this.#events.set(name, this.#events.get(name)! + peer[name]);
      }
    }
  }

  /** The tracker runs elsewhere now. */
  lost(tracker: number): void {
    this.#peers.delete(tracker);
  }

  #bySource(): Map<string, Map<PeerState, number>> {
    const all = new Map<string, Map<PeerState, number>>();
    for (const sources of this.#peers.values())
      for (const [source, counts] of sources) {
        const sum = all.get(source) ?? new Map<PeerState, number>();
        all.set(source, sum);
        for (const [state, count] of counts) sum.set(state, (sum.get(state) ?? 0) + count);
      }
    return all;
  }
}

function tellWatched(metrics: SeriesRegistry, watched: WatchedUpdates): void {
  metrics.counter(
    {
      name: 'steadybeat_watch_updates_total',
      help: 'Routes of a watched AS announced and withdrawn, by what that did to the table of the peer',
      labels: ['asn', 'class'],
    },
    (tell) => {
      for (const [asn, counts] of watched)
        for (const [label, name] of Object.entries(classes)) tell(counts[name], String(asn), label);
    },
  );
}
