import type { AsMinutes, PrefixEvent } from '#core/contract/as-minutes.ts';
import {
  type ChangeColumns,
  type PeerReport,
  type PeerState,
  type RouteChanges,
  routeAbsent,
  routeUnknown,
  type SourceChanges,
} from '#core/contract/route-changes.ts';
import type { Family } from '#core/prefix.ts';
import type { ProbedAddress } from '#core/visibility/target-origins.ts';
import { VisibilityTracker } from '#core/visibility/visibility-tracker.ts';

/** A route: a path of AS numbers (an AS_SET in a nested list), absent, or unknown. */
export type Route = readonly (number | readonly number[])[] | 'absent' | 'unknown';

interface Change {
  readonly prefix: string;
  readonly second: number;
  readonly before: Route;
  readonly after: Route;
}

interface WorldPeer {
  readonly source: string;
  readonly address: string;
  asn: number;
  readonly seed: boolean;
  state: PeerState;
  stateSinceMinute: number;
  complete: boolean;
  /** Prefixes named and routes held beyond those of the test, and announced in the last 10 minutes. */
  size: number;
  refreshed: number;
  readonly routes: Map<string, Route>;
  changes: Change[];
}

export const firstMinute = 23_000_000;

/**
 * Peers that say what a test has them say, and the visibility-tracker that listens. Peers are named by number: peer 0
 * is the first of the first collector.
 */
export class World {
  tracker: VisibilityTracker;
  readonly trackers: number;
  minute = firstMinute;
  readonly peers: WorldPeer[] = [];

  constructor(
    options: {
      collectors?: number;
      peers?: number;
      trackers?: number;
      probed?: readonly ProbedAddress[];
    } = {},
  ) {
    this.tracker = new VisibilityTracker({ block: 0, blockPartitions: 1, probed: options.probed ?? [] });
    this.trackers = options.trackers ?? 1;
    for (let collector = 0; collector < (options.collectors ?? 1); collector++) {
      for (let i = 0; i < (options.peers ?? 20); i++) this.addPeer(`c${collector}`);
    }
  }

  addPeer(source: string, seed = false): number {
    const number = this.peers.length;
    const address = `192.0.2.${number}`;
    return (
      this.peers.push({
        source,
        address,
        asn: 100 + number,
        seed,
        state: 'established',
        stateSinceMinute: this.minute,
        complete: false,
        size: 1000,
        refreshed: 0,
        routes: new Map(),
        changes: [],
      }) - 1
    );
  }

  /** Sets the route of a prefix at some peers (all that vote, unless said), in a second of the open minute. */
  set(prefix: string, route: Route, peers: Iterable<number> = this.voters(), second = 0): void {
    for (const number of peers) {
      const peer = this.peers[number]!;
      const before = peer.routes.get(prefix) ?? (peer.complete ? 'absent' : 'unknown');
      const after = typeof route === 'string' ? route : [peer.asn, ...route];
      peer.changes.push({ prefix, second, before, after });
      peer.routes.set(prefix, after);
    }
  }

  *voters(): Iterable<number> {
    for (const [number, peer] of this.peers.entries()) if (!peer.seed) yield number;
  }

  /** The session state that the next report tells. */
  enter(peer: number, state: PeerState): void {
    this.peers[peer]!.state = state;
    this.peers[peer]!.stateSinceMinute = this.minute;
    if (state === 'down') this.peers[peer]!.routes.clear();
  }

  /** Closes the open minute: what the tracker makes of it. */
  close(): AsMinutes {
    const outputs: AsMinutes[] = [];
    for (const input of this.takeInputs()) this.tracker.apply(input, (output) => outputs.push(output));
    return outputs[0]!;
  }

  /** Closes several minutes in which nothing more happens; gives their events. */
  pass(minutes: number): PrefixEvent[] {
    return Array.from({ length: minutes }, () => this.close().events).flat();
  }

  /** What the route-trackers send of the open minute. Peers are spread over them by number. */
  takeInputs(): RouteChanges[] {
    const inputs = Array.from({ length: this.trackers }, (_, tracker) => ({
      tracker,
      trackerPartitions: this.trackers,
      eventMinute: this.minute,
      sources: this.#sources(tracker),
    }));
    for (const peer of this.peers) peer.changes = [];
    this.minute++;
    return inputs;
  }

  #sources(tracker: number): SourceChanges[] {
    const peers = this.peers.filter((_, number) => (number * 7 + 3) % this.trackers === tracker);
    const names = [...new Set(peers.map(({ source }) => source))].sort();
    return names.map((name) =>
      sourceChanges(
        name,
        peers.filter(({ source }) => source === name),
      ),
    );
  }
}

function sourceChanges(source: string, peers: readonly WorldPeer[]): SourceChanges {
  const paths: number[][] = [];
  const pathNumbers = new Map<string, number>();
  const number = (route: Route): number => {
    if (route === 'unknown') return routeUnknown;
    if (route === 'absent') return routeAbsent;
    const words = wordsOf(route);
    const key = words.join();
    if (!pathNumbers.has(key)) pathNumbers.set(key, paths.push(words) + 1);
    return pathNumbers.get(key)!;
  };
  const ipv4 = columns('ipv4', peers, number);
  const ipv6 = columns('ipv6', peers, number);
  let end = 0;
  return {
    source,
    seed: peers.some(({ seed }) => seed),
    peers: peers.map(report),
    pathWords: Uint32Array.from(paths.flat()),
    pathEnds: Uint32Array.from(paths, (words) => {
      end += words.length;
      return end;
    }),
    ipv4,
    ipv6,
  };
}

function wordsOf(path: Exclude<Route, string>): number[] {
  const words: number[] = [];
  let sequence: number[] = [];
  const flush = () => {
    if (sequence.length > 0) words.push(2 * 256 + sequence.length, ...sequence);
    sequence = [];
  };
  for (const hop of path) {
    if (typeof hop === 'number') sequence.push(hop);
    else {
      flush();
      words.push(256 + hop.length, ...hop);
    }
  }
  flush();
  return words;
}

/** Changes of all peers in the order of their seconds, as a source makes them. */
function columns(
  family: Family,
  peers: readonly WorldPeer[],
  number: (route: Route) => number,
): ChangeColumns {
  const rows = peers
    .flatMap((peer, index) => peer.changes.map((change) => ({ ...change, index })))
    .filter(({ prefix }) => prefix.includes(':') === (family === 'ipv6'));
  return {
    count: rows.length,
    second: Uint8Array.from(rows, (row) => row.second),
    peer: Uint16Array.from(rows, (row) => row.index),
    address: Uint32Array.from(rows.flatMap(({ prefix }) => addressOf(prefix.split('/')[0]!))),
    length: Uint8Array.from(rows, ({ prefix }) => Number(prefix.split('/')[1])),
    before: Uint32Array.from(rows, (row) => number(row.before)),
    after: Uint32Array.from(rows, (row) => number(row.after)),
  };
}

/** Words of "192.0.2.0" or "2001:db8::". */
function addressOf(address: string): number[] {
  if (!address.includes(':')) {
    return [address.split('.').reduce((word, octet) => word * 256 + Number(octet), 0)];
  }
  const [head, tail] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array<string>(8 - head!.length - (tail?.length ?? 0)).fill('0');
  const groups = [...head!, ...zeros, ...(tail ?? [])].map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((i) => groups[i]! * 65_536 + groups[i + 1]!);
}

function report(peer: WorldPeer): PeerReport {
  const held = [...peer.routes.values()].filter((route) => typeof route !== 'string').length;
  const family = {
    routes: peer.size + held,
    refreshed: peer.refreshed,
    complete: peer.complete,
    named: peer.size + peer.routes.size,
  };
  const none = { routes: 0, refreshed: 0, complete: false, named: 0 };
  const hasIpv6 = [...peer.routes.keys()].some((prefix) => prefix.includes(':'));
  return {
    address: peer.address,
    asn: peer.asn,
    state: peer.state,
    stateSinceMinute: peer.stateSinceMinute,
    ipv4: family,
    ipv6: hasIpv6 ? family : none,
    announcedNew: 0,
    aaDiff: 0,
    aaDup: 0,
    waDiff: 0,
    waDup: 0,
    withdrawn: 0,
    wwDup: 0,
    late: 0,
    drift: 0,
  };
}

/** "down 10.0.0.0/24 AS64500" and so on. */
export const brief = (events: readonly PrefixEvent[]): string[] =>
  events.map(({ kind, prefix, originAs }) => `${kind} ${prefix} AS${originAs}`);

/** Numbers from `from` up to, not including, `to`. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
