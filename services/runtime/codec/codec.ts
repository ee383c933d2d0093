import type { EventMinute } from '#core/event-time.ts';
import { type Envelope, type OpenedRecord, openRecord, writeEnvelope } from './envelope.ts';
import { type ReadField, readFields } from './fields.ts';
import { WireReader, WireWriter } from './wire.ts';

/** What the writer of a value knows of its envelope; `sequence` is that of the first record. */
export interface Stamp {
  readonly producer: string;
  readonly sequence: number;
  readonly eventMinute: EventMinute;
}

/** Values of one topic to records and back. The only places that see both sides are the codecs of the topics. */
export interface Codec<T> {
  /** One record, or several parts where it would be too large for one. */
  encode(stamp: Stamp, value: T): readonly Uint8Array[];
  /** Throws where the record has no envelope. */
  open(record: Uint8Array): OpenedRecord;
  /** The value whose parts' bodies, joined, are `body`. Throws where it cannot be decoded. */
  decode(envelope: Envelope, body: Uint8Array): T;
}

/** Below the 1,048,588 bytes that a Kafka broker takes by default, with room for the key and the envelope. */
export const bodyBytesMax = 960 * 1024;

/** How a binary topic's message is made of the fields after the envelope. */
export interface BinaryMessage<T, Target> {
  readonly schemaVersion: number;
  write(writer: WireWriter, value: T): void;
  empty(): Target;
  readonly readField: ReadField<Target>;
  finish(target: Target, envelope: Envelope): T;
}

/** One for all: what is written is taken out before anybody else writes. */
const writer = new WireWriter();

/** Protobuf: the envelope first. A part is the envelope and that part's slice of the bytes of all other fields. */
export function binaryCodec<T, Target>(message: BinaryMessage<T, Target>): Codec<T> {
  const { schemaVersion } = message;
  return {
    encode(stamp, value) {
      writeEnvelope(writer, { ...stamp, part: 0, parts: 1, schemaVersion });
      message.write(writer, value);
      const record = writer.finish();
      return record.length <= bodyBytesMax
        ? [record]
        : inParts(stamp, schemaVersion, openRecord(record).body);
    },
    open: openRecord,
    decode(envelope, body) {
      checkVersion(envelope, schemaVersion);
      const reader = new WireReader(body);
      return message.finish(readFields(reader, body.length, message.empty(), message.readField), envelope);
    },
  };
}

/** Of a schema that this version of the program cannot read. */
export class UnknownSchemaVersion extends RangeError {}

export function checkVersion(envelope: Envelope, schemaVersion: number): void {
  if (envelope.schemaVersion !== schemaVersion)
    throw new UnknownSchemaVersion(`schema version ${envelope.schemaVersion} is not ${schemaVersion}`);
}

/** The index in a task's name: 3 of "route-tracker/3". */
export function taskIndex(producer: string): number {
  const index = Number(producer.slice(producer.lastIndexOf('/') + 1));
  if (!Number.isInteger(index)) throw new RangeError(`${producer} is not the name of a task`);
  return index;
}

function inParts(stamp: Stamp, schemaVersion: number, body: Uint8Array): Uint8Array[] {
  const parts = Math.ceil(body.length / bodyBytesMax);
  return Array.from({ length: parts }, (_, part) => {
    writeEnvelope(writer, { ...stamp, sequence: stamp.sequence + part, part, parts, schemaVersion });
    writer.raw(body.subarray(part * bodyBytesMax, (part + 1) * bodyBytesMax));
    return writer.finish();
  });
}
