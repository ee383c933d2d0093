/** MessagePack, as its Python package writes it. Octets are put in as they are: values that are packed already. */
export type Packed =
  | number
  | boolean
  | string
  | Uint8Array
  | readonly Packed[]
  | { readonly [key: string]: Packed };

export const pack = (value: Packed): Buffer => Buffer.concat(pieces(value));

function pieces(value: Packed): Buffer[] {
  switch (typeof value) {
    case 'boolean':
      return [Buffer.from([value ? 0xc3 : 0xc2])];
    case 'number':
      return [numberBytes(value)];
    case 'string':
      return [lengthBytes(value.length, 0xa0, 31, 0xd9), Buffer.from(value)];
    default:
  }
  if (value instanceof Uint8Array) return [Buffer.from(value)];
  if (Array.isArray(value)) return [lengthBytes(value.length, 0x90, 15, 0xdb), ...value.flatMap(pieces)];
  const entries = Object.entries(value as Record<string, Packed>);
  return [
    lengthBytes(entries.length, 0x80, 15, 0xdd),
    ...entries.flatMap(([k, v]) => [...pieces(k), ...pieces(v)]),
  ];
}

/** `octets1`: the type whose length has one octet; those of two and four follow. */
function lengthBytes(length: number, short: number, shortMax: number, octets1: number): Buffer {
  if (length <= shortMax) return Buffer.from([short | length]);
  if (length < 256 && octets1 === 0xd9) return Buffer.from([octets1, length]);
  const bytes = Buffer.alloc(3);
  bytes[0] = octets1 + 1;
  bytes.writeUInt16BE(length, 1);
  return bytes;
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  if (Number.isInteger(value) && value >= 0 && value < 128) return Buffer.from([value]);
  if (Number.isInteger(value) && value < 0 && value >= -32) return Buffer.from([value + 256]);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) {
    bytes[0] = 0xce;
    bytes.writeUInt32BE(value, 1);
    return bytes.subarray(0, 5);
  }
  if (Number.isInteger(value)) {
    bytes[0] = 0xd3;
    bytes.writeBigInt64BE(BigInt(value), 1);
    return bytes;
  }
  bytes[0] = 0xcb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
