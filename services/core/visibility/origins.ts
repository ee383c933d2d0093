import type { StateReader, StateWriter } from '../state.ts';
import { hasPeer } from './peer-bits.ts';
import { mixed } from './prefix-flags.ts';
import type { RecordArray } from './record-array.ts';

/**
 * Whose each prefix is: one owner (origin AS; 0: none is known), and, of the few prefixes with several
 * origins (MOAS), the peers that hold a path of another origin. All other peers with a path have the owner's.
 */
export class Origins {
  readonly #array: RecordArray;
  #others = new Map<number, Map<number, number>>();

  constructor(array: RecordArray) {
    this.#array = array;
  }

  owner(id: number): number {
    return this.#array.owner(id);
  }

  hasOthers(id: number): boolean {
    return this.#array.has(id, mixed);
  }

  /** The peer now holds a path of this origin. */
  hold(id: number, peer: number, originAs: number): void {
    if (originAs === this.#array.owner(id)) {
      this.drop(id, peer);
      return;
    }
    const others = this.#others.get(id);
    if (others === undefined) this.#setOthers(id, new Map([[peer, originAs]]));
    else others.set(peer, originAs);
  }

  /** The peer holds no path any more, or one of the owner's. */
  drop(id: number, peer: number): void {
    const others = this.#others.get(id);
    if (others?.delete(peer) && others.size === 0) this.#setOthers(id, others);
  }

  /** The peer's routes are gone. */
  forget(peer: number): void {
    for (const id of [...this.#others.keys()]) this.drop(id, peer);
  }

  /** Peers of `holders` (a set of `words` words) by the origin AS of the path that they hold; none (0) left out. */
  counts(id: number, holders: Uint32Array): Map<number, number> {
    const counts = new Map<number, number>();
    const others = this.#others.get(id);
    for (let peer = 0; peer < holders.length * 32; peer++) {
      if (!hasPeer(holders, 0, peer)) continue;
      const originAs = others?.get(peer) ?? this.#array.owner(id);
      if (originAs !== 0) counts.set(originAs, (counts.get(originAs) ?? 0) + 1);
    }
    return counts;
  }

  /** After the owner has changed: of `holders`, all the peers that hold a path, who holds one of another. */
  move(id: number, from: number, to: number, holders: Uint32Array): void {
    const others = this.#others.get(id);
    const moved = new Map<number, number>();
    for (let peer = 0; peer < holders.length * 32; peer++) {
      if (!hasPeer(holders, 0, peer)) continue;
      const held = others?.get(peer) ?? from;
      if (held !== to) moved.set(peer, held);
    }
    this.#setOthers(id, moved);
  }

  save(writer: StateWriter): void {
    writer.list(this.#others, ([id, others]) => {
      writer.u32(id);
      writer.list(others, ([peer, originAs]) => {
        writer.u32(peer);
        writer.u32(originAs);
      });
    });
  }

  load(reader: StateReader): void {
    this.#others = new Map(
      reader.list(() => [reader.u32(), new Map(reader.list(() => [reader.u32(), reader.u32()]))]),
    );
  }

  #setOthers(id: number, others: Map<number, number>): void {
    if (others.size === 0) {
      this.#array.clear(id, mixed);
      this.#others.delete(id);
    } else {
      this.#array.set(id, mixed);
      this.#others.set(id, others);
    }
  }
}

/** The AS with the largest count, the smallest AS of several; undefined where nobody counts. */
export function largest(counts: ReadonlyMap<number, number>): readonly [number, number] | undefined {
  let best: readonly [number, number] | undefined;
  for (const [as, count] of counts) {
    if (best === undefined || count > best[1] || (count === best[1] && as < best[0])) best = [as, count];
  }
  return best;
}
