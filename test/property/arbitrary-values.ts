import fc from 'fast-check';
import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsMinutes, PrefixEventKind } from '#core/contract/as-minutes.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import type { BgpUpdates } from '#core/contract/bgp-updates.ts';
import { type ChangeColumns, peerStates, type RouteChanges } from '#core/contract/route-changes.ts';
import type { DeadLetter } from '#runtime/codec/dead-letters.ts';
import type { SnapshotRecord } from '#runtime/codec/snapshots.ts';

/** Values of every topic's contract type, for property tests. */
const uint = fc.oneof(fc.constant(0), fc.nat(200), fc.integer({ min: 0, max: 0xffff_ffff }));
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 200 }));
const double = fc.oneof(fc.constant(0), fc.double({ noNaN: true })).map((value) => value + 0);
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 4 });
const bool = fc.boolean();
const kind = fc.constantFrom<PrefixEventKind>('down', 'up', 'path', 'origin', 'uncovered', 'covered');
const record = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(shape, { noNullPrototype: true }) as fc.Arbitrary<T>;

const visibility = record({
  expected: uint,
  visible: uint,
  lost: uint,
  covered: uint,
  wholeTable: bool,
  firstLostSecond: uint,
  lastLostSecond: uint,
  lastReturnedSecond: uint,
  clusterSize: uint,
  clusterFirstSecond: uint,
  lostPrefixes: few(text),
  lostBlocks: uint,
  viaAses: few(uint),
  upstreamAs: uint,
  lostBy: few(record({ peers: uint, livePeers: uint, peerAses: uint, livePeerAses: uint })),
});

const beat = record({
  events: uint,
  activeQuarters: uint,
  activeHours: uint,
  spanMinutes: uint,
  longestGapMinutes: uint,
  onsetSecond: uint,
  lastEventSecond: uint,
  evenness: double,
  burstiness: double,
  periodicity: few(double),
  rateRatio: double,
  prefixes: few(text),
  prefixCount: uint,
  upstreamAs: uint,
  heardPrefixes: uint,
  wide: bool,
  byProbes: bool,
});

const evidenceOfEvent = {
  prefix: text,
  eventSecond: uint,
  covered: bool,
  peers: uint,
  livePeers: uint,
  peerAses: uint,
  livePeerAses: uint,
  peersFor: few(text),
  peersAgainst: few(text),
  newOriginAs: uint,
};

const asScore = record({
  originAs: uint,
  score: double,
  surprise: double,
  beat,
  burst: record({ z: double, events: uint }),
  ipv4: visibility,
  ipv6: visibility,
  events: few(record({ kind, ...evidenceOfEvent })),
  eventCount: uint,
});

const transitScore = record({
  transitAs: uint,
  prefixes: uint,
  origins: uint,
  thresholdOrigins: double,
  samplePrefixes: few(text),
});

const heartbeat = record({
  activeOrigins: uint,
  unstableOrigins: uint,
  storm: bool,
  ipv4Frozen: bool,
  ipv6Frozen: bool,
});

export const anyAsScores: fc.Arbitrary<AsScores> = record({
  eventMinute: uint,
  content: fc.oneof(
    record({ case: fc.constant('score' as const), value: asScore }),
    record({ case: fc.constant('transit' as const), value: transitScore }),
    record({ case: fc.constant('heartbeat' as const), value: heartbeat }),
  ),
});

const denominator = record({
  livePeers: uint,
  livePeerAses: uint,
  collectors: uint,
  maskedPeers: uint,
  frozen: bool,
  wholeTable: bool,
});
const sint = fc.integer();

export const anyAsMinutes: fc.Arbitrary<AsMinutes> = record({
  block: fc.constant(3),
  blockPartitions: uint,
  eventMinute: uint,
  events: few(
    record({
      kind: fc.oneof(kind, fc.constant<PrefixEventKind>('recount')),
      originAs: uint,
      expected: bool,
      viaAses: few(uint),
      upstreamAs: uint,
      ...evidenceOfEvent,
    }),
  ),
  expected: few(record({ originAs: uint, ipv4: sint, ipv6: sint, heardIpv4: sint, heardIpv6: sint })),
  ipv4: denominator,
  ipv6: denominator,
});

const words = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: length, maxLength: length });

const columns = (addressWords: number): fc.Arbitrary<ChangeColumns> =>
  fc.nat(5).chain((count) =>
    record<ChangeColumns>({
      count: fc.constant(count),
      second: words(count).map((list) => Uint8Array.from(list)),
      peer: words(count).map((list) => Uint16Array.from(list)),
      address: words(count * addressWords).map((list) => Uint32Array.from(list)),
      length: words(count).map((list) => Uint8Array.from(list)),
      before: words(count).map((list) => Uint32Array.from(list)),
      after: words(count).map((list) => Uint32Array.from(list)),
    }),
  );

const family = record({ routes: uint, refreshed: uint, complete: bool, named: uint });

const peerReport = record({
  address: text,
  asn: uint,
  state: fc.constantFrom(...peerStates),
  stateSinceMinute: uint,
  ipv4: family,
  ipv6: family,
  announcedNew: uint,
  aaDiff: uint,
  aaDup: uint,
  waDiff: uint,
  waDup: uint,
  withdrawn: uint,
  wwDup: uint,
  late: uint,
  drift: uint,
});

export const anyRouteChanges: fc.Arbitrary<RouteChanges> = record({
  tracker: fc.constant(3),
  trackerPartitions: uint,
  eventMinute: uint,
  sources: few(
    record({
      source: text,
      seed: bool,
      peers: few(peerReport),
      pathWords: few(uint).map((list) => Uint32Array.from(list)),
      pathEnds: few(uint).map((list) => Uint32Array.from(list)),
      ipv4: columns(1),
      ipv6: columns(4),
    }),
  ),
});

export const anyBgpUpdates: fc.Arbitrary<BgpUpdates> = record({
  source: text,
  eventMinute: uint,
  content: fc.oneof(
    record({
      case: fc.constant('mrtRecords' as const),
      value: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    }),
    record({ case: fc.constant('sourceOpened' as const), seed: bool }),
    record({
      case: fc.constant('sourceOpened' as const),
      seed: bool,
      tellsSessions: fc.constant(true as const),
    }),
    record({ case: fc.constantFrom('tick', 'endOfSource', 'sourceLost', 'ribBegin', 'ribEnd') }),
  ),
});

export const anyDeadLetter: fc.Arbitrary<DeadLetter> = record({
  reason: text,
  origin: text,
  position: fc.maxSafeNat(),
  head: fc.uint8Array({ maxLength: 300 }),
  length: uint,
});

export const anySnapshotRecord: fc.Arbitrary<SnapshotRecord> = fc.oneof(
  record({
    case: fc.constant('chunk' as const),
    index: uint,
    state: fc.uint8Array({ maxLength: 300 }),
  }),
  record({
    case: fc.constant('manifest' as const),
    task: text,
    writer: text,
    inputOffset: fc.maxSafeNat(),
    chunkCount: uint,
    stateBytes: fc.maxSafeNat(),
    stateCrc32: uint,
    stateVersion: uint,
  }),
);

const anomalyKind = fc.constantFrom(
  'beatWatch' as const,
  'beatConfirmed' as const,
  'outageFull' as const,
  'outagePartial' as const,
  'burst' as const,
  'sched' as const,
  'chronic' as const,
  'leakChurn' as const,
  'dataPlane' as const,
);

const evidence = fc.record(
  {
    rule: text,
    measures: few(record({ name: text, value: double, threshold: double })),
    peersFor: uint,
    livePeers: uint,
    peerAsesFor: uint,
    livePeerAses: uint,
    samplePeersFor: few(text),
    samplePeersAgainst: few(text),
    sampleUpdates: few(text),
    upstreamAs: uint,
    viaAses: few(uint),
    members: few(text),
    expectedPrefixes: uint,
    expectedBasis: text,
    phases: few(
      fc.record(
        { kind: anomalyKind, startSecond: uint, endSecond: uint },
        { requiredKeys: ['kind', 'startSecond'], noNullPrototype: true },
      ),
    ),
    trend: fc.constantFrom('steady' as const, 'worsening' as const, 'easing' as const),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'rule',
      'measures',
      'peersFor',
      'livePeers',
      'peerAsesFor',
      'livePeerAses',
      'samplePeersFor',
      'samplePeersAgainst',
      'sampleUpdates',
      'upstreamAs',
      'viaAses',
      'members',
      'expectedPrefixes',
      'expectedBasis',
      'phases',
    ],
  },
);

export const anyAnomaly: fc.Arbitrary<Anomaly> = fc.record(
  {
    incidentId: text,
    transition: fc.constantFrom('opened' as const, 'updated' as const, 'closed' as const),
    closeReason: fc.constantFrom(
      'recovered' as const,
      'expired' as const,
      'merged' as const,
      'retracted' as const,
    ),
    kind: anomalyKind,
    subject: text,
    originAs: uint,
    startSecond: uint,
    endSecond: uint,
    eventSecond: uint,
    durationSeconds: uint,
    severity: fc.constantFrom('info' as const, 'notice' as const, 'warning' as const, 'critical' as const),
    summary: text,
    prefixes: few(text),
    prefixCount: uint,
    linkedIncidentIds: few(text),
    muted: fc.record({ subject: text, untilSecond: uint, reason: text }, { noNullPrototype: true }),
    detector: fc.record({ version: text, configurationHash: text }, { noNullPrototype: true }),
    evidence,
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'incidentId',
      'transition',
      'kind',
      'subject',
      'originAs',
      'startSecond',
      'eventSecond',
      'durationSeconds',
      'severity',
      'summary',
      'prefixes',
      'prefixCount',
      'linkedIncidentIds',
      'evidence',
    ],
  },
) as fc.Arbitrary<Anomaly>;
