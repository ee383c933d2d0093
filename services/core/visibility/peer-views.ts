import type { StateReader, StateWriter } from '../state.ts';
import { hasPeer, wordsFor } from './peer-bits.ts';
import { grown } from './prefix-table.ts';

/**
 * What each peer says of each prefix, as two sets of peers a prefix: those that named it,
 * and those that lack it. Neither: unknown. Lacking but not named: the peer's whole table is
 * known, and the prefix was never in it.
 */
export class PeerViews {
  /** Words of one set; a prefix has two, named first. */
  words = 1;
  bits = new Uint32Array(0);

  namedAt = (id: number): number => id * 2 * this.words;
  lacksAt = (id: number): number => (id * 2 + 1) * this.words;

  /** Makes room for `prefixes` prefixes and `peers` peers. */
  reserve(prefixes: number, peers: number): void {
    const words = Math.max(1, wordsFor(peers));
    if (words === this.words) {
      if (prefixes * 2 * words > this.bits.length) this.bits = grown(this.bits, prefixes * 2 * words);
      return;
    }
    const wider = new Uint32Array(prefixes * 2 * words);
    for (let set = 0; set * this.words < this.bits.length; set++) {
      for (let i = 0; i < this.words; i++) wider[set * words + i] = this.bits[set * this.words + i];
    }
    this.bits = wider;
    this.words = words;
  }

  /** A prefix that is new is lacked by every peer whose whole table is known. */
  begin(id: number, complete: Uint32Array): void {
    this.bits.set(complete, this.lacksAt(id));
  }

  /** What the peer never named, it lacks from now on. */
  complete(peer: number, prefixes: number): void {
    const word = peer >>> 5;
    const bit = 1 << (peer & 31);
    for (let id = 0; id < prefixes; id++) {
      if (!hasPeer(this.bits, this.namedAt(id), peer)) this.bits[this.lacksAt(id) + word] |= bit;
    }
  }

  /** What the peer said is forgotten: its session is gone, and its routes with it. */
  forget(peer: number, prefixes: number): void {
    const word = peer >>> 5;
    const keep = ~(1 << (peer & 31));
    for (let set = 0; set < 2 * prefixes; set++) this.bits[set * this.words + word] &= keep;
  }

  save(writer: StateWriter, prefixes: number): void {
    writer.u32(this.words);
    writer.array(this.bits.subarray(0, prefixes * 2 * this.words));
  }

  load(reader: StateReader): void {
    this.words = reader.u32();
    this.bits = reader.u32Array();
  }
}
