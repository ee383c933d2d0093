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

/** What is to be told of the prefixes of one family in the open minute. */
export class EventDrafts {
  readonly #records: PrefixRecords;
  readonly #roster: PeerRoster;
  #second: EventSecond = 0;
  #now: FamilyRoster;
  #drafts: EventDraft[] = [];

  constructor(records: PrefixRecords, roster: PeerRoster) {
    this.#records = records;
    this.#roster = roster;
    this.#now = roster.family(records.family);
  }

  /** What is told from now on is of this second. */
  beginSecond(second: EventSecond, now: FamilyRoster): void {
    this.#second = second;
    this.#now = now;
  }

  tell(id: number, kind: PrefixEvent['kind'], peers: Uint32Array, content: Partial<PrefixEvent> = {}): void {
    this.#drafts.push({ id, event: { ...this.event(id, kind, peers), ...content } });
  }

  /** Told of the live peers that lack the prefix. */
  tellLacking(id: number, kind: PrefixEvent['kind']): void {
    this.tell(id, kind, this.#records.lacking(id, this.#now.live));
  }

  /** An event of a prefix as it stands, of these peers. */
  event(id: number, kind: PrefixEvent['kind'], peers: Uint32Array): PrefixEvent {
    const { table, family, array } = this.#records;
    const at = family === 'ipv4' ? id : id * 4;
    return {
      kind,
      originAs: array.owner(id),
      prefix: formatPrefix(family, table.addresses, at, table.lengths[id]),
      eventSecond: this.#second,
      covered: array.has(id, flag.covered),
      expected: array.has(id, flag.expected),
      ...countPeers(peers, this.#roster),
      livePeers: this.#now.denominator.livePeers,
      livePeerAses: this.#now.denominator.livePeerAses,
      viaAses: [],
      newOriginAs: 0,
      upstreamAs: 0,
      peersFor: [],
      peersAgainst: [],
    };
  }

  /** Those of the minute, which is over. */
  take(): EventDraft[] {
    const drafts = this.#drafts;
    this.#drafts = [];
    return drafts;
  }
}
