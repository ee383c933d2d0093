import type { WireReader, WireWriter } from './wire.ts';

/**
 * Protobuf fields, written and read without an object for each message: the topics with
 * many records are coded by hand over these, and tests hold them against the generated code.
 * As in proto3, a value that is its type's default is not written.
 */
const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;

export function writeUint(writer: WireWriter, field: number, value: number): void {
  if (value !== 0) writer.uint32((field << 3) | varint).uint32(value);
}

export function writeSint(writer: WireWriter, field: number, value: number): void {
  if (value !== 0) writer.uint32((field << 3) | varint).sint32(value);
}

export function writeUint64(writer: WireWriter, field: number, value: number): void {
  if (value !== 0) writer.uint32((field << 3) | varint).uint64(value);
}

export function writeBool(writer: WireWriter, field: number, value: boolean): void {
  if (value) writer.uint32((field << 3) | varint).bool(true);
}

export function writeDouble(writer: WireWriter, field: number, value: number): void {
  if (value !== 0) writer.uint32((field << 3) | fixed64).double(value);
}

export function writeText(writer: WireWriter, field: number, value: string): void {
  if (value !== '') writer.uint32((field << 3) | lengthDelimited).string(value);
}

export function writeTexts(writer: WireWriter, field: number, values: readonly string[]): void {
  for (const value of values) writer.uint32((field << 3) | lengthDelimited).string(value);
}

export function writeBytes(writer: WireWriter, field: number, value: Uint8Array): void {
  if (value.length > 0) writer.uint32((field << 3) | lengthDelimited).bytes(value);
}

/** The bytes of a column. */
export function writeColumn(
  writer: WireWriter,
  field: number,
  column: Uint8Array | Uint16Array | Uint32Array,
): void {
  writeBytes(writer, field, new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
}

export function writeUints(writer: WireWriter, field: number, values: readonly number[]): void {
  if (values.length === 0) return;
  writer.uint32((field << 3) | lengthDelimited).fork();
  for (const value of values) writer.uint32(value);
  writer.join();
}

export function writeDoubles(writer: WireWriter, field: number, values: readonly number[]): void {
  if (values.length === 0) return;
  writer.uint32((field << 3) | lengthDelimited).fork();
  for (const value of values) writer.double(value);
  writer.join();
}

/** A message that is present, also when all its fields are defaults. */
export function writeMessage<T>(
  writer: WireWriter,
  field: number,
  value: T,
  write: (writer: WireWriter, value: T) => void,
): void {
  writer.uint32((field << 3) | lengthDelimited).fork();
  write(writer, value);
  writer.join();
}

/** A value while it is being read. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Sets one field of the target from the reader; false where it does not know the field. */
export type ReadField<T> = (reader: WireReader, field: number, target: T) => boolean;

/** Reads fields up to position `end` into the target; fields that are not known are skipped. */
export function readFields<T>(reader: WireReader, end: number, target: T, read: ReadField<T>): T {
  if (end > reader.len) throw new RangeError(`a message ends at ${end}, beyond ${reader.len} bytes`);
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(reader, tag >>> 3, target)) reader.skip(tag & 7, tag >>> 3);
  }
  if (reader.pos !== end) throw new RangeError(`a field ends at ${reader.pos}, beyond its message`);
  return target;
}

export function readMessage<T>(reader: WireReader, target: T, read: ReadField<T>): T {
  const length = reader.uint32();
  return readFields(reader, reader.pos + length, target, read);
}

/** A message whose only field is a flag. */
export function writeFlag(writer: WireWriter, field: number, isSet: boolean): void {
  writeMessage(writer, field, isSet, (_, flag) => writeBool(_, 1, flag));
}

export const readFlag = (reader: WireReader): boolean =>
  readMessage(reader, { isSet: false }, (from, field, target) => {
    if (field !== 1) return false;
    target.isSet = from.bool();
    return true;
  }).isSet;

export function readUints(reader: WireReader, values: number[]): void {
  const end = packedEnd(reader);
  while (reader.pos < end) values.push(reader.uint32());
  if (reader.pos !== end) throw new RangeError('packed numbers end beyond their field');
}

export function readDoubles(reader: WireReader, values: number[]): void {
  const end = packedEnd(reader);
  while (reader.pos < end) values.push(reader.double());
  if (reader.pos !== end) throw new RangeError('packed numbers end beyond their field');
}

function packedEnd(reader: WireReader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

/** A column of bytes as 16-bit words: a view where the bytes lie aligned, else a copy. */
export function readColumn16(reader: WireReader): Uint16Array {
  const bytes = aligned(reader.bytes(), 2);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 1);
}

/** The same as 32-bit words. */
export function readColumn32(reader: WireReader): Uint32Array {
  const bytes = aligned(reader.bytes(), 4);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
}

function aligned(bytes: Uint8Array, wordBytes: number): Uint8Array {
  if (bytes.byteLength % wordBytes !== 0)
    throw new RangeError(`a column of ${bytes.byteLength} bytes is not made of ${wordBytes}-byte words`);
  // The constructor copies into a buffer of its own; a Buffer's slice would not.
  return bytes.byteOffset % wordBytes === 0 ? bytes : new Uint8Array(bytes);
}

/** Columns are little-endian; so is every machine that Node 24 runs on but one (s390x). */
if (new Uint8Array(new Uint16Array([1]).buffer)[0] !== 1)
  throw new Error('columns of route.changes need a little-endian machine');

/** A closed list of names and the numbers of a protobuf enum, which are 1 and up in the same order. */
export class EnumNames<Name extends string> {
  readonly #names: readonly Name[];
  readonly #numbers: ReadonlyMap<Name, number>;

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.#numbers = new Map(names.map((name, index) => [name, index + 1]));
  }

  number(name: Name): number {
    return this.#numbers.get(name)!;
  }

  name(number: number): Name {
    const name = this.#names[number - 1];
    if (name === undefined) throw new RangeError(`an enum has no value ${number}`);
    return name;
  }
}
