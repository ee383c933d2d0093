/**
 * Made groups, as bytes of MRT: a land whose four networks of unequal size go together, flap together and go dark, and groups
 * of which only a part does, or one part after another. The test draws when, so it knows what is true.
 */
import { type EventSecond, formatSecond, parseSecond } from '#core/event-time.ts';
import type { Group, GroupAs, WatchFile } from '#core/group/watch-file.ts';
import { Random } from '#scenario/random.ts';
import type { Loss, OriginSpec, Scenario } from '#scenario/scenario.ts';

export interface MadeLand {
  readonly scenario: Scenario;
  readonly watched: WatchFile;
  /** Of all of the land: gone for a while, flaps, gone again at the end of them. */
  readonly outage: Span;
  readonly flaps: readonly Span[];
  readonly blackout: Span;
}

/** When the first peer may withdraw, and when the first may announce again. */
export interface Span {
  readonly from: EventSecond;
  readonly until: EventSecond;
}

/** The slowest peer, to withdraw and to announce, as the scenarios draw them. */
export const slowestSeconds = { withdraw: 90, announce: 60 } as const;

export const upstreamAs = 4837;
/** The land: 8, 5, 2 and 1 of 16 /24. */
const land: readonly OriginSpec[] = [
  { asn: 64_511, upstreams: [upstreamAs], prefixes: ['175.45.176.0/22', '175.45.180.0/22'] },
  { asn: 64_510, upstreams: [upstreamAs], prefixes: ['210.52.108.0/22', '210.52.112.0/24'] },
  { asn: 64_509, upstreams: [upstreamAs], prefixes: ['210.52.120.0/23'] },
  { asn: 64_508, upstreams: [upstreamAs], prefixes: ['210.52.130.0/24'] },
];
export const landMembers = land.map(({ asn }) => `as:${asn}`);

/** The only one of its groups that beats, unless it is the group. */
export const loneAs = 64_500;
const downInTurn = [64_501, 64_502, 64_503, 64_504] as const;
export const beatingInTurn = [64_505, 64_506, 64_507] as const;
export const lostOfHundred = 64_499;
const backgroundAses = 100;
const firstBackgroundAs = 4_200_000_001;
const alone = (asn: number): OriginSpec => ({
  asn,
  upstreams: [65_100],
  prefixes: [`185.10.${asn - 64_499}.0/24`],
});

const one = (asn: number): GroupAs => ({ asn, slash24s: 1, slash48s: 0 });
const group = (name: string, ases: readonly GroupAs[]): Group => ({ name, title: '', ases, prefixes: [] });
const watched: WatchFile = {
  hash: '0'.repeat(64),
  groups: [
    group('land', [
      { asn: 64_511, slash24s: 8, slash48s: 0 },
      { asn: 64_510, slash24s: 5, slash48s: 0 },
      { asn: 64_509, slash24s: 2, slash48s: 0 },
      one(64_508),
    ]),
    group('lone', [one(loneAs)]),
    group('beside-a-giant', [
      one(loneAs),
      one(beatingInTurn[0]),
      { asn: firstBackgroundAs, slash24s: 1000, slash48s: 0 },
    ]),
    group('five', [one(loneAs), ...downInTurn.map(one)]),
    group('in-turn', beatingInTurn.map(one)),
    group(
      'hundred',
      [lostOfHundred, ...Array.from({ length: 99 }, (_, i) => firstBackgroundAs + i)].map(one),
    ),
  ],
  mutes: [],
};

const minute = 60;
const hour = 60 * minute;
const second = (text: string): EventSecond => parseSecond(text)!;

/**
 * Short losses from `from` on for so many hours, one every 20 minutes on average: long enough for the slowest peer to see it, and too
 * short for an outage, which takes three ends of minutes.
 */
function drawFlaps(random: Random, from: EventSecond, hours: number): Span[] {
  const flaps: Span[] = [];
  for (let start = from; start < from + hours * hour; ) {
    const until = start + random.integer(100, 120);
    flaps.push({ from: start, until });
    start = until + random.integer(8 * minute, 28 * minute);
  }
  return flaps;
}

const lossesOf = (asns: readonly number[], spans: readonly Span[], cause: string): Loss[] =>
  spans.flatMap(({ from, until }) =>
    asns.map(
      (asn): Loss => ({
        event: 'loss',
        asn,
        from: formatSecond(from),
        until: formatSecond(until),
        cause,
      }),
    ),
  );

export function madeLand(seed: number): MadeLand {
  const random = new Random(seed, 'made land');
  const within = (from: string, to: string): EventSecond => random.integer(second(from), second(to));
  const lasting = (from: EventSecond, seconds: number): Span => ({ from, until: from + seconds });
  const outage = lasting(within('2019-06-02T06:00Z', '2019-06-02T10:00Z'), random.integer(20, 60) * minute);
  const flaps = drawFlaps(random, within('2019-06-03T01:00Z', '2019-06-03T03:00Z'), 12);
  const blackout = lasting(flaps.at(-1)!.until + 15 * minute, random.integer(2 * hour, 4 * hour));
  const inTurn = within('2019-06-02T12:00Z', '2019-06-02T13:00Z');
  const events = [
    ...lossesOf(
      land.map(({ asn }) => asn),
      [outage, ...flaps, blackout],
      'land',
    ),
    ...lossesOf([loneAs], drawFlaps(random, within('2019-06-03T01:00Z', '2019-06-03T02:00Z'), 12), 'lone'),
    ...downInTurn.flatMap((asn, i) => lossesOf([asn], [lasting(inTurn + i * hour, 40 * minute)], 'in turn')),
    ...beatingInTurn.flatMap((asn, i) =>
      lossesOf([asn], drawFlaps(random, second('2019-06-03T00:00Z') + i * 16 * hour, 8), 'in turn'),
    ),
    ...lossesOf([lostOfHundred], [lasting(inTurn, hour)], 'one of a hundred'),
  ];
  return { scenario: scenarioOf(events), watched, outage, flaps, blackout };
}

const scenarioOf = (events: readonly Loss[]): Scenario => ({
  name: 'made-land',
  title: 'Groups that go, flap and come back together, or in parts',
  documented: [],
  drawn: ['everything'],
  from: '2019-06-01T00:00Z',
  until: '2019-06-05T00:00Z',
  topology: {
    collectors: 6,
    fullFeedPeers: 40,
    partialFeedPeers: 4,
    ipv6Peers: 6,
    backgroundAses,
    origins: [...land, ...[lostOfHundred, loneAs, ...downInTurn, ...beatingInTurn].map(alone)],
  },
  events: [
    ...events,
    {
      event: 'blips',
      asn: 'background',
      from: '2019-06-01T06:00Z',
      until: '2019-06-04T18:00Z',
      count: 30,
      minutes: [1, 2],
    },
  ],
  verdict: { source: 'test/groups', must: [], may: [] },
});
