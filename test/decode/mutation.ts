import fc from 'fast-check';
import { sampleRecords } from './sample-records.ts';

/** One way to damage records; the damaged one keeps a header whose length is true, so that the next one can be found. */
export type Mutation =
  | { readonly kind: 'truncated'; readonly record: number; readonly keep: number }
  | { readonly kind: 'bitsFlipped'; readonly record: number; readonly bits: readonly number[] }
  | {
      readonly kind: 'spliced';
      readonly record: number;
      readonly keep: number;
      readonly tail: number;
      readonly from: number;
    }
  | { readonly kind: 'randomMessage'; readonly record: number; readonly message: Uint8Array }
  | {
      readonly kind: 'octetsSet';
      readonly record: number;
      readonly at: readonly number[];
      readonly to: readonly number[];
    };

const headerBytes = 12;
const anyRecord = fc.nat(sampleRecords.length - 1);
/** Larger than any sample; taken modulo the length at hand. */
const anyOffset = fc.nat(511);
/** Lengths and counts break at their edges. */
const octet = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 33, 127, 128, 129, 255), fc.nat(255));

export const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('truncated' as const), record: anyRecord, keep: anyOffset }),
  fc.record({
    kind: fc.constant('bitsFlipped' as const),
    record: anyRecord,
    bits: fc.array(fc.nat(511 * 8), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant('spliced' as const),
    record: anyRecord,
    keep: anyOffset,
    tail: anyRecord,
    from: anyOffset,
  }),
  fc.record({
    kind: fc.constant('randomMessage' as const),
    record: anyRecord,
    message: fc.uint8Array({ maxLength: 120 }),
  }),
  fc.record({
    kind: fc.constant('octetsSet' as const),
    record: anyRecord,
    at: fc.array(anyOffset, { minLength: 1, maxLength: 4 }),
    to: fc.array(octet, { minLength: 4, maxLength: 4 }),
  }),
);

/** The record after the damage, with its length set right. */
export function mutate(mutation: Mutation): Uint8Array {
  const sample = sampleRecords[mutation.record]!;
  const bytes = withLength(damaged(mutation, sample));
  return bytes;
}

function damaged(mutation: Mutation, sample: Uint8Array): Uint8Array {
  const messageBytes = sample.length - headerBytes;
  const bytes = sample.slice();
  switch (mutation.kind) {
    case 'truncated':
      return sample.slice(0, headerBytes + (mutation.keep % messageBytes));
    case 'bitsFlipped':
      for (const bit of mutation.bits) bytes[Math.floor(bit / 8) % bytes.length]! ^= 1 << (bit % 8);
      return bytes;
    case 'spliced': {
      const other = sampleRecords[mutation.tail]!;
      const head = sample.slice(0, headerBytes + (mutation.keep % messageBytes));
      const tail = other.slice(headerBytes + (mutation.from % (other.length - headerBytes)));
      return Uint8Array.from([...head, ...tail]);
    }
    case 'randomMessage':
      return Uint8Array.from([...sample.slice(0, headerBytes), ...mutation.message]);
    case 'octetsSet':
      for (const [index, at] of mutation.at.entries()) bytes[at % bytes.length] = mutation.to[index]!;
      return bytes;
  }
}

function withLength(bytes: Uint8Array): Uint8Array {
  new DataView(bytes.buffer).setUint32(8, bytes.length - headerBytes);
  return bytes;
}
