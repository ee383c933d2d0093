import type { EventMinute } from '#core/event-time.ts';
import {
  type ReadField,
  readFields,
  type Writable,
  writeMessage,
  writeText,
  writeUint,
  writeUint64,
} from './fields.ts';
import { WireReader, WireWriter } from './wire.ts';

/** Starts every record between services: proto/steadybeat/v1/envelope.proto says what each field means. */
export interface Envelope {
  readonly producer: string;
  readonly sequence: number;
  readonly eventMinute: EventMinute;
  readonly part: number;
  readonly parts: number;
  readonly schemaVersion: number;
}

/** A record whose envelope was read: what follows the envelope is the body, or a part of it. */
export interface OpenedRecord {
  readonly envelope: Envelope;
  readonly body: Uint8Array;
}

const envelopeField = 1;
const envelopeTag = (envelopeField << 3) | 2;

export const writeEnvelope = (writer: WireWriter, envelope: Envelope): void =>
  writeMessage(writer, envelopeField, envelope, writeEnvelopeFields);

function writeEnvelopeFields(writer: WireWriter, envelope: Envelope): void {
  writeText(writer, 1, envelope.producer);
  writeUint64(writer, 2, envelope.sequence);
  writeUint(writer, 3, envelope.eventMinute);
  writeUint(writer, 4, envelope.part);
  writeUint(writer, 5, envelope.parts);
  writeUint(writer, 6, envelope.schemaVersion);
}

/** Opens a binary record; throws RangeError where it does not start with an envelope. */
export function openRecord(record: Uint8Array): OpenedRecord {
  const reader = new WireReader(record);
  if (record.length === 0 || reader.uint32() !== envelopeTag)
    throw new RangeError('a record does not start with an envelope');
  const end = reader.uint32() + reader.pos;
  const envelope = readFields(reader, end, emptyEnvelope(), readEnvelopeField);
  checkEnvelope(envelope);
  return { envelope, body: record.subarray(end) };
}

/** A binary record under another number of its producer; the same one where it has that number. */
export function renumbered(record: Uint8Array, sequence: number): Uint8Array {
  const { envelope, body } = openRecord(record);
  if (envelope.sequence === sequence) return record;
  const writer = new WireWriter();
  writeEnvelope(writer, { ...envelope, sequence });
  writer.raw(body);
  return writer.finish();
}

export function checkEnvelope({ producer, sequence, part, parts }: Envelope): void {
  if (producer === '' || !(sequence >= 1) || !(part < parts))
    throw new RangeError(`an envelope says ${JSON.stringify({ producer, sequence, part, parts })}`);
}

const emptyEnvelope = (): Writable<Envelope> => ({
  producer: '',
  sequence: 0,
  eventMinute: 0,
  part: 0,
  parts: 0,
  schemaVersion: 0,
});

const readEnvelopeField: ReadField<Writable<Envelope>> = (reader, field, envelope) => {
  switch (field) {
    case 1:
      envelope.producer = reader.string();
      return true;
    case 2:
      envelope.sequence = reader.uint64();
      return true;
    case 3:
      envelope.eventMinute = reader.uint32();
      return true;
    case 4:
      envelope.part = reader.uint32();
      return true;
    case 5:
      envelope.parts = reader.uint32();
      return true;
    case 6:
      envelope.schemaVersion = reader.uint32();
      return true;
    default:
      return false;
  }
};
