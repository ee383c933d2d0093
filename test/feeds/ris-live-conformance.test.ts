/** Captured RIS Live frames of old and new shape, against what the same frames show in their fields. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { RisLiveTranslator } from '#core/ris-live/translator.ts';
import { writeAscii } from '../../services/feeder/live/ascii.ts';
import { dataFolder, noData } from '../decode/mrt-files.ts';
import { RouteLines } from './routes.ts';

const framesOf = (name: string): string[] =>
  readFileSync(join(dataFolder!, 'rislive', name), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');

const recordsOf = (translator: RisLiveTranslator) =>
  RouteLines.of(translator.out.bytes.slice(0, translator.out.length));

test('frames of today’s shape: a message, a state, an error, messages without routes, and half a one', {
  skip: noData,
}, () => {
  const translator = new RisLiveTranslator(writeAscii);
  const outcomes = framesOf('CAIDA_libbgpstream__ris-live-stream.HEAD.json').map((frame) => {
    const outcome = translator.take(frame, 1_553_628_000);
    const { lines, records } = recordsOf(translator);
    return { outcome, lines, where: records.map(({ peer, time }) => `${translator.source} ${peer} ${time}`) };
  });
  assert.deepEqual(outcomes, [
    {
      outcome: 'records',
      lines: [
        'A 45.161.192.0/23 11708 32097 1299 52320 263009 263009 263009 263009 263009 52993 268481 268481',
      ],
      where: ['rrc00 72.22.223.9 AS11708 1553627987.890000'],
    },
    { outcome: 'records', lines: ['S 6 1'], where: ['rrc01 195.66.224.59 AS24931 1553625081.880000'] },
    { outcome: 'error', lines: [], where: [] },
    ...Array.from({ length: 3 }, () => ({ outcome: 'silent', lines: [], where: [] })),
    // The last one is cut.
    { outcome: 'refused', lines: [], where: [] },
  ]);
  assert.equal(translator.refusal, 'json');
  assert.equal(translator.errorText, 'this is a test error message');
});

test('the same message says the same with and without raw', { skip: noData }, () => {
  const [frame] = framesOf('CAIDA_libbgpstream__ris-live-stream.HEAD.json');
  const translator = new RisLiveTranslator(writeAscii);
  translator.take(frame!, 1_553_628_000);
  const withRaw = recordsOf(translator);
  const { data, ...rest } = JSON.parse(frame!) as { data: object };
  translator.take(JSON.stringify({ ...rest, data: { ...data, raw: undefined } }), 1_553_628_000);
  assert.deepEqual(recordsOf(translator).lines, withRaw.lines);
});

/** The frame itself, as bgpkit-parser's tests have it; the reference decode is in the data folder. */
const captured = {
  type: 'ris_message',
  data: {
    timestamp: 1636245154.8,
    peer: '2001:7f8:b:100:1d1:a520:1333:74',
    peer_asn: '201333',
    id: '10-183678-175313836',
    host: 'rrc10',
    type: 'UPDATE',
    raw:
      'FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF0086020000006F4001010040021202040003127500001A6A000000AE00004FF980040400000000C0' +
      '08081A6A001E1A6A3840800E4100020120200107F8000B010001D1A52013330074FE800000000000000217A3FFFEFE290500302A0E97C7' +
      '0000302A0E97C600FE302A10CC4217B7302A10CC421FEB',
  },
};

interface ReferenceElem {
  readonly type: string;
  readonly peer_ip: string;
  readonly peer_asn: number;
  readonly timestamp: number;
  readonly prefix: string;
  readonly as_path: readonly number[];
}

test('a message of 2021 by its raw octets, against bgpkit’s decode', { skip: noData }, () => {
  const reference = readFileSync(
    join(dataFolder!, 'rislive/bgpkit_bgpkit-parser__ris_live_raw_full.json'),
    'utf8',
  );
  const { elems } = JSON.parse(reference) as { elems: ReferenceElem[] };
  const translator = new RisLiveTranslator(writeAscii);
  assert.equal(translator.take(JSON.stringify(captured), 1_636_245_200), 'records');
  const { lines, records } = recordsOf(translator);
  assert.deepEqual(
    lines,
    elems.map(({ prefix, as_path }) => `A ${prefix} ${as_path.join(' ')}`),
  );
  const { peer_ip, peer_asn, timestamp } = elems[0]!;
  assert.deepEqual(records, [
    { peer: `${peer_ip} AS${peer_asn}`, time: timestamp.toFixed(6), type: 17, subtype: 4 },
  ]);
});

interface FlatFrame {
  readonly type: 'A' | 'W';
  readonly id: string;
  readonly peer: string;
  readonly peer_asn: string;
  readonly prefix: string;
  readonly path?: readonly number[];
}

test('frames of 2018: one for each prefix, told by the first, which has all in its body', {
  skip: noData,
}, () => {
  const frames = framesOf('CAIDA_libbgpstream__ris-live-stream.history-58k.json');
  const translator = new RisLiveTranslator(writeAscii);
  let told: RouteLines | undefined;
  let before = '';
  for (const text of frames) {
    const frame = JSON.parse(text) as FlatFrame;
    const outcome = translator.take(text, 1_533_666_500);
    if (`${frame.peer} ${frame.id}` === before) {
      assert.equal(outcome, 'silent');
    } else {
      assert.equal(outcome, 'records');
      told = recordsOf(translator);
      assert.deepEqual(told.refused, []);
      assert.equal(told.records[0]!.peer, `${frame.peer} AS${frame.peer_asn}`);
    }
    before = `${frame.peer} ${frame.id}`;
    const path = (frame.path ?? []).map((asn) => ` ${asn}`).join('');
    assert.ok(told!.lines.includes(`${frame.type} ${frame.prefix}${path}`), text);
  }
  assert.equal(frames.length, 100);
  assert.equal(translator.source, 'rrc13');
  assert.ok(translator.repeated > 0);
});
