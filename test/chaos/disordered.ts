import { envelopeOf } from '#runtime/read-back.ts';
import type { OutgoingRecord, Producer } from '#runtime/transport/transport.ts';
import type { Random } from '#scenario/random.ts';
import type { FeedTransport } from '../../services/feeder/feed.ts';

/** A source that is held back has at most so many records waiting. */
const heldMax = 150;

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
  readonly #held = new Map<string, OutgoingRecord[]>();
  #isOpen = false;

  constructor(producer: Producer, random: Random) {
    this.#producer = producer;
    this.#random = random;
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    if (!this.#isOpen) {
      this.#isOpen = true;
      return this.#producer.send(records);
    }
    for (const record of records) {
      const { producer } = envelopeOf({ ...record, offset: 0 })!;
      const held = this.#held.get(producer) ?? [];
      this.#held.set(producer, held);
      held.push(record);
    }
    for (const [source, held] of this.#held)
      if (held.length > heldMax || this.#random.chance(0.02)) await this.#release(source, held);
  }

  async close(): Promise<void> {
    for (const [source, held] of this.#held) await this.#release(source, held);
    await this.#producer.close();
  }

  #release(source: string, held: readonly OutgoingRecord[]): Promise<void> {
    this.#held.delete(source);
    return this.#producer.send(held);
  }
}
