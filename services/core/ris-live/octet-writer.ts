import { Refused } from './refused.ts';

/** RFC 8654. */
export const maxUpdateBytes = 65_535;

/** Writes octets into one buffer, used again; more than an UPDATE has are refused. */
export class OctetWriter {
  readonly bytes: Uint8Array = new Uint8Array(maxUpdateBytes + 1);
  length = 0;

  /** Throws Refused where so many octets do not fit. */
  reserve(count: number): void {
    if (this.length + count > maxUpdateBytes) throw new Refused('updateLength');
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.bytes[this.length++] = value >>> 8;
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value & 0xffff);
  }

  zeros(count: number): void {
    this.reserve(count);
    this.bytes.fill(0, this.length, this.length + count);
    this.length += count;
  }

  copy(from: Uint8Array, count: number): void {
    this.reserve(count);
    for (let i = 0; i < count; i++) this.bytes[this.length + i] = from[i]!;
    this.length += count;
  }

  setU16(at: number, value: number): void {
    this.bytes[at] = value >>> 8;
    this.bytes[at + 1] = value;
  }

  /** Begins an attribute whose length has two octets, so that none has to be measured first; returns where its value begins. */
  beginAttribute(flags: number, type: number): number {
    this.u8(flags);
    this.u8(type);
    this.u16(0);
    return this.length;
  }

  endAttribute(valueAt: number): void {
    this.setU16(valueAt - 2, this.length - valueAt);
  }
}
