import type { PrefixEvent } from '../contract/as-minutes.ts';
import type { PeerCounts, Visibility } from '../contract/as-scores.ts';
import type { EventSecond } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import type { StateReader, StateWriter } from '../state.ts';
import { sharedAses } from './common-cause.ts';
import { coveredBlocks, type ParsedPrefix, parsePrefix } from './prefix-space.ts';

/** Prefixes that went within this time of one another went together. */
const clusterSeconds = 5 * 60;
const mostPrefixes = 64;

interface LostPrefix {
  readonly prefix: string;
  readonly downSecond: EventSecond;
  covered: boolean;
  /** When it went, or when its covering route went after it. */
  outSecond: EventSecond;
  /** The live peers that lack it, as last counted. */
  lostBy: PeerCounts;
  readonly viaAses: readonly number[];
  readonly upstreamAs: number;
  /** The prefix as numbers. */
  readonly parsed: ParsedPrefix;
}

/** What of a Visibility the lost prefixes decide. */
export type Losses = Omit<Visibility, 'expected' | 'visible' | 'wholeTable'>;

/** The expected prefixes of one AS and family that are down now. */
export class LostPrefixes {
  readonly #family: Family;
  readonly #lost = new Map<string, LostPrefix>();
  #uncovered = 0;
  #lastReturnedSecond: EventSecond = 0;
  #losses: Losses | undefined;

  constructor(family: Family) {
    this.#family = family;
  }

  /** Lost and not covered: out. */
  get uncovered(): number {
    return this.#uncovered;
  }

  get size(): number {
    return this.#lost.size;
  }

  /** True if this changed what is lost. A path change does not; neither does a prefix that nobody expects. */
  apply(event: PrefixEvent): boolean {
    const changed = this.#apply(event);
    if (changed) this.#losses = undefined;
    return changed;
  }

  /** Other peers lack a prefix that is down. True if that says something new of what is lost. */
  recount(event: PrefixEvent): boolean {
    const lost = this.#lost.get(event.prefix);
    if (lost === undefined) return false;
    const { lostBy } = lost;
    lost.lostBy = countsOf(event);
    this.#losses = undefined;
    return !lost.covered && (lostBy.peers !== event.peers || lostBy.livePeers !== event.livePeers);
  }

  /** Another AS has the prefix since this second. True if it was lost here, and before that. */
  disown(prefix: string, second: EventSecond): boolean {
    const lost = this.#lost.get(prefix);
    return lost !== undefined && lost.downSecond <= second && this.#remove(lost);
  }

  /** Forgets what went before this second. True if there was anything. */
  writeOff(before: EventSecond): boolean {
    const old = [...this.#lost.values()].filter((lost) => lost.downSecond < before);
    for (const lost of old) this.#remove(lost);
    return old.length > 0;
  }

  has(prefix: string): boolean {
    return this.#lost.has(prefix);
  }

  prefixes(): string[] {
    return [...this.#lost.keys()];
  }

  describe(): Losses {
    this.#losses ??= this.#describe();
    return this.#losses;
  }

  save(writer: StateWriter): void {
    writer.u32(this.#lastReturnedSecond);
    writer.list(this.#lost.values(), (lost) => {
      writer.text(lost.prefix);
      writer.u32(lost.downSecond);
      writer.u8(lost.covered ? 1 : 0);
      writer.u32(lost.outSecond);
      writer.array(
        Uint32Array.of(
          lost.lostBy.peers,
          lost.lostBy.livePeers,
          lost.lostBy.peerAses,
          lost.lostBy.livePeerAses,
        ),
      );
      writer.array(Uint32Array.from(lost.viaAses));
      writer.u32(lost.upstreamAs);
    });
  }

  load(reader: StateReader): void {
    this.#lastReturnedSecond = reader.u32();
    reader.list(() => {
      const prefix = reader.text();
      const lost: LostPrefix = {
        prefix,
        downSecond: reader.u32(),
        covered: reader.u8() === 1,
        outSecond: reader.u32(),
        lostBy: loadCounts(reader),
        viaAses: [...reader.u32Array()],
        upstreamAs: reader.u32(),
        parsed: parsePrefix(prefix),
      };
      this.#lost.set(lost.prefix, lost);
      if (!lost.covered) this.#uncovered++;
    });
  }

  #apply(event: PrefixEvent): boolean {
    const { kind, prefix, covered, eventSecond, viaAses, upstreamAs } = event;
    const lost = this.#lost.get(prefix);
    switch (kind) {
      case 'path':
      case 'recount':
        return false;
      case 'down':
        if (lost !== undefined || !event.expected) return false;
        this.#lost.set(prefix, {
          prefix,
          downSecond: eventSecond,
          covered,
          outSecond: eventSecond,
          lostBy: countsOf(event),
          viaAses,
          upstreamAs,
          parsed: parsePrefix(prefix),
        });
        if (!covered) this.#uncovered++;
        return true;
      case 'up':
        if (lost !== undefined && !lost.covered) this.#lastReturnedSecond = eventSecond;
        return this.#remove(lost);
      case 'origin':
        // No return: the prefix just is no longer this AS's.
        return this.#remove(lost);
      case 'covered':
        if (lost === undefined || lost.covered) return false;
        lost.covered = true;
        this.#uncovered--;
        this.#lastReturnedSecond = eventSecond;
        return true;
      case 'uncovered':
        if (lost === undefined || !lost.covered) return false;
        lost.covered = false;
        lost.outSecond = eventSecond;
        lost.lostBy = countsOf(event);
        this.#uncovered++;
        return true;
    }
  }

  #remove(lost: LostPrefix | undefined): boolean {
    if (lost === undefined) return false;
    this.#lost.delete(lost.prefix);
    if (!lost.covered) this.#uncovered--;
    this.#losses = undefined;
    return true;
  }

  #describe(): Losses {
    const out = [...this.#lost.values()].filter((lost) => !lost.covered);
    out.sort((a, b) => a.outSecond - b.outSecond);
    const cluster = largestCluster(out);
    const shown = [...out]
      .sort((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : 0))
      .slice(0, mostPrefixes);
    const upstreams = new Set(cluster.map((lost) => lost.upstreamAs));
    return {
      lost: out.length,
      covered: this.#lost.size - out.length,
      firstLostSecond: out[0]?.outSecond ?? 0,
      lastLostSecond: out.at(-1)?.outSecond ?? 0,
      lastReturnedSecond: this.#lastReturnedSecond,
      clusterSize: cluster.length,
      clusterFirstSecond: cluster[0]?.outSecond ?? 0,
      lostPrefixes: shown.map((lost) => lost.prefix),
      lostBy: shown.map((lost) => lost.lostBy),
      lostBlocks: coveredBlocks(
        this.#family,
        out.map((lost) => lost.parsed),
      ),
      viaAses: sharedAses(cluster.map((lost) => lost.viaAses)),
      upstreamAs: upstreams.size === 1 ? [...upstreams][0]! : 0,
    };
  }
}

const countsOf = ({ peers, livePeers, peerAses, livePeerAses }: PeerCounts): PeerCounts => ({
  peers,
  livePeers,
  peerAses,
  livePeerAses,
});

function loadCounts(reader: StateReader): PeerCounts {
  const [peers = 0, livePeers = 0, peerAses = 0, livePeerAses = 0] = reader.u32Array();
  return { peers, livePeers, peerAses, livePeerAses };
}

/** The most prefixes within 5 minutes; of several such sets the earliest. Expects them in order of time. */
function largestCluster(lost: readonly LostPrefix[]): readonly LostPrefix[] {
  let best = { from: 0, until: 0 };
  for (let from = 0, until = 0; until < lost.length; until++) {
    while (lost[until]!.outSecond - lost[from]!.outSecond > clusterSeconds) from++;
    if (until + 1 - from > best.until - best.from) best = { from, until: until + 1 };
  }
  return lost.slice(best.from, best.until);
}
