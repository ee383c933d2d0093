import type { UpdatesContent } from '#core/contract/bgp-updates.ts';
import { type EventMinute, type EventSecond, firstSecondOf } from '#core/event-time.ts';
import { type MrtPeer, type MrtPrefix, MrtWriter } from '#core/mrt/writer.ts';
import { bgpUpdates } from '#runtime/topics.ts';
import type { OutgoingRecord, Producer } from '#runtime/transport/transport.ts';

const source = 'made';
const collectorAs = 12_654;
/** Prefixes of an UPDATE of a table, which share a path. */
const prefixesPerPath = 40;
const recordBytesMax = 900_000;
/** Every so many UPDATEs of the stream withdraw; the rest are other paths. */
const withdrawEvery = 10;
/** Most changes are about few prefixes, each peer's own; every so many are about all prefixes, seen by all peers. */
const sharedEvery = 10;
const ownPrefixes = 2_500;

export interface MadeFeedOptions {
  readonly partitions: number;
  readonly peers: number;
  readonly prefixes: number;
  /** Every UPDATE of the stream has a path that there never was. */
  readonly newPaths?: boolean;
  /** Of an UPDATE of the stream; 10 if not said. */
  readonly prefixesPerUpdate?: number;
  /** Which partition a peer goes to, by its number; each in turn if not said. */
  readonly partitionOf?: (peer: number) => number;
}

/** A collector of full feeds: tables first, then a stream of changes. A feed made for measuring, not for detecting. */
export class MadeFeed {
  /** Of each partition, bytes of values so far. */
  readonly sentBytes: number[];
  readonly #producer: Producer;
  readonly #partitions: number;
  readonly #peers: readonly MrtPeer[];
  readonly #prefixes: readonly MrtPrefix[];
  readonly #sequences: number[];
  readonly #newPaths: boolean;
  readonly #prefixesPerUpdate: number;
  readonly #partitionOf: (peer: number) => number;
  /** UPDATEs of the stream so far. */
  #updates = 0;

  constructor(options: MadeFeedOptions, producer: Producer) {
    const { partitions, peers, prefixes, newPaths = false } = options;
    this.#newPaths = newPaths;
    this.#prefixesPerUpdate = options.prefixesPerUpdate ?? 10;
    this.#partitionOf = options.partitionOf ?? ((peer) => peer % partitions);
    this.#producer = producer;
    this.#partitions = partitions;
    this.#peers = Array.from({ length: peers }, (_, i) => ({ asn: 1001 + i, address: [0xc0000201 + i] }));
    this.#prefixes = Array.from({ length: prefixes }, (_, i) => ({
      family: 'ipv4',
      words: [(0x0b000000 + i * 0x300) >>> 0],
      length: 24,
    }));
    this.#sequences = Array<number>(partitions).fill(0);
    this.sentBytes = Array<number>(partitions).fill(0);
  }

  open(minute: EventMinute): Promise<void> {
    return this.#all(minute, { case: 'sourceOpened', seed: false });
  }

  tick(minute: EventMinute): Promise<void> {
    return this.#all(minute, { case: 'tick' });
  }

  /** Share `part` of `parts` of every peer's table. */
  async table(minute: EventMinute, part: number, parts: number): Promise<void> {
    const groups = Math.ceil(this.#prefixes.length / prefixesPerPath);
    for (const [index, peer] of this.#peers.entries()) {
      const writer = new MrtWriter(collectorAs);
      const partition = this.#partitionOf(index);
      for (let group = part; group < groups; group += parts) {
        const own = this.#prefixes.slice(group * prefixesPerPath, (group + 1) * prefixesPerPath);
        writer.announce(firstSecondOf(minute), peer, 'ipv4', own, pathOf(peer, group, 0));
        if (writer.length > recordBytesMax) await this.#records(partition, minute, writer.take());
      }
      await this.#records(partition, minute, writer.take());
    }
  }

  /** So many prefix events within one second, over all peers. */
  async changes(minute: EventMinute, second: EventSecond, events: number): Promise<void> {
    const prefixesPerUpdate = this.#prefixesPerUpdate;
    const writers = Array.from({ length: this.#partitions }, () => new MrtWriter(collectorAs));
    for (let left = events; left > 0; left -= prefixesPerUpdate) {
      const index = this.#updates % this.#peers.length;
      const turn = Math.floor(this.#updates++ / this.#peers.length);
      const { from, lap } = this.#placeOf(index, turn);
      const peer = this.#peers[index]!;
      const own = this.#prefixes.slice(from, from + prefixesPerUpdate);
      const writer = writers[this.#partitionOf(index)]!;
      if ((from / prefixesPerUpdate + lap) % withdrawEvery === 0) writer.withdraw(second, peer, 'ipv4', own);
      else {
        const path = pathOf(peer, groupOf(from), 1 + (lap % 7));
        if (this.#newPaths) path.splice(1, 1, firstNewAs + (this.#updates % newAses));
        writer.announce(second, peer, 'ipv4', own, path);
      }
    }
    await Promise.all(writers.map((writer, partition) => this.#records(partition, minute, writer.take())));
  }

  /** What a peer's next UPDATE is about, and how often the peer was there before. */
  #placeOf(index: number, turn: number): { from: number; lap: number } {
    const prefixesPerUpdate = this.#prefixesPerUpdate;
    const all = this.#prefixes.length - (this.#prefixes.length % prefixesPerUpdate);
    const at = turn * prefixesPerUpdate;
    if (turn % sharedEvery === 0) {
      const from = (at / sharedEvery + index * ownPrefixes) % all;
      return { from: from - (from % prefixesPerUpdate), lap: Math.floor(at / sharedEvery / all) };
    }
    const from = (index * ownPrefixes + (at % ownPrefixes)) % all;
    return { from, lap: Math.floor(at / ownPrefixes) };
  }

  #all(minute: EventMinute, content: UpdatesContent): Promise<void> {
    const partitions = Array.from({ length: this.#partitions }, (_, partition) => partition);
    return this.#producer.send(partitions.flatMap((partition) => this.#encoded(partition, minute, content)));
  }

  async #records(partition: number, minute: EventMinute, value: Uint8Array): Promise<void> {
    if (value.length === 0) return;
    const content = { case: 'mrtRecords', value } as const;
    await this.#producer.send(this.#encoded(partition, minute, content));
  }

  #encoded(partition: number, eventMinute: EventMinute, content: UpdatesContent): OutgoingRecord[] {
    const stamp = { producer: source, sequence: this.#sequences[partition]! + 1, eventMinute };
    const values = bgpUpdates.codec.encode(stamp, { source, eventMinute, content });
    this.#sequences[partition]! += values.length;
    for (const value of values) this.sentBytes[partition]! += value.length;
    return values.map((value) => ({ topic: bgpUpdates.topic, partition, key: source, value }));
  }
}

/** Networks in between that come once, in a row that ends after 40 thousand million prefix events. */
const firstNewAs = 200_000;
const newAses = 4_000_000_000;

const groupOf = (prefix: number): number => Math.floor(prefix / prefixesPerPath);

/** The peer, two networks in between, and the origin, which a table's groups of prefixes share. */
const pathOf = ({ asn }: MrtPeer, group: number, variant: number): number[] => [
  asn,
  2000 + ((group * 31 + variant * 7) % 900),
  3000 + ((asn * 17 + group + variant) % 900),
  100_000 + (group % 60_000),
];
