import { envelopeOf } from '#runtime/read-back.ts';
import type { OutgoingRecord, Producer } from '#runtime/transport/transport.ts';
import type { Random } from '#scenario/random.ts';
import type { FeedTransport } from '../../services/feeder/feed.ts';

/** A source is held back for at most so many sends of the feed, about one a minute. */
const heldSendsMax = 40;
const releaseChance = 0.03;

/** Sources hurry ahead of each other, as drawn; each keeps its own order. What opens them comes first. */
export function disordered(transport: FeedTransport, random: Random): FeedTransport {
  return {
    offsets: (topic, partition) => transport.offsets(topic, partition),
    scan: (topic, partition, from, to) => transport.scan(topic, partition, from, to),
    openProducer: async () => new DisorderedProducer(await transport.openProducer(), random),
  };
}

class DisorderedProducer implements Producer {
  readonly #producer: Producer;
  readonly #random: Random;
  /** By source: its records, and the number of the send from which on they wait. */
  readonly #held = new Map<string, { readonly records: OutgoingRecord[]; readonly since: number }>();
  #sends = 0;

  constructor(producer: Producer, random: Random) {
    this.#producer = producer;
    this.#random = random;
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#sends++ === 0) return this.#producer.send(records);
    for (const record of records) {
      const { producer } = envelopeOf({ ...record, offset: 0 })!;
      const held = this.#held.get(producer) ?? { records: [], since: this.#sends };
      this.#held.set(producer, held);
      held.records.push(record);
    }
    for (const [source, { records: waiting, since }] of this.#held)
      if (this.#sends - since >= heldSendsMax || this.#random.chance(releaseChance))
        await this.#release(source, waiting);
  }

  async close(): Promise<void> {
    for (const [source, { records }] of this.#held) await this.#release(source, records);
    await this.#producer.close();
  }

  #release(source: string, held: readonly OutgoingRecord[]): Promise<void> {
    this.#held.delete(source);
    return this.#producer.send(held);
  }
}
