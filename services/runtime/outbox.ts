import type { EventMinute } from '#core/event-time.ts';
import type { StateReader, StateWriter } from '#core/state.ts';
import { deadLetterHeadBytes } from './codec/dead-letters.ts';
import { type Channel, deadLetters } from './topics.ts';
import type { OutgoingRecord } from './transport/transport.ts';

/** What a task may send: values, and input that it could not use. */
export interface Post {
  value<T>(channel: Channel<T>, partition: number, key: string, eventMinute: EventMinute, value: T): void;
  refused(reason: string, head: Uint8Array, length: number): void;
}

/**
 * What a task has to send, in order. Numbers its records 1, 2, 3, ... for each partition it
 * writes to: as the task is a function of its input, so is every number.
 */
export class Outbox implements Post {
  readonly #producer: string;
  readonly #inputTopic: string;
  readonly #sequences = new Map<string, number[]>();
  #records: OutgoingRecord[] = [];
  /** Of the record being applied. */
  #input = { partition: 0, offset: 0, eventMinute: 0 };

  constructor(producer: string, inputTopic: string) {
    this.#producer = producer;
    this.#inputTopic = inputTopic;
  }

  /** What follows comes from this input. */
  from(partition: number, offset: number, eventMinute: EventMinute): void {
    this.#input = { partition, offset, eventMinute };
  }

  value<T>(channel: Channel<T>, partition: number, key: string, eventMinute: EventMinute, value: T): void {
    const { topic, codec } = channel;
    const sequences = this.#sequencesOf(topic);
    const sequence = (sequences[partition] ?? 0) + 1;
    const records = codec.encode({ producer: this.#producer, sequence, eventMinute }, value);
    sequences[partition] = sequence + records.length - 1;
    for (const record of records) this.#records.push({ topic, partition, key, value: record });
  }

  refused(reason: string, head: Uint8Array, length: number): void {
    const { partition, offset, eventMinute } = this.#input;
    const origin = `${this.#inputTopic}/${partition}`;
    this.value(deadLetters, 0, this.#producer, eventMinute, {
      reason,
      origin,
      position: offset,
      head: head.subarray(0, deadLetterHeadBytes),
      length,
    });
  }

  /** Records to be taken. */
  get length(): number {
    return this.#records.length;
  }

  take(): readonly OutgoingRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  save(writer: StateWriter): void {
    writer.list(this.#sequences, ([topic, sequences]) => {
      writer.text(topic);
      writer.list(
        Array.from(sequences, (sequence) => sequence ?? 0),
        (sequence) => writer.f64(sequence),
      );
    });
  }

  load(reader: StateReader): void {
    const all = reader.list(() => [reader.text(), reader.list(() => reader.f64())] as const);
    for (const [topic, sequences] of all) this.#sequences.set(topic, sequences);
  }

  #sequencesOf(topic: string): number[] {
    const known = this.#sequences.get(topic);
    if (known !== undefined) return known;
    const sequences: number[] = [];
    this.#sequences.set(topic, sequences);
    return sequences;
  }
}
