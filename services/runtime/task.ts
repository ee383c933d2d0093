import { crc32 } from 'node:zlib';
import type { EventMinute } from '#core/event-time.ts';
import { StateReader, StateWriter } from '#core/state.ts';
import type { Step, Wait } from '#core/step.ts';
import { UnknownSchemaVersion } from './codec/codec.ts';
import type { Envelope, OpenedRecord } from './codec/envelope.ts';
import { Outbox, type Post } from './outbox.ts';
import { PartAssembly, PartOutOfOrder } from './part-assembly.ts';
import { SequenceGap, SequenceRule } from './sequence-rule.ts';
import { type Channel, isWriter } from './topics.ts';
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

/** About so many records go out at a time: a score has some 600 bytes. */
const pieceRecords = 4096;

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
  /** The latest event minute among the values so far. */
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

  /** Applies records and gives what is to be sent. Throws where the step does (a bug), and SequenceGap where records are missing. */
  process(records: readonly LogRecord[]): readonly OutgoingRecord[] {
    return [...this.processInPieces(records)].flat();
  }

  /** The same in pieces of bounded size, however much one record makes: the records are done when there is no further piece. */
  *processInPieces(records: readonly LogRecord[]): Generator<readonly OutgoingRecord[]> {
    for (const record of records) {
      this.nextOffset = record.offset + 1;
      try {
        yield* this.#apply(record);
      } catch (cause) {
        const { topic } = this.#definition.input;
        const at = `${this.name}: ${topic}/${this.#partition} offset ${record.offset}`;
        if (cause instanceof SequenceGap)
          throw new SequenceGap(`${at}: ${cause.message}. ${this.#gapRemedy()}`);
        throw new Error(`${at}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    }
    if (records.length > 0) this.lastRecordMark = markOf(records.at(-1)!);
    yield this.#outbox.take();
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

  *#apply(record: LogRecord): Generator<readonly OutgoingRecord[]> {
    const input = this.#inputOf(record);
    if (input === undefined) return;
    const emit = (output: Output) => this.#definition.publish(output, this.#outbox);
    if (this.#step.applyInTurns === undefined) {
      this.#step.apply(input, emit);
      return;
    }
    for (const _ of this.#step.applyInTurns(input, emit))
      if (this.#outbox.length >= pieceRecords) yield this.#outbox.take();
  }

  /** Undefined where the record is not, or not yet, anything to apply. */
  #inputOf(record: LogRecord): Input | undefined {
    const value = record.value ?? new Uint8Array();
    this.#outbox.from(this.#partition, record.offset, this.eventMinute);
    if (record.unreadable !== undefined) {
      this.#outbox.refused(record.unreadable, value, value.length);
      return undefined;
    }
    const opened = this.#open(value);
    if (opened === undefined) return undefined;
    const { envelope } = opened;
    const stranger = this.#strangerReason(envelope);
    if (stranger !== undefined) {
      this.#outbox.refused(stranger, value, value.length);
      return undefined;
    }
    if (!this.#rule.accepts(envelope)) {
      this.duplicates++;
      return undefined;
    }
    const input = this.#decode(opened, value);
    if (input !== undefined) this.eventMinute = Math.max(this.eventMinute, envelope.eventMinute);
    return input;
  }

  #open(value: Uint8Array): OpenedRecord | undefined {
    try {
      return this.#definition.input.codec.open(value);
    } catch {
      this.#outbox.refused('record-without-envelope', value, value.length);
      return undefined;
    }
  }

  /**
   * Why a producer is none of those whose records are this task's input: what anybody writes there must end nothing. Of a
   * source, whose name can be any, the first record tells; one without it has not taken part, so nothing waits for it.
   */
  #strangerReason({ producer, sequence }: Envelope): string | undefined {
    const { input } = this.#definition;
    if (!isWriter(input, producer)) return 'record-of-unknown-producer';
    return input.writers !== undefined || sequence === 1 || this.#rule.knows(producer)
      ? undefined
      : 'source-without-first-record';
  }

  /** Undefined also where parts are still to come. The dead letter of a value in parts is its last record. */
  #decode({ envelope, body }: OpenedRecord, value: Uint8Array): Input | undefined {
    try {
      const whole = this.#parts.add(envelope, body);
      return whole && this.#definition.input.codec.decode(envelope, whole);
    } catch (cause) {
      this.#outbox.refused(undecodableReason(cause), value, value.length);
      return undefined;
    }
  }

  /** The outputs of this task are all that follows: where its input can be made again, so can they. */
  #gapRemedy(): string {
    const { writers } = this.#definition.input;
    const anew = 'start over under another prefix (STEADYBEAT_KAFKA_TOPIC_PREFIX)';
    const remedy =
      writers === undefined
        ? `${anew}, fed from files or by the live feeds`
        : `tell it again under another prefix (npm start -- reprocess --prefix OTHER.) and go on there, or ${anew}`;
    return `The records between are lost, or somebody else wrote under that name, and no restart brings them back: ${remedy}. Let nobody but the service's own user write to its topics (deploy/acls.json).`;
  }
}

function undecodableReason(cause: unknown): string {
  if (cause instanceof UnknownSchemaVersion) return 'schema-version-unknown';
  return cause instanceof PartOutOfOrder ? 'part-out-of-order' : 'record-not-decodable';
}

/** What stands first in a record is its envelope. */
const markedBytes = 256;

/** Tells records apart: CRC-32 of the length and the first bytes. */
export const markOf = ({ value }: Pick<LogRecord, 'value'>): number =>
  value === null ? 0 : crc32(value.subarray(0, markedBytes), value.length);
