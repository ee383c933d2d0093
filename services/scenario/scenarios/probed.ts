import type { ProbesSpec, Scenario, ScenarioEvent } from '../scenario.ts';
import { kp2013 } from './kp-controls.ts';
import { nk2014, northKoreaAs } from './nk-2014.ts';

/** Scenarios in which routes are not the only witness. */
const kazakhtelecomAs = 9198;
const subject = `as:${northKoreaAs}`;
const blips: ScenarioEvent = {
  event: 'blips',
  asn: 'background',
  from: '2014-12-17T06:00Z',
  until: '2014-12-28T18:00Z',
  count: 30,
  minutes: [1, 2],
};

/** Fewer peers and ASes than in the replays by routes: here it is the probes that are tried. */
const few = {
  collectors: 3,
  fullFeedPeers: 16,
  partialFeedPeers: 1,
  ipv6Peers: 1,
  backgroundAses: 14,
} as const;

const around = (probes: Pick<ProbesSpec, 'from' | 'until' | 'troubles'>): ProbesSpec => ({
  probers: 2,
  asns: [northKoreaAs],
  hostsByPrefix: 2,
  references: 5,
  ...probes,
});

const reconstruction = nk2014();

/** December 2014 as somebody saw it who served web sites there: the replay's beat and blackouts, with hosts behind them. */
export const nk2014Probes: Scenario = {
  ...reconstruction,
  name: 'nk-2014-probes',
  title: 'North Korea, December 2014, with probes of hosts in its networks',
  documented: [
    ...reconstruction.documented,
    {
      text: 'CloudFlare saw no traffic during the blackout: the routes did not vanish from collectors alone.',
      source: 'New York Times, 22 December 2014',
    },
  ],
  drawn: [
    ...reconstruction.drawn,
    'two probers, two hosts in each network, asked once a minute, and hosts in five other ASes',
    'between 30 and 60 % of the packets are lost from 21 December 09:00 on, also while routes are up',
  ],
  from: '2014-12-16T00:00Z',
  until: '2014-12-29T00:00Z',
  topology: { ...reconstruction.topology, ...few, backgroundAses: 36 },
  events: [
    ...reconstruction.events.filter(({ event }) => event !== 'blips' && event !== 'sessionReset'),
    blips,
  ],
  probes: around({
    from: '2014-12-20T12:00Z',
    until: '2014-12-24T00:00Z',
    troubles: [
      {
        trouble: 'loss',
        asn: northKoreaAs,
        from: '2014-12-21T09:00Z',
        until: '2014-12-23T01:46Z',
        share: [0.3, 0.6],
        cause: 'attack',
      },
    ],
  }),
  verdict: {
    source: 'detection.md 1.2, 4.4: both witnesses',
    must: [
      ...reconstruction.verdict.must,
      { case: 'witnesses', subject, kind: 'outageFull', verdict: 'confirmed' },
    ],
    may: [{ subject, kinds: ['outageFull', 'outagePartial', 'burst', 'dataPlane'] }],
  },
};

export const kp2013Probes: Scenario = {
  ...kp2013,
  name: 'kp-2013-probes',
  title: 'North Korea, 13 and 14 March 2013: routes stay, and nothing replies',
  documented: [
    ...kp2013.documented,
    {
      text: 'Between the outages routes are generally available, but traceroutes rarely succeed: a loss of connectivity not visible in routing data.',
      source: 'Dyn Research 2013',
    },
  ],
  drawn: [
    ...kp2013.drawn,
    'when between the two outages nothing replies, and that 98.5 to 100 % of the packets are lost then',
  ],
  topology: { ...kp2013.topology, ...few },
  probes: around({
    from: '2013-03-12T18:00Z',
    until: '2013-03-15T00:00Z',
    troubles: [
      {
        trouble: 'loss',
        asn: northKoreaAs,
        from: ['2013-03-13T03:00Z', '2013-03-13T06:00Z'],
        until: ['2013-03-13T14:00Z', '2013-03-13T18:00Z'],
        share: [0.985, 1],
        cause: 'nothing replies',
      },
    ],
  }),
  verdict: {
    source: 'detection.md 1.3: two short outages, and data-plane degradation from probes; WATCH at most',
    must: [
      ...kp2013.verdict.must,
      { case: 'eachLoss', cause: 'nothing replies', kind: 'dataPlane', toleranceMinutes: 10 },
      { case: 'witnesses', subject, kind: 'outageFull', verdict: 'confirmed' },
    ],
    may: [{ subject, kinds: ['beatWatch', 'outagePartial', 'dataPlane'] }],
  },
};

/** From, until: the three hours a day in which the country was let online again are drawn. */
const shutdowns = [
  ['2022-01-05T10:30Z', ['2022-01-06T06:00Z', '2022-01-06T07:00Z']],
  [
    ['2022-01-06T09:00Z', '2022-01-06T10:00Z'],
    ['2022-01-07T06:00Z', '2022-01-07T07:00Z'],
  ],
  [
    ['2022-01-07T09:00Z', '2022-01-07T10:00Z'],
    ['2022-01-08T06:00Z', '2022-01-08T07:00Z'],
  ],
  [['2022-01-08T09:00Z', '2022-01-08T10:00Z'], '2022-01-11T02:15Z'],
] as const;

export const kazakhstan2022: Scenario = {
  name: 'kazakhstan-2022',
  title: 'Kazakhstan, January 2022: a country offline whose routes stay',
  documented: [
    {
      text: 'Kazakhtelecom (AS9198) goes silent on 5 January at 10:30 and is back on 11 January at 02:15, with windows of about three hours a day.',
      source: 'Cloudflare; RIPE Labs (which says 11:15)',
    },
    { text: 'Its routes stay visible.', source: 'RIPE Labs' },
    { text: 'A spike of BGP updates at about 10:45.', source: 'Cloudflare' },
  ],
  drawn: [
    'when each of the windows begins and ends, of the first three days',
    'the flaps of some of its prefixes at about 10:45, its prefixes themselves, the hosts that are probed, peers, and noise',
  ],
  from: '2022-01-03T00:00Z',
  until: '2022-01-12T12:00Z',
  topology: {
    ...few,
    origins: [
      {
        asn: kazakhtelecomAs,
        upstreams: [12_389, 3356],
        prefixes: Array.from({ length: 8 }, (_, i) => `2.72.${i * 8}.0/22`),
      },
    ],
  },
  events: [
    {
      event: 'flapTrain',
      asn: kazakhtelecomAs,
      from: ['2022-01-05T10:40Z', '2022-01-05T10:48Z'],
      until: '2022-01-05T11:20Z',
      gap: { case: 'uniform', minutes: [2, 5] },
      medianDownMinutes: [2, 2],
      downSigma: 0.2,
      downCapMinutes: 3,
      wholeShare: 0,
      flaps: 3,
      cause: 'spike',
    },
    { ...blips, from: '2022-01-03T06:00Z', until: '2022-01-12T06:00Z', count: 12 } as ScenarioEvent,
  ],
  probes: {
    from: '2022-01-05T00:00Z',
    until: '2022-01-12T00:00Z',
    probers: 1,
    asns: [kazakhtelecomAs],
    hostsByPrefix: 1,
    references: 5,
    troubles: shutdowns.map(([from, until]) => ({
      trouble: 'loss',
      asn: kazakhtelecomAs,
      from,
      until,
      share: [1, 1],
      cause: 'shutdown',
    })),
  },
  verdict: {
    source: 'detection.md 2, 11: DATA-PLANE, BGP small BURST',
    must: [{ case: 'eachLoss', cause: 'shutdown', kind: 'dataPlane', toleranceMinutes: 10 }],
    may: [{ subject: `as:${kazakhtelecomAs}`, kinds: ['burst', 'outagePartial'] }],
  },
};

/** The probers' own uplinks, an outage while they are blind, and nothing wrong with anybody else. */
export const proberFailure: Scenario = {
  name: 'prober-failure',
  title: 'Probers that are cut off themselves: nobody else is blamed',
  documented: [],
  drawn: [
    'when one prober or all of them are cut off, twice for minutes and once for hours; peers, hosts and noise',
  ],
  from: '2020-03-01T00:00Z',
  until: '2020-03-04T00:00Z',
  topology: { ...kp2013.topology, ...few },
  events: [
    {
      event: 'loss',
      asn: northKoreaAs,
      from: ['2020-03-03T08:00Z', '2020-03-03T09:00Z'],
      until: { minutes: [30, 60] },
      cause: 'outage while the probers are blind',
    },
    { ...blips, from: '2020-03-01T06:00Z', until: '2020-03-03T18:00Z', count: 6 } as ScenarioEvent,
  ],
  probes: around({
    from: '2020-03-01T06:00Z',
    until: '2020-03-03T18:00Z',
    troubles: [
      uplink('one', ['2020-03-01T12:00Z', '2020-03-01T14:00Z'], ['2020-03-01T15:00Z', '2020-03-01T18:00Z']),
      uplink('all', ['2020-03-01T20:00Z', '2020-03-01T20:20Z'], ['2020-03-01T20:22Z', '2020-03-01T20:40Z']),
      uplink('all', ['2020-03-02T09:00Z', '2020-03-02T09:01Z'], ['2020-03-02T09:02Z', '2020-03-02T09:04Z']),
      uplink('all', ['2020-03-03T06:00Z', '2020-03-03T07:00Z'], ['2020-03-03T12:00Z', '2020-03-03T14:00Z']),
    ],
  }),
  verdict: {
    source: 'detection.md 4.4: the own failure of a prober is never blamed on targets',
    must: [
      {
        case: 'eachLoss',
        cause: 'outage while the probers are blind',
        kind: 'outageFull',
        toleranceMinutes: 10,
      },
      { case: 'witnesses', subject, kind: 'outageFull', verdict: 'probesAbsent' },
    ],
    may: [],
  },
};

function uplink(probers: 'all' | 'one', from: readonly [string, string], until: readonly [string, string]) {
  return { trouble: 'uplink', probers, from, until } as const;
}

/** Routes stand still, and hosts come and go: a beat that only probes can see. */
export const probeBeat: Scenario = {
  name: 'probe-beat',
  title: 'A steady beat by probes alone, while all routes stay',
  documented: [],
  drawn: ['each loss of 4 to 10 minutes and each gap of 10 to 30 minutes over a day; peers, hosts and noise'],
  from: '2020-03-01T00:00Z',
  until: '2020-03-04T00:00Z',
  topology: { ...kp2013.topology, ...few },
  events: [{ ...blips, from: '2020-03-01T06:00Z', until: '2020-03-03T18:00Z', count: 6 } as ScenarioEvent],
  probes: around({
    from: '2020-03-01T20:00Z',
    until: '2020-03-03T03:00Z',
    troubles: [
      {
        trouble: 'train',
        asn: northKoreaAs,
        from: '2020-03-02T00:00Z',
        until: '2020-03-03T00:00Z',
        gapMinutes: [10, 30],
        downMinutes: [4, 10],
        cause: 'beat of the hosts',
      },
    ],
  }),
  verdict: {
    source: 'detection.md 4.4: beats use fused transitions, so a beat by probes alone is possible',
    must: [
      { case: 'some', subject, kind: 'beatWatch' },
      { case: 'some', subject, kind: 'beatConfirmed' },
    ],
    may: [{ subject, kinds: ['dataPlane', 'burst'] }],
  },
};
