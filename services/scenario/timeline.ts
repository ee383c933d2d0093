import type { EventSecond } from '#core/event-time.ts';
import type { AsPath, Origin, OriginPrefix, Peer, Topology } from './topology.ts';

/** What one peer does at one second; `prefixes` are indexes into the topology's. */
export type PeerAction = {
  readonly second: EventSecond;
  readonly peer: Peer;
} & (
  | { readonly action: 'withdraw'; readonly prefixes: readonly number[] }
  /** The routes come back by the path they had. */
  | { readonly action: 'return'; readonly prefixes: readonly number[] }
  /** A path tried on the way to a withdrawal. */
  | { readonly action: 'explore'; readonly prefixes: readonly number[]; readonly path: AsPath }
  /** Another path from now on; a prefix that is lost takes it when it returns. */
  | { readonly action: 'reroute'; readonly prefixes: readonly number[]; readonly path: AsPath }
  | { readonly action: 'sessionDown'; readonly isTold: boolean }
  | { readonly action: 'sessionUp'; readonly isTold: boolean }
  /** A part of a table transfer. */
  | { readonly action: 'transfer'; readonly prefixes: readonly number[] }
  /** Nothing of the peer is written until the pause ends. */
  | { readonly action: 'pauseBegin' | 'pauseEnd' }
);

/** A loss as drawn: what a detector is judged by. */
export interface TruthLoss {
  readonly cause: string;
  readonly originAs: number;
  readonly prefixes: readonly string[];
  /** All prefixes of the AS. */
  readonly isWhole: boolean;
  /** When the first peer may withdraw, and when the first may announce again. */
  readonly startSecond: EventSecond;
  readonly endSecond: EventSecond;
}

/** What the events of a scenario come to. */
export class Timeline {
  readonly topology: Topology;
  readonly fromSecond: EventSecond;
  readonly untilSecond: EventSecond;
  /** Unordered until `actionsOf` sorts them. */
  readonly #actions: PeerAction[][];
  readonly #losses: TruthLoss[] = [];

  constructor(topology: Topology, fromSecond: EventSecond, untilSecond: EventSecond) {
    this.topology = topology;
    this.fromSecond = fromSecond;
    this.untilSecond = untilSecond;
    this.#actions = topology.collectors.map(() => []);
  }

  add(action: PeerAction): void {
    this.#actions[action.peer.collector]!.push(action);
  }

  addLoss(loss: TruthLoss): void {
    this.#losses.push(loss);
  }

  /** Actions of a collector's peers by time; those of one second in the order in which they were added. */
  actionsOf(collector: number): PeerAction[] {
    return [...this.#actions[collector]!].sort((a, b) => a.second - b.second);
  }

  losses(): TruthLoss[] {
    return [...this.#losses].sort((a, b) => a.startSecond - b.startSecond);
  }

  origin(asn: number): Origin {
    const origin = this.topology.origins.find((candidate) => candidate.asn === asn);
    if (origin === undefined) throw new RangeError(`the topology has no AS${asn}`);
    return origin;
  }

  /** The prefixes of an origin, or those of it that are named. */
  prefixesOf(origin: Origin, texts?: readonly string[]): OriginPrefix[] {
    const own = origin.prefixes.map((index) => this.topology.prefixes[index]!);
    if (texts === undefined) return own;
    return texts.map((text) => {
      const found = own.find((prefix) => prefix.text === text);
      if (found === undefined) throw new RangeError(`AS${origin.asn} has no prefix ${text}`);
      return found;
    });
  }
}
