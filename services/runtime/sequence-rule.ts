import type { StateReader, StateWriter } from '#core/state.ts';
import type { Envelope } from './codec/envelope.ts';

/** A record is missing: what follows it cannot be right, so nothing goes on. */
export class SequenceGap extends Error {}

/**
 * The one rule of the envelope: the last sequence of each producer of one partition. It
 * drops what was delivered or sent again, and what a replaced producer still sends.
 */
export class SequenceRule {
  readonly #last = new Map<string, number>();

  /** Whether a record of it was accepted. */
  knows(producer: string): boolean {
    return this.#last.has(producer);
  }

  /** False where the record is to be dropped; throws SequenceGap where one before it is missing. */
  accepts({ producer, sequence }: Envelope): boolean {
    const last = this.#last.get(producer) ?? 0;
    if (sequence <= last) return false;
    if (sequence > last + 1) throw new SequenceGap(`${producer} sent ${sequence} after ${last}`);
    this.#last.set(producer, sequence);
    return true;
  }

  save(writer: StateWriter): void {
    writer.list(this.#last, ([producer, sequence]) => {
      writer.text(producer);
      writer.f64(sequence);
    });
  }

  load(reader: StateReader): void {
    for (const [producer, sequence] of reader.list(() => [reader.text(), reader.f64()] as const))
      this.#last.set(producer, sequence);
  }
}
