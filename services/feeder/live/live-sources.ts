import { isIP } from 'node:net';
import { networkOf } from './bmp-places.ts';
import type { LivePosition } from './live-checkpoint.ts';
import type { LiveSource } from './live-source.ts';

/** Sources that have a place at a time. One that is lost gives its place to another that is heard, if need be. */
const maxSources = 1024;
/** Routers of one address at a time: who comes again under ever new names takes no place from others. */
const maxSourcesOfAddress = 16;
/** Names that were ever heard, and of one address: with which number a source goes on cannot be forgotten. */
const maxNames = 16_384;
const maxNamesOfAddress = 64;

/** Of sources of an earlier run the last sequence in each partition: of those that may have been heard at its end, and of the others. */
export interface KeptSequences {
  readonly sequences: ReadonlyMap<string, readonly number[]>;
  readonly resting: ReadonlyMap<string, readonly number[]>;
}

/** The sources of a live feed: those that have a place, and where the others go on if they are heard again. */
export class LiveSources {
  /** Of sources that gave their place. */
  readonly left = { records: 0, late: 0 };
  readonly #partitions: number;
  readonly #make: (source: string, sequences: readonly number[]) => LiveSource;
  readonly #placed = new Map<string, LiveSource>();
  readonly #resting = new Map<string, readonly number[]>();
  /** Those that have a place, by address: who is turned away asks for each record. */
  readonly #placedOfAddress = new Map<string, Set<LiveSource>>();
  readonly #namesOfAddress = new Map<string, number>();

  constructor(partitions: number, make: (source: string, sequences: readonly number[]) => LiveSource) {
    this.#partitions = partitions;
    this.#make = make;
  }

  get(source: string): LiveSource | undefined {
    return this.#placed.get(source);
  }

  all(): Iterable<LiveSource> {
    return this.#placed.values();
  }

  /** One after the other those that may have been left open. */
  *restore({ sequences, resting }: KeptSequences): Iterable<LiveSource> {
    for (const [name, own] of resting) this.#resting.set(name, own);
    for (const name of [...sequences.keys(), ...resting.keys()]) this.#countName(name);
    for (const [name, own] of sequences) {
      yield this.#place(name, own);
      if (this.#placed.size > maxSources) this.#rest(this.all());
    }
  }

  /** That of a record; undefined where there are more than a hostile feed shall make. */
  heard(source: string): LiveSource | undefined {
    const known = this.#placed.get(source);
    if (known !== undefined) return known;
    const sequences = this.#resting.get(source);
    if (sequences === undefined && !this.#hasRoomForName(source)) return undefined;
    if (!this.#makePlace(source)) return undefined;
    this.#resting.delete(source);
    if (sequences === undefined) this.#countName(source);
    return this.#place(source, sequences ?? new Array<number>(this.#partitions).fill(0));
  }

  sequences(): Omit<LivePosition, 'offsets'> {
    const placed = [...this.#placed].map(([name, source]) => [name, source.sequences]);
    return { sequences: Object.fromEntries(placed), resting: Object.fromEntries(this.#resting) };
  }

  #place(source: string, sequences: readonly number[]): LiveSource {
    const live = this.#make(source, sequences);
    this.#placed.set(source, live);
    const address = addressOf(source);
    if (address === undefined) return live;
    const ofAddress = this.#placedOfAddress.get(address) ?? new Set();
    this.#placedOfAddress.set(address, ofAddress.add(live));
    return live;
  }

  #hasRoomForName(source: string): boolean {
    if (this.#placed.size + this.#resting.size >= maxNames) return false;
    const address = addressOf(source);
    return address === undefined || (this.#namesOfAddress.get(address) ?? 0) < maxNamesOfAddress;
  }

  #countName(source: string): void {
    const address = addressOf(source);
    if (address === undefined) return;
    this.#namesOfAddress.set(address, (this.#namesOfAddress.get(address) ?? 0) + 1);
  }

  /** True where there is a place, if need be that of one that is lost. */
  #makePlace(source: string): boolean {
    const ofAddress = this.#placedOfAddress.get(addressOf(source) ?? '');
    if (ofAddress !== undefined && ofAddress.size >= maxSourcesOfAddress && !this.#rest(ofAddress))
      return false;
    return this.#placed.size < maxSources || this.#rest(this.all());
  }

  /** The one of these that has been lost for the longest time gives its place; false where all are heard. */
  #rest(sources: Iterable<LiveSource>): boolean {
    let oldest: LiveSource | undefined;
    for (const source of sources) {
      if (!source.isOpen && (oldest === undefined || source.heardSecond < oldest.heardSecond))
        oldest = source;
    }
    if (oldest === undefined) return false;
    this.#placed.delete(oldest.source);
    const address = addressOf(oldest.source);
    const ofAddress = address === undefined ? undefined : this.#placedOfAddress.get(address);
    ofAddress?.delete(oldest);
    if (address !== undefined && ofAddress?.size === 0) this.#placedOfAddress.delete(address);
    this.#resting.set(oldest.source, oldest.sequences);
    this.left.records += oldest.records;
    this.left.late += oldest.late;
    return true;
  }
}

/** Of "NAME@ADDRESS" the address (of IPv6 its /64); undefined of a source that came in another way. */
function addressOf(source: string): string | undefined {
  const address = source.slice(source.lastIndexOf('@') + 1);
  return isIP(address) === 0 ? undefined : networkOf(address);
}
