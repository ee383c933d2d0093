/**
 * The wire format of protobuf: varints, little-endian doubles, and runs of bytes with their length before them. The
 * usual library's reader and writer take twice as long for the many small fields of the busy topics.
 */
const initialBytes = 64 * 1024;
/** A record that is larger gets memory that was not cleared first. */
const uncleared = 4096;
/** Room for more than this is given back after the record that needed it. */
const keptBytes = 4 * 1024 * 1024;
const textEncoder = new TextEncoder();

/** Writes one record at a time. */
export class WireWriter {
  #bytes = new Uint8Array(initialBytes);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  /** Where the open messages begin, behind one byte for the length. */
  readonly #starts: number[] = [];

  /** What was written since the last time, as bytes of their own. */
  finish(): Uint8Array {
    const length = this.#at;
    this.#at = 0;
    if (length <= uncleared) return this.#bytes.slice(0, length);
    const record = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    record.set(this.#bytes.subarray(0, length));
    if (this.#bytes.length > keptBytes) this.#take(new Uint8Array(initialBytes));
    return record;
  }

  /** Begins what has its length before it. */
  fork(): this {
    this.#reserve(1);
    this.#starts.push(++this.#at);
    return this;
  }

  /** Ends what the last fork began. */
  join(): this {
    const start = this.#starts.pop()!;
    const length = this.#at - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return this;
    }
    const more = varintBytes(length) - 1;
    this.#reserve(more);
    this.#bytes.copyWithin(start + more, start, this.#at);
    const end = this.#at + more;
    this.#at = start - 1;
    this.uint32(length);
    this.#at = end;
    return this;
  }

  uint32(value: number): this {
    if (value < 0) throw new RangeError(`${value} is written as an unsigned number`);
    this.#reserve(5);
    const bytes = this.#bytes;
    let rest = value;
    while (rest > 0x7f) {
      bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.#at++] = rest;
    return this;
  }

  /** Zigzag: small numbers are short, whatever their sign. */
  sint32(value: number): this {
    return this.uint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** A whole number of at most 2^53. */
  uint64(value: number): this {
    let rest = value;
    for (; rest > 0xffff_ffff; rest = Math.floor(rest / 0x80)) {
      this.#reserve(1);
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
    }
    return this.uint32(rest);
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  double(value: number): this {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
    return this;
  }

  string(value: string): this {
    // UTF-8 has at most three bytes for each unit.
    this.#reserve(3 * value.length + 5);
    const { length } = value;
    if (length < 0x80) {
      const bytes = this.#bytes;
      const start = this.#at + 1;
      let isAscii = true;
      for (let i = 0; i < length && isAscii; i++) {
        const unit = value.charCodeAt(i);
        bytes[start + i] = unit;
        isAscii = unit < 0x80;
      }
      if (isAscii) {
        bytes[this.#at] = length;
        this.#at = start + length;
        return this;
      }
    }
    return this.bytes(textEncoder.encode(value));
  }

  bytes(value: Uint8Array): this {
    return this.uint32(value.length).raw(value);
  }

  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at + count));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#take(larger);
  }

  #take(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) count++;
  return count;
}

/** Reads a record; throws RangeError where it ends too early. */
export class WireReader {
  pos = 0;
  readonly len: number;
  readonly #bytes: Uint8Array;
  /** The same bytes, for their texts, and for their doubles. */
  #texts: Buffer | undefined;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.len = bytes.length;
  }

  /** The low 32 bits of a varint. */
  uint32(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= this.len) throw endsEarly();
      const byte = bytes[this.pos++]!;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('a varint has more than ten bytes');
  }

  sint32(): number {
    const zigzag = this.uint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** Exact up to 2^53. */
  uint64(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let scale = 1, count = 0; count < 10; scale *= 0x80, count++) {
      if (this.pos >= this.len) throw endsEarly();
      const byte = bytes[this.pos++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint has more than ten bytes');
  }

  bool(): boolean {
    return this.uint64() !== 0;
  }

  double(): number {
    const at = this.#pass(8);
    const { buffer, byteOffset } = this.#bytes;
    this.#view ??= new DataView(buffer, byteOffset, this.len);
    return this.#view.getFloat64(at, true);
  }

  string(): string {
    const length = this.uint32();
    const at = this.#pass(length);
    const { buffer, byteOffset } = this.#bytes;
    this.#texts ??= Buffer.from(buffer, byteOffset, this.len);
    return this.#texts.toString('utf8', at, at + length);
  }

  /** A view of the record. */
  bytes(): Uint8Array {
    const length = this.uint32();
    const at = this.#pass(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Passes over a field that nobody knows. */
  skip(wireType: number, field: number): void {
    if (wireType === 0) this.uint64();
    else if (wireType === 1) this.#pass(8);
    else if (wireType === 2) this.#pass(this.uint32());
    else if (wireType === 5) this.#pass(4);
    else throw new RangeError(`field ${field} has wire type ${wireType}`);
  }

  /** Where the bytes begin that are passed over. */
  #pass(count: number): number {
    const at = this.pos;
    if (at + count > this.len) throw endsEarly();
    this.pos = at + count;
    return at;
  }
}

const endsEarly = (): RangeError => new RangeError('a record ends within a field');
