import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { writeAscii } from '../../feeder/live/ascii.ts';
import { RawUpdate } from './raw-update.ts';
import { RisLiveTranslator } from './translator.ts';

const received = 1_700_000_000;
const raw = `${'FF'.repeat(16)}002802000000114001010040020602010000FBF4400304C00002011855667718C0000218CB0071`;
const fields = {
  timestamp: received - 1.25,
  peer: '192.0.2.1',
  peer_asn: '64500',
  id: '192.0.2.1-0183e89f5016000b',
  host: 'rrc03.ripe.net',
  type: 'UPDATE',
  path: [64_500, [1, 2], []],
  community: [[64_500, 0]],
  origin: 'IGP',
  announcements: [{ next_hop: '192.0.2.1', prefixes: ['192.0.2.0/24', '203.0.113.0/24'] }],
  withdrawals: [],
  unknown: {},
};
const frames = [
  { ...fields, raw },
  { raw: raw.toLowerCase(), ...fields },
  { ...fields, raw, timestamp: received + 61, peer: '2001:db8::1' },
].map((data) => JSON.stringify({ type: 'ris_message', data }));

/** All that a translator says of a frame. */
function told(frame: string) {
  const translator = new RisLiveTranslator(writeAscii);
  const outcome = translator.take(frame, received);
  const { source, refusal, out, replacedTimes, repeated } = translator;
  const bytes = Buffer.from(out.bytes.subarray(0, out.length)).toString('hex');
  return { outcome, source, refusal, replacedTimes, repeated, bytes };
}

/** The same by way of JSON.parse, which takes a blank before. */
const toldByParsing = (frame: string) => told(` ${frame}`);

/** Used for one frame after the other, as by the translator. */
const octets = new Uint8Array(65_536);
const message = new Uint8Array(4096);
const isRead = (frame: string): boolean =>
  writeAscii(frame, octets) && new RawUpdate().read(frame, octets, message);

test('a frame of any order of fields is read where it lies, and one that is not plain is not', () => {
  const [frame] = frames as [string];
  for (const plain of frames) assert.equal(isRead(plain), true, plain);
  const others = [
    frame.replace('rrc03', '\\u0072rc03'),
    frame.replace('rrc03', 'rrc03\n'),
    frame.replace('IGP', 'ÏGP'),
    frame.replace('"IGP"', 'null'),
    frame.replace('"IGP"', '-1'),
    frame.replace('"IGP"', '01'),
    frame.replace('"IGP"', '1e3'),
    frame.replace('"IGP"', '1.'),
    frame.replace('"IGP"', '[[[[[]]]]]'),
    frame.replace('"IGP"', '"IGP", "med":1'),
    frame.replace('"64500"', '64500'),
    frame.replace('UPDATE', 'OPEN'),
    frame.replace('"raw":"FF', '"raw":"FG'),
    frame.replace('"raw":"F', '"raw":"'),
    frame.replace('"host"', '"hosts"'),
    frame.replace(/"timestamp":[\d.]+/, '"timestamp":"7"'),
    frame.slice(0, -1),
    frame.replace(/}}$/, '}]'),
    frame.replace(/}}$/, ']}'),
    frame.replace(/"}}$/, 'x}}'),
    `${frame} `,
    `${frame.slice(0, -1)},"id":1}`,
  ];
  for (const other of others) {
    assert.notEqual(other, frame);
    assert.equal(isRead(other), false, other);
    assert.deepEqual(told(other), toldByParsing(other), other);
  }
});

const piece = fc.constantFrom(
  ...[
    '"',
    '\\',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '0',
    '.',
    '-',
    'e1',
    ' ',
    '\n',
    'é',
    'F',
    'true',
    'null',
    '""',
    '[1]',
    '{}',
  ],
  ...[
    '"host":"rrc01",',
    '"host":1,',
    '"peer":"::1",',
    '"peer_asn":"7",',
    '"peer_asn":7,',
    '"type":"W",',
    '"raw":"FF",',
  ],
  ...[
    '"raw":[],',
    '"timestamp":1,',
    '"timestamp":"1",',
    '"timestamp":[1],',
    '"__proto__":{"host":"rrc01"},',
    '}}',
  ],
);
const change = fc.record({
  at: fc.nat(600),
  removed: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(80)),
  piece,
});
const changed = fc
  .record({
    frame: fc.constantFrom(...frames),
    changes: fc.array(change, { maxLength: 3 }),
    atFields: fc.boolean(),
  })
  .map(({ frame, changes, atFields }) =>
    changes.reduce((text, { at, removed, piece }) => {
      const place = at % (text.length + 1);
      // Before a field more of what is put in is JSON.
      const from = atFields ? Math.max(0, text.indexOf('"', text.indexOf(',"', place))) : place;
      return text.slice(0, from) + piece + text.slice(from + (atFields ? 0 : removed));
    }, frame),
  );

test('damaged and unusual frames say the same as JSON.parse makes of them', () => {
  let read = 0;
  let refused = 0;
  fc.assert(
    fc.property(changed, (frame) => {
      const expected = toldByParsing(frame);
      assert.deepEqual(told(frame), expected);
      if (isRead(frame)) read++;
      if (expected.outcome === 'refused') refused++;
    }),
    { numRuns: 2000, seed: 5 },
  );
  assert.ok(read > 200 && refused > 200, `${read} were read in place, ${refused} refused`);
});
