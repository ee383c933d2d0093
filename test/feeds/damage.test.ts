/** Damaged feeds: nothing throws, everything is accounted for, and what comes out are whole MRT records. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { addPathIpv4, bmpMessage, ofPeer, open, peerUp, update } from '#core/bmp/bytes-for-tests.ts';
import { readOpenBmpFrame } from '#core/bmp/openbmp-frame.ts';
import { BmpSession } from '#core/bmp/session.ts';
import { recordEnd } from '#core/mrt/record.ts';
import { RisLiveTranslator } from '#core/ris-live/translator.ts';
import { Door } from '../../services/feeder/door.ts';
import { writeAscii } from '../../services/feeder/live/ascii.ts';

const second = 1_700_000_000;
const samples = [
  bmpMessage(4, [0, 2, 0, 2, 0x72, 0x33]),
  peerUp({}, open(65_000, [addPathIpv4(3)]), open(64_500, [addPathIpv4(3)])),
  ofPeer(0, {}, update([64_500, 64_501], { nlri: [0, 0, 0, 9, 24, 198, 51, 100] })),
  ofPeer(0, { flags: 0x20 }, update([64_500], { asnBytes: 2, extended: true })),
  ofPeer(0, { asn: 70_000 }, update([65_000, 70_000])),
  ofPeer(1, {}, [0, 0, 0, 1, 0, 7, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5]),
  ofPeer(6, {}, [0, 0, 0, 2, 1, 1, 0, 1, 0, 2, 0, 1]),
  ofPeer(2, {}, [4]),
  bmpMessage(5, [0, 1, 0, 2, 0, 0]),
].map((octets) => Uint8Array.from(octets));

/** Octets are set, but the header's length stays true, so that the damage goes deeper than that. */
const damaged = fc
  .record({
    sample: fc.nat(samples.length - 1),
    version: fc.constantFrom(3, 4),
    at: fc.array(fc.nat(400), { maxLength: 5 }),
    to: fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 4, 33, 255), fc.nat(255)), { minLength: 5, maxLength: 5 }),
    keep: fc.nat(400),
  })
  .map(({ sample, version, at, to, keep }) => {
    const whole = samples[sample]!;
    const bytes = Uint8Array.from(whole.subarray(0, Math.max(6, keep % (2 * whole.length))));
    bytes[0] = version;
    for (const [index, offset] of at.entries()) {
      const place = 5 + (offset % (bytes.length - 5));
      bytes[place] = to[index]!;
    }
    new DataView(bytes.buffer).setUint32(1, bytes.length);
    return bytes;
  });

function checkRecords(bytes: Uint8Array, length: number): void {
  const door = new Door();
  let at = 0;
  while (at < length) {
    const end = recordEnd(bytes, at, length);
    assert.ok(end > at && end <= length, `a record ends at ${end} of ${length}`);
    door.check(bytes, at, end);
    at = end;
  }
}

test('damaged BMP messages are refused one by one, and a good one after them is read', () => {
  fc.assert(
    fc.property(fc.array(damaged, { maxLength: 8 }), (messages) => {
      let refused = 0;
      const session = new BmpSession({
        collectorAs: 6447,
        onRefused: (_, bytes, start, end) => {
          refused++;
          assert.ok(start <= end && end <= bytes.length);
        },
      });
      const good = ofPeer(0, { asn: 64_999, address: [203, 0, 113, 9] }, update([64_999]));
      const bytes = Buffer.concat([...messages, Uint8Array.from(good)]);
      assert.equal(session.take(bytes, 0, bytes.length, second, 0), bytes.length);
      assert.ok(refused <= messages.length);
      assert.ok(session.out.length > 0);
      checkRecords(session.out.bytes, session.out.length);
    }),
    { numRuns: 2000 },
  );
});

test('any octets as BMP, as an OpenBMP frame, and as a RIS Live frame', () => {
  const translator = new RisLiveTranslator(writeAscii);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const session = new BmpSession({ collectorAs: 0, onRefused: () => {} });
      assert.ok(session.take(bytes, 0, bytes.length, second, 0) <= bytes.length);
      const frame = readOpenBmpFrame(bytes);
      if (typeof frame !== 'string') assert.ok(frame.start <= frame.end && frame.end <= bytes.length);
      assert.equal(translator.take(Buffer.from(bytes).toString('latin1'), second), 'refused');
    }),
    { numRuns: 1000 },
  );
});

test('RIS Live messages with any values in their fields', () => {
  const translator = new RisLiveTranslator(writeAscii);
  const prefix = fc.constantFrom('10.0.0.0/8', '2001:db8::/32', 'eor', '10.0.0.0/40', '::/0', '', '/');
  const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined));
  const message = fc.record(
    {
      type: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('UPDATE', 'RIS_PEER_STATE', 'OPEN') }, anything),
      host: fc.oneof({ weight: 9, arbitrary: fc.constant('rrc00') }, anything),
      peer: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('192.0.2.1', '2001:db8::1') }, anything),
      peer_asn: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('64500', 64_500) }, anything),
      timestamp: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(second, second + 0.5, 1e300, '7') },
        anything,
      ),
      path: fc.oneof(fc.array(fc.oneof(fc.nat(70_000), fc.array(fc.nat(9))), { maxLength: 4 }), anything),
      announcements: fc.oneof(
        fc.array(
          fc.record({ next_hop: fc.constantFrom('192.0.2.1', '::1', 'x'), prefixes: fc.array(prefix) }),
        ),
        anything,
      ),
      withdrawals: fc.oneof(fc.array(prefix), anything),
      community: anything,
      aggregator: anything,
      med: anything,
      origin: anything,
      state: fc.oneof(fc.constantFrom('connected', 'down'), anything),
      raw: fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        fc.string({ unit: fc.constantFrom('0', 'F', '2') }),
      ),
    },
    { requiredKeys: ['host', 'peer', 'peer_asn', 'timestamp', 'type'] },
  );
  let records = 0;
  fc.assert(
    fc.property(message, (data) => {
      const outcome = translator.take(JSON.stringify({ type: 'ris_message', data }), second);
      assert.equal(outcome === 'records', translator.out.length > 0);
      if (outcome === 'records') records++;
      checkRecords(translator.out.bytes, translator.out.length);
    }),
    { numRuns: 2000 },
  );
  assert.ok(records > 100);
});
