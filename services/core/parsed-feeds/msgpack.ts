/** MessagePack (its specification of 2017): what a record of text, numbers, arrays and maps needs. Maps become objects without a prototype, of those keys that are text. */
export class MsgpackError extends Error {}

const deepest = 32;

/** The one value in `bytes`. Throws MsgpackError where they are none. */
export function readMsgpack(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new MsgpackError('octets after the value');
  return value;
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  value(depth: number): unknown {
    if (depth > deepest) throw new MsgpackError('too deep');
    const type = this.#uint(1);
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 15, depth);
    if (type < 0xa0) return this.#array(type & 15, depth);
    if (type < 0xc0) return this.#text(type & 31);
    if (type >= 0xe0) return type - 256;
    switch (type) {
      case 0xc0:
        return undefined;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#view.getFloat32(this.#take(4));
      case 0xcb:
        return this.#view.getFloat64(this.#take(8));
      case 0xcf:
        return Number(this.#view.getBigUint64(this.#take(8)));
      case 0xd3:
        return Number(this.#view.getBigInt64(this.#take(8)));
      default:
        return this.#sized(type, depth);
    }
  }

  /** Types whose number or length has one, two or four octets. */
  #sized(type: number, depth: number): unknown {
    if (type >= 0xc4 && type <= 0xc6) return this.#text(this.#uint(1 << (type - 0xc4)));
    if (type >= 0xc7 && type <= 0xc9) return this.#skip(1 + this.#uint(1 << (type - 0xc7)));
    if (type >= 0xcc && type <= 0xce) return this.#uint(1 << (type - 0xcc));
    if (type === 0xd0) return this.#view.getInt8(this.#take(1));
    if (type === 0xd1) return this.#view.getInt16(this.#take(2));
    if (type === 0xd2) return this.#view.getInt32(this.#take(4));
    if (type >= 0xd4 && type <= 0xd8) return this.#skip(1 + (1 << (type - 0xd4)));
    if (type >= 0xd9 && type <= 0xdb) return this.#text(this.#uint(1 << (type - 0xd9)));
    if (type === 0xdc || type === 0xdd) return this.#array(this.#uint(type === 0xdc ? 2 : 4), depth);
    if (type === 0xde || type === 0xdf) return this.#map(this.#uint(type === 0xde ? 2 : 4), depth);
    throw new MsgpackError('a type that there is not');
  }

  #uint(octets: number): number {
    const at = this.#take(octets);
    if (octets === 1) return this.#bytes[at]!;
    return octets === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  /** Of ASCII, as all of these texts are; other octets become other letters, and match nothing. */
  #text(length: number): string {
    let at = this.#take(length);
    let text = '';
    for (const end = at + length; at < end; at++) text += String.fromCharCode(this.#bytes[at]!);
    return text;
  }

  #array(count: number, depth: number): unknown[] {
    this.#expect(count);
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) values.push(this.value(depth + 1));
    return values;
  }

  #map(count: number, depth: number): Record<string, unknown> {
    this.#expect(2 * count);
    const map = Object.create(null) as Record<string, unknown>;
    for (let i = 0; i < count; i++) {
      const key = this.value(depth + 1);
      const value = this.value(depth + 1);
      if (typeof key === 'string') map[key] = value;
    }
    return map;
  }

  /** An extension type says nothing here. */
  #skip(octets: number): undefined {
    this.#take(octets);
    return undefined;
  }

  /** Each value has an octet at least: a count that lies reserves nothing. */
  #expect(values: number): void {
    if (values > this.#bytes.length - this.at) throw new MsgpackError('too short');
  }

  #take(octets: number): number {
    const { at } = this;
    if (octets > this.#bytes.length - at) throw new MsgpackError('too short');
    this.at += octets;
    return at;
  }
}
