import type { ExpectedSet } from './expected-set.ts';
import type { FamilyRoster } from './family-roster.ts';
import { largest } from './origins.ts';
import { down, mixed, ownerFromSeed, ownerIsFresh, stateMask } from './prefix-flags.ts';
import type { PrefixRecords } from './prefix-records.ts';

/** Another origin AS becomes the owner once so many of the live peers' paths lead to it: 60 %, and at least 2. */
const movePercent = 60;
const movePeers = 2;

/** A prefix that changed hands. */
export interface Move {
  readonly from: number;
  readonly to: number;
  /** Live peers whose paths lead to the new owner. */
  readonly peers: number;
}

/**
 * Whose each prefix is. The first peer to name it says so, until others do; a seed's word holds until then. From
 * then on the owner changes only where the paths of 60 % of the live peers that hold any lead to another AS: so a
 * prefix of two origins whose shares are near one half stays with one of them. The last owner stays when all paths are gone.
 */
export class Ownership {
  readonly #records: PrefixRecords;
  readonly #expectedSet: ExpectedSet;

  constructor(records: PrefixRecords, expectedSet: ExpectedSet) {
    this.#records = records;
    this.#expectedSet = expectedSet;
  }

  /** The peer holds a path of this origin now. True if the prefix has to be looked at when the second ends. */
  hold(id: number, peer: number, originAs: number): boolean {
    const { origins, array } = this.#records;
    const owner = array.owner(id);
    const flags = array.flags(id);
    if (originAs === owner && (flags & (mixed | ownerFromSeed)) === 0) return false;
    // While it is down its owner stays: whose it is when it comes back is told then.
    const isDown = (flags & stateMask) === down;
    const isFirst = !isDown && (owner === 0 || (flags & ownerFromSeed) !== 0);
    if (isDown && originAs !== 0) array.clear(id, ownerFromSeed);
    if (isFirst && originAs !== 0) {
      // Peers that hold it already have a path of no single origin.
      this.#change(id, originAs);
      if (this.#records.isHeld(id)) origins.move(id, 0, originAs, this.#records.allHolders(id));
      array.clear(id, ownerFromSeed);
      array.set(id, ownerIsFresh);
    }
    origins.hold(id, peer, originAs);
    return isFirst || origins.hasOthers(id);
  }

  /** A seed says whose it is; of several, the smallest AS. */
  seed(id: number, originAs: number): void {
    const { array } = this.#records;
    const owner = array.owner(id);
    const isSeeds = array.has(id, ownerFromSeed);
    if (originAs === 0 || (owner !== 0 && !(isSeeds && originAs < owner))) return;
    this.#change(id, originAs);
    array.set(id, ownerFromSeed);
  }

  /** At the end of the second in which peers first named it: the AS that most of them name, the smallest of several. */
  settle(id: number): void {
    const { origins, array } = this.#records;
    array.clear(id, ownerIsFresh);
    if (!origins.hasOthers(id)) return;
    const holders = this.#records.allHolders(id);
    const first = largest(origins.counts(id, holders));
    if (first !== undefined) this.#move(id, first[0], holders);
  }

  /** Moves the prefix if the live peers' paths lead elsewhere. */
  follow(id: number, now: FamilyRoster): Move | undefined {
    const { origins } = this.#records;
    if (!origins.hasOthers(id)) return undefined;
    const counts = origins.counts(id, this.#records.holders(id, now.live));
    const first = largest(counts);
    const from = origins.owner(id);
    if (first === undefined || first[0] === from || first[1] < movePeers) return undefined;
    let paths = 0;
    for (const count of counts.values()) paths += count;
    if (first[1] * 100 < paths * movePercent) return undefined;
    this.#move(id, first[0], this.#records.allHolders(id));
    return { from, to: first[0], peers: first[1] };
  }

  #move(id: number, originAs: number, holders: Uint32Array): void {
    const from = this.#records.origins.owner(id);
    if (originAs === from) return;
    this.#change(id, originAs);
    this.#records.origins.move(id, from, originAs, holders);
  }

  #change(id: number, originAs: number): void {
    const { array } = this.#records;
    this.#expectedSet.add(array.owner(id), array.flags(id), -1);
    this.#expectedSet.add(originAs, array.flags(id), 1);
    array.setOwner(id, originAs);
  }
}
