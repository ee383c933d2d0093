import { PartAssembly } from '#runtime/part-assembly.ts';
import { SequenceRule } from '#runtime/sequence-rule.ts';
import { anomalies, asScores, type Channel } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

/** Reads on in the public topics by the rule of the envelope, as a subscriber does. */
export class PublicReader {
  readonly #scores = new TopicReader<unknown>(asScores);
  readonly #topics = [this.#scores, new TopicReader<unknown>(anomalies)];

  async readOn(transport: Transport): Promise<void> {
    for (const topic of this.#topics) await topic.readOn(transport);
  }

  /** A line a record: topic, key, bytes. */
  get lines(): string[] {
    return this.#topics.flatMap(({ lines }) => lines);
  }

  get lineCount(): number {
    return this.#topics.reduce((sum, { lines }) => sum + lines.length, 0);
  }

  /** The latest minute that was told; 0 before the first. */
  get minute(): number {
    return Math.max(...this.#topics.map(({ minute }) => minute));
  }

  /** The latest minute that was scored: incidents are told as of its end, which is the next. */
  get scoredMinute(): number {
    return this.#scores.minute;
  }

  /** Records that came again, and were dropped. */
  get repeats(): number {
    return this.#topics.reduce((sum, { repeats }) => sum + repeats, 0);
  }
}

class TopicReader<T> {
  readonly lines: string[] = [];
  repeats = 0;
  minute = 0;
  readonly #channel: Channel<T>;
  readonly #rule = new SequenceRule();
  readonly #parts = new PartAssembly();
  #next = 0;

  constructor(channel: Channel<T>) {
    this.#channel = channel;
  }

  async readOn(transport: Transport): Promise<void> {
    const { topic, codec } = this.#channel;
    const { high } = await transport.offsets(topic, 0);
    for await (const record of transport.scan(topic, 0, this.#next, high)) {
      this.#next = record.offset + 1;
      const { envelope, body } = codec.open(record.value!);
      this.minute = Math.max(this.minute, envelope.eventMinute);
      if (!this.#rule.accepts(envelope)) this.repeats++;
      else if (this.#parts.add(envelope, body) !== undefined)
        this.lines.push(`${topic} ${record.key} ${Buffer.from(record.value!).toString('latin1')}`);
    }
  }
}
