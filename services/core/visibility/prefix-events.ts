import type { PrefixEvent } from '../contract/as-minutes.ts';
import type { EventSecond } from '../event-time.ts';
import { formatPrefix } from '../prefix.ts';
import type { FamilyRoster } from './family-roster.ts';
import type { PeerRoster } from './peer-roster.ts';
import { countPeers } from './prefix-evidence.ts';
import * as flag from './prefix-flags.ts';
import type { PrefixRecords } from './prefix-records.ts';

/** An event and the id of its prefix. */
export interface EventDraft {
  readonly id: number;
  readonly event: PrefixEvent;
}

/** What is told of one family's prefixes in the open minute. */
export class PrefixEvents {
  /** The open second, and who may judge in it. */
  second: EventSecond = 0;
  now: FamilyRoster;
  readonly #roster: PeerRoster;
  readonly #records: PrefixRecords;
  #drafts: EventDraft[] = [];

  constructor(records: PrefixRecords, roster: PeerRoster) {
    this.#roster = roster;
    this.#records = records;
    this.now = roster.family(records.family);
  }

  /** Live peers that are known to lack the prefix. */
  lacking(id: number): Uint32Array {
    return this.#records.lacking(id, this.now.live);
  }

  /** Live peers that have the prefix, or are taken to have it. */
  holding(id: number): Uint32Array {
    const lacking = this.lacking(id);
    return this.now.live.map((word, i) => word & ~lacking[i]);
  }

  tell(id: number, kind: PrefixEvent['kind'], peers: Uint32Array, content: Partial<PrefixEvent> = {}): void {
    this.#drafts.push({ id, event: { ...this.event(id, kind, peers), ...content } });
  }

  /** An event of a prefix as it stands, of these peers. */
  event(id: number, kind: PrefixEvent['kind'], peers: Uint32Array): PrefixEvent {
    const { table, family, array } = this.#records;
    const at = family === 'ipv4' ? id : id * 4;
    return {
      kind,
      originAs: array.owner(id),
      prefix: formatPrefix(family, table.addresses, at, table.lengths[id]),
      eventSecond: this.second,
      covered: array.has(id, flag.covered),
      expected: array.has(id, flag.expected),
      ...countPeers(peers, this.#roster),
      livePeers: this.now.denominator.livePeers,
      livePeerAses: this.now.denominator.livePeerAses,
      viaAses: [],
      newOriginAs: 0,
      upstreamAs: 0,
      peersFor: [],
      peersAgainst: [],
    };
  }

  /** Gives what was told, and forgets it. */
  take(): EventDraft[] {
    const drafts = this.#drafts;
    this.#drafts = [];
    return drafts;
  }
}
