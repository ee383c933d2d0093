/**
 * State of a step as bytes: what a snapshot holds. Little-endian; every value is
 * written and read in the same order. Numbers keep all their bits.
 */
const initialBytes = 1024;

export class StateWriter {
  #bytes = new Uint8Array(initialBytes);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value, true);
  }

  text(value: string): void {
    this.u32(value.length);
    const at = this.#grow(value.length * 2);
    for (let i = 0; i < value.length; i++) this.#view.setUint16(at + 2 * i, value.charCodeAt(i), true);
  }

  /** A typed array: its element count, then its bytes. */
  array(value: Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array): void {
    this.u32(value.length);
    const at = this.#grow(value.byteLength);
    this.#bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at);
  }

  list<T>(values: Iterable<T>, write: (value: T) => void): void {
    const all = [...values];
    this.u32(all.length);
    for (const value of all) write(value);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room and returns where it starts. It may replace the buffer: call it before naming #bytes or #view. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** Reads what a StateWriter wrote; throws RangeError past the end. */
export class StateReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  text(): string {
    const length = this.u32();
    const at = this.#take(length * 2);
    let text = '';
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.#view.getUint16(at + 2 * i, true));
    return text;
  }

  u8Array(): Uint8Array<ArrayBuffer> {
    return this.#copy(1, (buffer) => new Uint8Array(buffer));
  }

  u16Array(): Uint16Array<ArrayBuffer> {
    return this.#copy(2, (buffer) => new Uint16Array(buffer));
  }

  u32Array(): Uint32Array<ArrayBuffer> {
    return this.#copy(4, (buffer) => new Uint32Array(buffer));
  }

  i32Array(): Int32Array<ArrayBuffer> {
    return this.#copy(4, (buffer) => new Int32Array(buffer));
  }

  f64Array(): Float64Array<ArrayBuffer> {
    return this.#copy(8, (buffer) => new Float64Array(buffer));
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.u32() }, read);
  }

  #copy<T>(elementBytes: number, make: (buffer: ArrayBuffer) => T): T {
    const byteLength = this.u32() * elementBytes;
    const at = this.#take(byteLength);
    return make(this.#bytes.slice(at, at + byteLength).buffer as ArrayBuffer);
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw new RangeError(`state ends at byte ${this.#bytes.length}`);
    this.#at = at + count;
    return at;
  }
}
