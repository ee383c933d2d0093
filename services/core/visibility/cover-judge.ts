import { Covers } from './covers.ts';
import type { PeerRoster } from './peer-roster.ts';
import type { PrefixEvents } from './prefix-events.ts';
import { peerNames } from './prefix-evidence.ts';
import * as flag from './prefix-flags.ts';
import type { PrefixRecords } from './prefix-records.ts';

/** Decides, after all crossings of a second, which prefixes that are down are covered by visible ones. */
export class CoverJudge {
  readonly #roster: PeerRoster;
  readonly #records: PrefixRecords;
  readonly #events: PrefixEvents;
  readonly #covers: Covers;
  /** Prefixes that began or ceased to cover others in the open second; those that went down in it. */
  #flipped: number[] = [];
  #wentDown: number[] = [];

  constructor(records: PrefixRecords, roster: PeerRoster, events: PrefixEvents) {
    this.#roster = roster;
    this.#records = records;
    this.#events = events;
    this.#covers = new Covers(records);
  }

  get isPending(): boolean {
    return this.#flipped.length > 0;
  }

  /** It may cover others from now on, or no longer. What is not known covers nothing anyway. */
  flip(id: number): void {
    if (this.#records.array.has(id, flag.known)) this.#flipped.push(id);
  }

  goDown(id: number): void {
    this.#covers.addDown(id);
    this.flip(id);
    this.#wentDown.push(id);
  }

  goUp(id: number): void {
    this.#covers.removeDown(id);
    this.flip(id);
  }

  /** It is down since before the state was saved. */
  restoreDown(id: number): void {
    this.#covers.addDown(id);
  }

  closeSecond(): void {
    const { array } = this.#records;
    for (const id of this.#wentDown) {
      if (this.#isCovered(id)) array.set(id, flag.covered);
      const lacking = this.#events.lacking(id);
      this.#events.tell(id, 'down', lacking, {
        peersFor: peerNames(lacking, this.#roster),
        peersAgainst: peerNames(this.#events.holding(id), this.#roster),
      });
    }
    for (const id of this.#covers.downInsideAny(this.#flipped)) {
      const isCovered = this.#isCovered(id);
      if (isCovered === array.has(id, flag.covered)) continue;
      if (isCovered) array.set(id, flag.covered);
      else array.clear(id, flag.covered);
      this.#events.tell(id, isCovered ? 'covered' : 'uncovered', this.#events.lacking(id));
    }
    this.#wentDown = [];
    this.#flipped = [];
  }

  #isCovered = (id: number): boolean => this.#covers.isCovered(id, this.#isCover);

  #isCover = (id: number): boolean => {
    const flags = this.#records.array.flags(id);
    return (flags & (flag.stateMask | flag.known | flag.disarmed)) === (flag.up | flag.known);
  };
}
