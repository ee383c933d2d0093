import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DescMessage, fromBinary, fromJson, type Message, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { peerStates } from '#core/contract/route-changes.ts';
import { AnomalySchema } from '#proto/anomalies_pb.ts';
import { AsMinutesSchema } from '#proto/as_minutes_pb.ts';
import { AsScoresSchema } from '#proto/as_scores_pb.ts';
import { BgpUpdatesSchema } from '#proto/bgp_updates_pb.ts';
import { DeadLetterSchema } from '#proto/dead_letters_pb.ts';
import { RouteChangesSchema } from '#proto/route_changes_pb.ts';
import { SnapshotRecordSchema } from '#proto/snapshots_pb.ts';
import { anomaliesCodec, anomalyToJson } from '#runtime/codec/anomalies.ts';
import { asMinutesCodec } from '#runtime/codec/as-minutes.ts';
import { asScoresCodec } from '#runtime/codec/as-scores.ts';
import { asScoresToJson } from '#runtime/codec/as-scores-json.ts';
import { bgpUpdatesCodec } from '#runtime/codec/bgp-updates.ts';
import { bodyBytesMax, type Codec } from '#runtime/codec/codec.ts';
import { deadLettersCodec } from '#runtime/codec/dead-letters.ts';
import { routeChangesCodec } from '#runtime/codec/route-changes.ts';
import { snapshotsCodec } from '#runtime/codec/snapshots.ts';
import {
  anyAnomaly,
  anyAsMinutes,
  anyAsScores,
  anyBgpUpdates,
  anyDeadLetter,
  anyRouteChanges,
  anySnapshotRecord,
} from './arbitrary-values.ts';

const stamp = (eventMinute: number) => ({ producer: 'task/3', sequence: 2 ** 40 + 7, eventMinute });

/** Decoding gives the value back, and the generated code reads and writes the same bytes. */
function holds<T extends object>(
  codec: Codec<T>,
  schema: DescMessage,
  any: fc.Arbitrary<T>,
  minuteOfValue: (value: T) => number,
  sameFields: (value: T, message: Record<string, unknown>) => void,
): void {
  fc.assert(
    fc.property(any, (value) => {
      const records = codec.encode(stamp(minuteOfValue(value)), value);
      assert.equal(records.length, 1);
      const { envelope, body } = codec.open(records[0]!);
      assert.deepEqual(envelope, { ...stamp(minuteOfValue(value)), part: 0, parts: 1, schemaVersion: 1 });
      assert.deepEqual(codec.decode(envelope, body), value);
      const message = fromBinary(schema, records[0]!);
      assert.deepEqual(toBinary(schema, message), records[0]);
      assert.equal(hasUnknown(message), false);
      sameFields(value, plain(message) as Record<string, unknown>);
    }),
    { numRuns: 200 },
  );
}

/** A message without what the generated code adds to it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '$typeName')
      .map(([name, field]) => [name, plain(field)]),
  );
}

function hasUnknown(message: object): boolean {
  if ((message as Message).$unknown !== undefined) return true;
  return Object.values(message).some(
    (field) => typeof field === 'object' && !(field instanceof Uint8Array) && hasUnknown(field),
  );
}

const bytesOf = (column: ArrayBufferView): Uint8Array =>
  Uint8Array.from(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
const columnsOf = ({ count, ...columns }: { count: number }): unknown => ({
  count,
  ...Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, bytesOf(column as ArrayBufferView)]),
  ),
});

describe('codecs', () => {
  test('as.scores', () => {
    holds(
      asScoresCodec,
      AsScoresSchema,
      anyAsScores,
      (v) => v.eventMinute,
      (value, message) => {
        assert.deepEqual(message.content, value.content);
      },
    );
  });

  test('as.minutes', () => {
    const kinds = ['', 'down', 'up', 'path', 'origin', 'uncovered', 'covered', 'recount'];
    holds(
      asMinutesCodec,
      AsMinutesSchema,
      anyAsMinutes,
      (v) => v.eventMinute,
      (value, message) => {
        const { block: _, eventMinute: _minute, ...fields } = value;
        const events = fields.events.map((event) => ({ ...event, kind: kinds.indexOf(event.kind) }));
        const { envelope: _envelope, ...written } = message;
        // Probed addresses: test/probes/codec.test.ts.
        assert.deepEqual(written, { targets: [], ...fields, events });
      },
    );
  });

  test('route.changes', () => {
    const states = ['', ...peerStates];
    holds(
      routeChangesCodec,
      RouteChangesSchema,
      anyRouteChanges,
      (v) => v.eventMinute,
      (value, message) => {
        const sources = value.sources.map((source) => ({
          ...source,
          pathWords: bytesOf(source.pathWords),
          pathEnds: bytesOf(source.pathEnds),
          ipv4: columnsOf(source.ipv4),
          ipv6: columnsOf(source.ipv6),
          peers: source.peers.map((peer) => ({ ...peer, state: states.indexOf(peer.state) })),
        }));
        assert.deepEqual(message.sources, sources);
        assert.equal(message.trackerPartitions, value.trackerPartitions);
      },
    );
  });

  test('bgp.updates', () => {
    holds(
      bgpUpdatesCodec,
      BgpUpdatesSchema,
      anyBgpUpdates,
      (v) => v.eventMinute,
      (value, message) => {
        assert.equal(message.source, value.source);
        assert.equal((message.content as { case: string }).case, value.content.case);
      },
    );
  });

  test('dead.letters and snapshots', () => {
    holds(
      deadLettersCodec,
      DeadLetterSchema,
      anyDeadLetter,
      () => 0,
      (value, message) => {
        const { envelope: _, ...fields } = message;
        assert.deepEqual(fields, { ...value, position: BigInt(value.position) });
      },
    );
    holds(
      snapshotsCodec,
      SnapshotRecordSchema,
      anySnapshotRecord,
      () => 0,
      (value, message) => {
        assert.equal((message.content as { case: string }).case, value.case);
      },
    );
  });

  test('anomalies are ProtoJSON on one line, with the names that scripts read', () => {
    fc.assert(
      fc.property(anyAnomaly, (anomaly) => {
        const minute = Math.floor(anomaly.eventSecond / 60);
        const [record] = anomaliesCodec.encode(stamp(minute), anomaly);
        const line = new TextDecoder().decode(record);
        assert.ok(!line.includes('\n') && line.startsWith('{"envelope":{"producer":"task/3"'));
        const { envelope, body } = anomaliesCodec.open(record!);
        assert.deepEqual(envelope, { ...stamp(minute), part: 0, parts: 1, schemaVersion: 1 });
        assert.deepEqual(anomaliesCodec.decode(envelope, body), anomaly);
        assert.ok(fromJson(AnomalySchema, anomalyToJson(anomaly)));
      }),
      { numRuns: 200 },
    );
  });

  test('as.scores as ProtoJSON say the same as the record', () => {
    fc.assert(
      fc.property(anyAsScores, (scores) => {
        const [record] = asScoresCodec.encode(stamp(scores.eventMinute), scores);
        const said = fromJson(AsScoresSchema, asScoresToJson(scores));
        assert.deepEqual(said.content, fromBinary(AsScoresSchema, record!).content);
        assert.equal(said.envelope?.eventMinute, scores.eventMinute);
      }),
      { numRuns: 100 },
    );
  });

  test('a value that is too large for one record travels in parts', () => {
    const value = new Uint8Array(2 * bodyBytesMax + 100).map((_, i) => i % 251);
    const updates = { source: 'rrc00', eventMinute: 5, content: { case: 'mrtRecords', value } } as const;
    const records = bgpUpdatesCodec.encode({ producer: 'rrc00', sequence: 9, eventMinute: 5 }, updates);
    assert.equal(records.length, 3);
    const opened = records.map((record) => bgpUpdatesCodec.open(record));
    assert.deepEqual(
      opened.map(({ envelope }) => [envelope.sequence, envelope.part, envelope.parts]),
      [
        [9, 0, 3],
        [10, 1, 3],
        [11, 2, 3],
      ],
    );
    const body = Uint8Array.from(Buffer.concat(opened.map((part) => part.body)));
    assert.deepEqual(bgpUpdatesCodec.decode(opened[0]!.envelope, body), updates);
  });

  test('bytes that are no record are refused with an error, not read as something', () => {
    for (const codec of [bgpUpdatesCodec, asScoresCodec, anomaliesCodec] as Codec<object>[]) {
      assert.throws(() => codec.open(new Uint8Array()));
      assert.throws(() => codec.open(Uint8Array.of(10, 200, 1)));
      assert.throws(() => codec.open(Uint8Array.of(0x7b, 0x7d)));
    }
    const [record] = bgpUpdatesCodec.encode(stamp(1), {
      source: 's',
      eventMinute: 1,
      content: { case: 'tick' },
    });
    const { envelope } = bgpUpdatesCodec.open(record!);
    assert.throws(() => bgpUpdatesCodec.decode({ ...envelope, schemaVersion: 2 }, new Uint8Array()));
    assert.throws(() => bgpUpdatesCodec.decode(envelope, new Uint8Array()));
    assert.throws(() => bgpUpdatesCodec.decode(envelope, Uint8Array.of(18, 200, 1, 65)));
  });
});
