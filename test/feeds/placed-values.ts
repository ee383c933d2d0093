/** Values of any kind put into any place of a good record: what a hostile or broken writer may send. */
import fc from 'fast-check';
import { type Packed, pack } from './msgpack-writer.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where in a value something lies: keys and indexes from the outside in. */
type Place = readonly (string | number)[];

/** Every place in it but itself. */
function placesIn(value: Json, here: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [here];
  const inner = Object.entries(value).flatMap(([key, one]) => placesIn(one, [...here, key]));
  return here.length === 0 ? inner : [here, ...inner];
}

/** A copy with `put` at this place. */
function placed<T>(value: unknown, [key, ...rest]: Place, put: T): unknown {
  if (key === undefined) return put;
  const own = value as Record<string, unknown>;
  if (Array.isArray(value))
    return value.map((one, i) => (String(i) === String(key) ? placed(one, rest, put) : one));
  return { ...own, [key]: placed(own[key], rest, put) };
}

const deep = 30_000;
/** JSON that breaks who converts it: objects that make no text and no number, numbers of no type, depth. */
const hostileJson = [
  '{"toString":1}',
  '{"toString":1,"valueOf":1}',
  '[{"toString":1,"valueOf":1}]',
  '[[{"toString":1}]]',
  '{"length":1e9}',
  '{"__proto__":{"a":1}}',
  'null',
  'true',
  '-1',
  '0.5',
  '1e300',
  '-1e-300',
  '9007199254740993',
  '""',
  '"\\u0000\\u001b[2J\\ud800"',
  '"10.0.0.0/8/8"',
  '[]',
  `${'['.repeat(deep)}${']'.repeat(deep)}`,
  `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
];
const anyJson = fc.oneof(fc.constantFrom(...hostileJson), fc.json({ maxDepth: 3 }));

/** The text of one of the samples with one to three of its values replaced. */
export const damagedJson = (samples: readonly Json[]): fc.Arbitrary<string> =>
  fc
    .record({
      sample: fc.constantFrom(...samples),
      puts: fc.array(fc.tuple(fc.nat(), anyJson), { minLength: 1, maxLength: 3 }),
    })
    .map(({ sample, puts }) => {
      const places = placesIn(sample);
      let value: unknown = sample;
      // Later ones may be gone with an earlier one: they are told by their mark in the text.
      for (const [i, [at]] of puts.entries())
        value = placed(value, insideOf(value, places[at % places.length]!), `@put${i}@`);
      let text = JSON.stringify(value);
      for (const [i, [, json]] of puts.entries()) text = text.replace(`"@put${i}@"`, () => json);
      return text;
    });

/** As much of the place as is still there. */
function insideOf(value: unknown, place: Place): Place {
  let at = value;
  for (const [depth, key] of place.entries()) {
    if (typeof at !== 'object' || at === null) return place.slice(0, depth);
    at = (at as Record<string, unknown>)[key];
  }
  return place;
}

/** Octets that are one value of MessagePack, of every type, with maps as keys too. */
const anyPacked: fc.Arbitrary<Uint8Array> = fc.letrec<{ value: Uint8Array }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      ...[
        [0xc0],
        [0xc2],
        [0xc3],
        [0x80],
        [0x90],
        [0x81, 0x80, 0xc0],
        [0x81, 0x90, 0x80],
        [0xd4, 1, 2],
        [0xc7, 2, 1, 0, 0],
        [0xc4, 1, 255],
        [0xcb, 127, 240, 0, 0, 0, 0, 0, 0],
        [0xcb, 127, 248, 0, 0, 0, 0, 0, 0],
        [0xcf, 255, 255, 255, 255, 255, 255, 255, 255],
        [0xd3, 128, 0, 0, 0, 0, 0, 0, 0],
      ].map((octets) => Uint8Array.from(octets)),
    ),
    fc.oneof(fc.string(), fc.integer(), fc.double({ noInteger: true })).map((one) => pack(one) as Uint8Array),
    fc
      .array(tie('value'), { maxLength: 4 })
      .map((values) => Uint8Array.from([0x90 + values.length, ...values.flatMap((one) => [...one])])),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 })
      .map((pairs) => Uint8Array.from([0x80 + pairs.length, ...pairs.flat().flatMap((one) => [...one])])),
  ),
})).value;

/** One of the samples, packed, with one of its values replaced. */
export const damagedMsgpack = (samples: readonly Json[]): fc.Arbitrary<Uint8Array> =>
  fc
    .record({ sample: fc.constantFrom(...samples), at: fc.nat(), put: anyPacked })
    .map(({ sample, at, put }) => {
      const places = placesIn(sample);
      return pack(placed(sample, places[at % places.length]!, put) as Packed);
    });
