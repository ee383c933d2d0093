import { type EventMinute, type EventSecond, firstSecondOf, minuteOf } from '#core/event-time.ts';
import { sessionState } from '#core/mrt/session-state.ts';
import { type MrtRibEntry, MrtWriter } from '#core/mrt/writer.ts';
import { families } from '#core/prefix.ts';
import { mix, Random } from './random.ts';
import type { PeerAction, Timeline } from './timeline.ts';
import { type AsPath, carries, type OriginPrefix, type Peer, usualPath } from './topology.ts';

/** MRT records of one collector: whole records, in time order. */
export interface CollectorFeed {
  readonly collector: string;
  /** TABLE_DUMP_V2 of all its peers at the start of the scenario. */
  rib(): Iterable<Uint8Array>;
  /** BGP4MP records; a minute without any is left out. Each call starts from the beginning. */
  updates(): Iterable<MinuteRecords>;
}

export interface MinuteRecords {
  readonly eventMinute: EventMinute;
  readonly bytes: Uint8Array;
}

/** AS of the collectors (RIPE NCC RIS). */
export const collectorAs = 12_654;
const ribChunkBytes = 65_536;
/**
 * Every peer is heard once in each round of noise: a duplicate, or a path that changes. All peers share the minute of a
 * round, and most minutes have none: so weeks of quiet cost little to write and to read.
 */
const minRoundMinutes = 8;
const roundMinuteChoices = 2;
const duplicateShare = 0.6;
const pathVariants = 3;

/** Routes of one session: by prefix index, undefined where it has none. */
interface Session {
  readonly peer: Peer;
  /** Prefixes of background ASes that it carries: noise is about them only. */
  readonly noisy: readonly number[];
  /** The path now announced, and the one that it returns to. */
  readonly current: (AsPath | undefined)[];
  readonly home: AsPath[];
  isUp: boolean;
  isPaused: boolean;
  nextNoise: EventSecond;
}

export function collectorFeed(timeline: Timeline, collector: number, seed: number): CollectorFeed {
  return {
    collector: timeline.topology.collectors[collector]!,
    rib: () => writeRib(timeline, collector),
    updates: () => new UpdateFeed(timeline, collector, seed).minutes(),
  };
}

const peersOf = (timeline: Timeline, collector: number): Peer[] =>
  timeline.topology.peers.filter((peer) => peer.collector === collector);

function* writeRib({ topology, fromSecond }: Timeline, collector: number): Generator<Uint8Array> {
  const peers = topology.peers.filter((peer) => peer.collector === collector);
  const writer = new MrtWriter(collectorAs);
  writer.peerIndexTable(fromSecond, collector + 1, topology.collectors[collector]!, peers);
  let sequence = 0;
  for (const prefix of topology.prefixes) {
    const entries: MrtRibEntry[] = [];
    for (const [peerIndex, peer] of peers.entries()) {
      if (!carries(peer, prefix)) continue;
      entries.push({
        peerIndex,
        originatedSecond: fromSecond - 3600,
        path: usualPath(peer, prefix.origin, 0),
      });
    }
    if (entries.length > 0) writer.rib(fromSecond, sequence++, prefix, peers, entries);
    if (writer.length >= ribChunkBytes) yield writer.take();
  }
  yield writer.take();
}

/** Plays the actions of the collector's peers, and noise between them. */
class UpdateFeed {
  readonly #timeline: Timeline;
  readonly #collector: number;
  readonly #random: Random;
  readonly #sessions: readonly Session[];
  readonly #bySession = new Map<number, Session>();
  readonly #writer = new MrtWriter(collectorAs);

  constructor(timeline: Timeline, collector: number, seed: number) {
    this.#timeline = timeline;
    this.#collector = collector;
    this.#random = new Random(seed, `noise ${collector}`);
    this.#sessions = peersOf(timeline, collector).map((peer) => this.#open(peer));
    for (const session of this.#sessions) this.#bySession.set(session.peer.index, session);
  }

  *minutes(): Generator<MinuteRecords> {
    const actions = this.#timeline.actionsOf(this.#collector);
    let next = 0;
    let eventMinute = minuteOf(this.#timeline.fromSecond);
    for (;;) {
      const noisy = this.#nextNoisy();
      const action = actions[next];
      const isAction = action !== undefined && action.second <= noisy.nextNoise;
      const second = isAction ? action.second : noisy.nextNoise;
      if (second >= this.#timeline.untilSecond) break;
      if (minuteOf(second) !== eventMinute) {
        if (this.#writer.length > 0) yield { eventMinute, bytes: this.#writer.take() };
        eventMinute = minuteOf(second);
      }
      if (isAction) {
        this.#play(action, this.#bySession.get(action.peer.index)!);
        next++;
      } else {
        this.#makeNoise(noisy);
        noisy.nextNoise = this.#secondIn(roundAfter(minuteOf(second)));
      }
    }
    if (this.#writer.length > 0) yield { eventMinute, bytes: this.#writer.take() };
  }

  #open(peer: Peer): Session {
    const { prefixes } = this.#timeline.topology;
    const home: AsPath[] = [];
    const current: AsPath[] = [];
    const noisy: number[] = [];
    for (const prefix of prefixes) {
      if (!carries(peer, prefix)) continue;
      const path = usualPath(peer, prefix.origin, 0);
      home[prefix.index] = path;
      current[prefix.index] = path;
      if (prefix.origin.isBackground) noisy.push(prefix.index);
    }
    const nextNoise = this.#secondIn(roundAfter(minuteOf(this.#timeline.fromSecond)));
    return { peer, noisy, home, current, isUp: true, isPaused: false, nextNoise };
  }

  #nextNoisy(): Session {
    let first = this.#sessions[0]!;
    for (const session of this.#sessions) if (session.nextNoise < first.nextNoise) first = session;
    return first;
  }

  #secondIn(minute: EventMinute): EventSecond {
    return firstSecondOf(minute) + this.#random.integer(0, 59);
  }

  /** A duplicate, or another path, of a prefix that the peer has. */
  #makeNoise(session: Session): void {
    const present = session.noisy.length > 0 ? this.#pickPresent(session) : undefined;
    const isDuplicate = this.#random.chance(duplicateShare);
    const variant = this.#random.integer(0, pathVariants - 1);
    if (present === undefined) return;
    if (!isDuplicate) {
      const path = usualPath(session.peer, this.#timeline.topology.prefixes[present]!.origin, variant);
      session.home[present] = path;
      session.current[present] = path;
    }
    this.#announce(session, session.nextNoise, [present]);
  }

  #pickPresent(session: Session): number | undefined {
    for (let attempt = 0; attempt < 8; attempt++) {
      const index = this.#random.pick(session.noisy);
      if (session.current[index] !== undefined) return index;
    }
    return undefined;
  }

  #play(action: PeerAction, session: Session): void {
    const { second } = action;
    const { current, home } = session;
    switch (action.action) {
      case 'withdraw':
        for (const index of action.prefixes) current[index] = undefined;
        this.#withdraw(session, second, action.prefixes);
        break;
      case 'return':
        for (const index of action.prefixes) current[index] = home[index];
        this.#announce(session, second, action.prefixes);
        break;
      case 'explore':
        for (const index of action.prefixes) current[index] = action.path;
        this.#announce(session, second, action.prefixes);
        break;
      case 'reroute': {
        for (const index of action.prefixes) home[index] = action.path;
        const present = action.prefixes.filter((index) => current[index] !== undefined);
        for (const index of present) current[index] = action.path;
        this.#announce(session, second, present);
        break;
      }
      case 'transfer':
        this.#announce(
          session,
          second,
          action.prefixes.filter((index) => current[index] !== undefined),
        );
        break;
      case 'sessionDown':
        if (action.isTold)
          this.#writer.stateChange(second, session.peer, sessionState.established, sessionState.idle);
        session.isUp = false;
        break;
      case 'sessionUp':
        session.isUp = true;
        if (action.isTold)
          this.#writer.stateChange(second, session.peer, sessionState.openConfirm, sessionState.established);
        break;
      case 'pauseBegin':
        session.isPaused = true;
        break;
      case 'pauseEnd':
        session.isPaused = false;
        break;
    }
  }

  #withdraw(session: Session, second: EventSecond, indexes: readonly number[]): void {
    if (!session.isUp || session.isPaused) return;
    const prefixes = indexes.map((index) => this.#timeline.topology.prefixes[index]!);
    for (const family of families) {
      const ofFamily = prefixes.filter((prefix) => prefix.family === family);
      if (ofFamily.length > 0) this.#writer.withdraw(second, session.peer, family, ofFamily);
    }
  }

  /** The current routes of the prefixes; those that follow each other with the same family and path share an UPDATE. */
  #announce(session: Session, second: EventSecond, indexes: readonly number[]): void {
    if (!session.isUp || session.isPaused) return;
    const { prefixes } = this.#timeline.topology;
    let group: OriginPrefix[] = [];
    for (const [position, index] of indexes.entries()) {
      const prefix = prefixes[index]!;
      const path = session.current[index]!;
      group.push(prefix);
      const next = indexes[position + 1];
      const goesOn =
        next !== undefined &&
        prefixes[next]!.family === prefix.family &&
        isSamePath(session.current[next]!, path);
      if (goesOn) continue;
      this.#writer.announce(second, session.peer, prefix.family, group, path);
      group = [];
    }
  }
}

/** 8 or 9 minutes later, the same for all peers: nobody is silent for 10. */
const roundAfter = (minute: EventMinute): EventMinute =>
  minute + minRoundMinutes + (mix(minute) % roundMinuteChoices);

const isSamePath = (a: AsPath, b: AsPath): boolean =>
  a === b || (a.length === b.length && a.every((asn, i) => asn === b[i]));
