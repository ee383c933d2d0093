import type { OriginSpec, Scenario, TopologySpec } from '../scenario.ts';

/** Controls with an invented AS, or none: shapes that must not be taken for a beat (detection.md 2). */
const controlAs = 4_210_000_001;
const controlUpstreamAs = 65_100;
const beaconAs = 12_654;

const around = (origins: readonly OriginSpec[], backgroundAses: number): TopologySpec => ({
  collectors: 6,
  fullFeedPeers: 40,
  partialFeedPeers: 4,
  ipv6Peers: 6,
  backgroundAses,
  origins,
});

const dualStackOrigin: OriginSpec = {
  asn: controlAs,
  upstreams: [controlUpstreamAs, controlUpstreamAs + 1],
  prefixes: [
    '185.10.0.0/24',
    '185.10.1.0/24',
    '185.10.2.0/24',
    '185.10.4.0/22',
    '185.10.8.0/23',
    '2a0a:100::/32',
    '2a0a:101::/32',
  ],
};

const usualDraws = ['peers, other ASes, lags, path exploration, missed withdrawals and noise'];

export const dailyShutdown: Scenario = {
  name: 'daily-shutdown',
  title: 'A scheduled shutdown every day at the same time, as for exams',
  documented: [
    {
      text: "Shape of Syria's exam shutdowns: every day from 01:00 to about 05:35 (18 days in 2019); the AS and its prefixes are invented.",
      source: 'Dyn 2016; Cloudflare 2022; the public list internet_outages',
    },
  ],
  drawn: ['start within 3 minutes and end within 10 minutes, each day', ...usualDraws],
  from: '2019-06-02T00:00Z',
  until: '2019-06-11T00:00Z',
  topology: around([dualStackOrigin], 80),
  events: [
    {
      event: 'loss',
      asn: controlAs,
      from: ['2019-06-03T01:00Z', '2019-06-03T01:03Z'],
      until: ['2019-06-03T05:30Z', '2019-06-03T05:40Z'],
      days: 7,
      cause: 'shutdown',
    },
    {
      event: 'blips',
      asn: 'background',
      from: '2019-06-02T06:00Z',
      until: '2019-06-10T18:00Z',
      count: 20,
      minutes: [1, 2],
    },
  ],
  verdict: {
    source: 'detection.md 2, row 5: OUTAGE-FULL each, SCHED from the third day; never BEAT',
    must: [
      { case: 'eachLoss', cause: 'shutdown', kind: 'outageFull', toleranceMinutes: 5 },
      { case: 'some', subject: `as:${controlAs}`, kind: 'sched' },
    ],
    may: [],
  },
};

export const burst20: Scenario = {
  name: 'burst-20',
  title: 'Twenty flaps in half an hour, then quiet',
  documented: [
    { text: 'Twenty flaps in 30 minutes is a burst, not a beat.', source: 'detection.md 4.2, 4.5' },
  ],
  drawn: ['the time of each flap', ...usualDraws],
  from: '2019-06-01T00:00Z',
  until: '2019-06-05T00:00Z',
  topology: around([dualStackOrigin], 80),
  events: [
    {
      event: 'flapTrain',
      asn: controlAs,
      from: ['2019-06-03T08:00Z', '2019-06-03T16:00Z'],
      until: '2019-06-03T18:00Z',
      gap: { case: 'uniform', minutes: [0.75, 0.9] },
      medianDownMinutes: [0.6, 0.6],
      downSigma: 0.1,
      downCapMinutes: 1,
      wholeShare: 1,
      flaps: 20,
      lagSeconds: 12,
      cause: 'flap',
    },
    {
      event: 'blips',
      asn: 'background',
      from: '2019-06-01T06:00Z',
      until: '2019-06-04T18:00Z',
      count: 10,
      minutes: [1, 2],
    },
  ],
  verdict: {
    source: 'detection.md 4.5: BURST; WATCH 0, CONFIRMED 0',
    must: [{ case: 'some', subject: `as:${controlAs}`, kind: 'burst' }],
    may: [],
  },
};

export const risBeacons: Scenario = {
  name: 'ris-beacons',
  title: 'The RIS beacons: announced and withdrawn every two hours, for ever',
  documented: [
    {
      text: "AS12654 announces its beacons at 00, 04, 08, 12, 16 and 20 o'clock and withdraws them two hours later.",
      source: 'RIPE NCC RIS documentation',
    },
  ],
  drawn: usualDraws,
  from: '2019-06-01T00:00Z',
  until: '2019-06-06T00:00Z',
  topology: around(
    [
      {
        asn: beaconAs,
        upstreams: [3333],
        prefixes: [
          '84.205.64.0/24',
          '84.205.65.0/24',
          '84.205.67.0/24',
          '84.205.68.0/24',
          '84.205.69.0/24',
          '84.205.80.0/24',
          '2001:7fb:fe00::/48',
          '2001:7fb:fe01::/48',
          '2001:7fb:ff00::/48',
        ],
      },
    ],
    80,
  ),
  events: [
    {
      event: 'beacons',
      asn: beaconAs,
      prefixes: [
        '84.205.64.0/24',
        '84.205.65.0/24',
        '84.205.67.0/24',
        '84.205.68.0/24',
        '84.205.69.0/24',
        '2001:7fb:fe00::/48',
        '2001:7fb:fe01::/48',
      ],
    },
    {
      event: 'blips',
      asn: 'background',
      from: '2019-06-01T06:00Z',
      until: '2019-06-05T18:00Z',
      count: 12,
      minutes: [1, 2],
    },
  ],
  verdict: { source: 'detection.md 2, row 25: NOTHING', must: [], may: [] },
};

export const peerReset: Scenario = {
  name: 'peer-reset',
  title: 'Sessions and a whole collector break and come back with table transfers; nothing is lost',
  documented: [
    {
      text: 'More than 30 % of monitor sessions fail at least once a month, often several of one collector together.',
      source: 'Cheng et al. 2010',
    },
  ],
  drawn: ['which sessions and collectors, when, how long, and how fast the tables come back', ...usualDraws],
  from: '2019-06-01T00:00Z',
  until: '2019-06-04T00:00Z',
  topology: around([dualStackOrigin], 80),
  events: [
    ...['2019-06-01T03:00Z', '2019-06-01T09:00Z', '2019-06-02T03:00Z'].map((at, i) => ({
      event: 'sessionReset' as const,
      peers: 'one' as const,
      at: [at, at.replace(':00Z', ':59Z')] as const,
      downMinutes: [1, 30] as const,
      transferMinutes: [1, 8] as const,
      stateChanges: i !== 1,
    })),
    {
      event: 'sessionReset',
      peers: 'collector',
      at: ['2019-06-01T18:00Z', '2019-06-01T20:00Z'],
      downMinutes: [2, 40],
      transferMinutes: [1, 8],
      stateChanges: true,
    },
    {
      event: 'sessionReset',
      peers: 'collector',
      at: ['2019-06-02T12:00Z', '2019-06-02T14:00Z'],
      downMinutes: [2, 40],
      transferMinutes: [1, 8],
      stateChanges: false,
    },
    { event: 'collectorPause', at: ['2019-06-03T06:00Z', '2019-06-03T12:00Z'], minutes: [15, 240] },
    {
      event: 'blips',
      asn: 'background',
      from: '2019-06-01T06:00Z',
      until: '2019-06-03T18:00Z',
      count: 6,
      minutes: [1, 2],
    },
  ],
  verdict: { source: 'detection.md 2, row 26: NOTHING', must: [], may: [] },
};

export const globalLeak: Scenario = {
  name: 'global-leak',
  title: 'A leak: the routes of 150 origins go through one transit AS for two hours',
  documented: [
    {
      text: 'Shape of 24 June 2019: one path (701 396531 33154) on 20,000 prefixes of 2,400 origins from 10:34:21 to 12:37; here smaller, with invented ASes.',
      source: 'Toonk, NANOG; Cloudflare',
    },
  ],
  drawn: ['which 150 of 240 origins, and the second at which each peer changes each', ...usualDraws],
  from: '2019-06-23T00:00Z',
  until: '2019-06-25T12:00Z',
  topology: around([], 240),
  events: [
    {
      event: 'leak',
      transit: 64_701,
      leaker: 64_702,
      origins: 150,
      from: '2019-06-24T10:34:21Z',
      until: '2019-06-24T12:37Z',
      peerShare: 0.8,
      lagSeconds: 90,
    },
    {
      event: 'blips',
      asn: 'background',
      from: '2019-06-23T06:00Z',
      until: '2019-06-25T06:00Z',
      count: 8,
      minutes: [1, 2],
    },
  ],
  verdict: {
    source: 'detection.md 2, row 22: LEAK-CHURN, one event',
    // Both are on every changed path; the leaker is nearer to the origins.
    must: [{ case: 'some', subject: 'transit:64702', kind: 'leakChurn' }],
    may: [{ subject: 'transit:64701', kinds: ['leakChurn'] }],
  },
};
