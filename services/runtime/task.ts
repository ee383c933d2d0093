import { crc32 } from 'node:zlib';
import type { EventMinute } from '#core/event-time.ts';
import { StateReader, StateWriter } from '#core/state.ts';
import type { Step, Wait } from '#core/step.ts';
import type { Envelope, OpenedRecord } from './codec/envelope.ts';
import { Outbox, type Post } from './outbox.ts';
import { PartAssembly } from './part-assembly.ts';
import { SequenceRule } from './sequence-rule.ts';
import type { Channel } from './topics.ts';
import type { LogRecord, OutgoingRecord } from './transport/transport.ts';

/** What a service does with each partition of its input. */
export interface TaskDefinition<Input, Output> {
  /** "route-tracker": a task is "route-tracker/3". */
  readonly service: string;
  readonly input: Channel<Input>;
  /** Version of the step's state; another one means replay from the start. */
  readonly stateVersion: number;
  createStep(partition: number): Step<Input, Output>;
  publish(output: Output, post: Post): void;
}

/** Layout of what a task saves besides its step's state. */
const taskStateVersion = 2;

export const stateVersionOf = (definition: { readonly stateVersion: number }): number =>
  definition.stateVersion * 256 + taskStateVersion;

/**
 * One partition's work, without waiting: records in, records out. The same records in the
 * same order give the same records out, from whatever snapshot it went on.
 */
export class Task<Input, Output> {
  readonly name: string;
  readonly #definition: TaskDefinition<Input, Output>;
  readonly #partition: number;
  readonly #step: Step<Input, Output>;
  readonly #rule = new SequenceRule();
  readonly #parts = new PartAssembly();
  readonly #outbox: Outbox;
  /** The next offset of the input to read. */
  nextOffset = 0;
  /** Of the record before `nextOffset`: another one there is another log. */
  lastRecordMark = 0;
  /** The latest event minute among the envelopes so far. */
  eventMinute: EventMinute = 0;
  /** Records that the rule of the envelope dropped, since this task began. */
  duplicates = 0;

  constructor(definition: TaskDefinition<Input, Output>, partition: number) {
    this.name = `${definition.service}/${partition}`;
    this.#definition = definition;
    this.#partition = partition;
    this.#step = definition.createStep(partition);
    this.#outbox = new Outbox(this.name, definition.input.topic);
  }

  /** Applies records and gives what is to be sent. Throws where the step does (a bug), and at a gap. */
  process(records: readonly LogRecord[]): readonly OutgoingRecord[] {
    for (const record of records) {
      this.nextOffset = record.offset + 1;
      try {
        this.#apply(record);
      } catch (cause) {
        const { topic } = this.#definition.input;
        const at = `${this.name}: ${topic}/${this.#partition} offset ${record.offset}`;
        throw new Error(`${at}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    }
    if (records.length > 0) this.lastRecordMark = markOf(records.at(-1)!);
    return this.#outbox.take();
  }

  /** Whom its step waits for now. */
  waitsFor(): Wait | undefined {
    return this.#step.waitsFor?.();
  }

  save(): Uint8Array {
    const writer = new StateWriter();
    writer.u32(this.lastRecordMark);
    writer.u32(this.eventMinute);
    this.#rule.save(writer);
    this.#parts.save(writer);
    this.#outbox.save(writer);
    this.#step.save(writer);
    return writer.bytes();
  }

  load(state: Uint8Array, nextOffset: number): void {
    const reader = new StateReader(state);
    this.nextOffset = nextOffset;
    this.lastRecordMark = reader.u32();
    this.eventMinute = reader.u32();
    this.#rule.load(reader);
    this.#parts.load(reader);
    this.#outbox.load(reader);
    this.#step.load(reader);
  }

  #apply(record: LogRecord): void {
    const value = record.value ?? new Uint8Array();
    this.#outbox.from(this.#partition, record.offset, this.eventMinute);
    const opened = this.#open(value);
    if (opened === undefined) return;
    if (!this.#rule.accepts(opened.envelope)) {
      this.duplicates++;
      return;
    }
    const { envelope } = opened;
    this.eventMinute = Math.max(this.eventMinute, envelope.eventMinute);
    const body = this.#parts.add(envelope, opened.body);
    if (body === undefined) return;
    const input = this.#decode(envelope, body);
    if (input === undefined) return;
    this.#step.apply(input, (output) => this.#definition.publish(output, this.#outbox));
  }

  #open(value: Uint8Array): OpenedRecord | undefined {
    try {
      return this.#definition.input.codec.open(value);
    } catch {
      this.#outbox.refused('record-without-envelope', value, value.length);
      return undefined;
    }
  }

  #decode(envelope: Envelope, body: Uint8Array): Input | undefined {
    try {
      return this.#definition.input.codec.decode(envelope, body);
    } catch {
      this.#outbox.refused('record-not-decodable', body, body.length);
      return undefined;
    }
  }
}

/** What stands first in a record is its envelope. */
const markedBytes = 256;

/** Tells records apart: CRC-32 of the length and the first bytes. */
export const markOf = ({ value }: LogRecord): number =>
  value === null ? 0 : crc32(value.subarray(0, markedBytes), value.length);
