import type { StateReader, StateWriter } from '#core/state.ts';
import type { Envelope } from './codec/envelope.ts';

/** A part of a value without those before it; they are forgotten with it. */
export class PartOutOfOrder extends Error {}

/** Joins the parts of values that were too large for one record; the rule of the envelope has put them in order. */
export class PartAssembly {
  readonly #parts = new Map<string, Uint8Array[]>();

  /** The whole body once its last part is in. Throws PartOutOfOrder where a writer numbers wrongly. */
  add({ producer, part, parts }: Envelope, body: Uint8Array): Uint8Array | undefined {
    if (parts === 1) return body;
    const earlier = this.#parts.get(producer) ?? [];
    if (earlier.length !== part) {
      this.#parts.delete(producer);
      throw new PartOutOfOrder(`${producer} sent part ${part} after ${earlier.length} parts`);
    }
    const all = [...earlier, body];
    if (all.length < parts) {
      this.#parts.set(producer, all);
      return undefined;
    }
    this.#parts.delete(producer);
    return joined(all);
  }

  save(writer: StateWriter): void {
    writer.list(this.#parts, ([producer, parts]) => {
      writer.text(producer);
      writer.list(parts, (part) => writer.array(part));
    });
  }

  load(reader: StateReader): void {
    const all = reader.list(() => [reader.text(), reader.list(() => reader.u8Array())] as const);
    for (const [producer, parts] of all) this.#parts.set(producer, parts);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
