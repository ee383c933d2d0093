import type { OriginSpec, Scenario, TopologySpec } from '../scenario.ts';
import { northKoreaAs } from './nk-2014.ts';

/** Two other events of the same AS, which are no beat (detection.md 1.3). */
const chinaUnicomAs = 4837;
const intelsatAs = 22_351;
const transTelecomAs = 20_485;
const prefixes = ['175.45.176.0/24', '175.45.177.0/24', '175.45.178.0/24', '175.45.179.0/24'];

const around = (origin: OriginSpec): TopologySpec => ({
  collectors: 6,
  fullFeedPeers: 40,
  partialFeedPeers: 4,
  ipv6Peers: 6,
  backgroundAses: 80,
  origins: [origin],
});

export const kp2013: Scenario = {
  name: 'kp-2013',
  title: 'North Korea, 13 and 14 March 2013: two short outages and a second upstream',
  documented: [
    {
      text: 'All four networks briefly gone on 13 March at 00:59:30; one returns via Intelsat for hours.',
      source: 'Dyn Research 2013',
    },
    {
      text: 'All four gone again at 22:40 for about two hours; Intelsat again on the 14th.',
      source: 'Dyn Research 2013',
    },
  ],
  drawn: [
    'how long the first outage lasted, which network returned via Intelsat, and for how long',
    'the end of the second outage, and the time via Intelsat on the 14th',
    'peers, other ASes, lags, path exploration and noise',
  ],
  from: '2013-03-11T00:00Z',
  until: '2013-03-16T00:00Z',
  topology: around({ asn: northKoreaAs, upstreams: [chinaUnicomAs, intelsatAs], prefixes }),
  events: [
    {
      event: 'loss',
      asn: northKoreaAs,
      prefixes: prefixes.slice(1),
      from: '2013-03-13T00:59:30Z',
      until: { minutes: [6, 15] },
      cause: 'first outage, three networks',
    },
    {
      event: 'loss',
      asn: northKoreaAs,
      prefixes: prefixes.slice(0, 1),
      from: '2013-03-13T00:59:30Z',
      until: { minutes: [6, 15] },
      cause: 'first outage, the fourth',
    },
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: prefixes.slice(0, 1),
      upstream: intelsatAs,
      at: '2013-03-13T00:59:30Z',
      peerShare: 1,
    },
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: prefixes.slice(0, 1),
      upstream: chinaUnicomAs,
      at: ['2013-03-13T06:00Z', '2013-03-13T10:00Z'],
      peerShare: 1,
    },
    {
      event: 'loss',
      asn: northKoreaAs,
      from: '2013-03-13T22:40Z',
      until: ['2013-03-14T00:25Z', '2013-03-14T00:55Z'],
      cause: 'second outage',
    },
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: prefixes.slice(0, 1),
      upstream: intelsatAs,
      at: ['2013-03-14T03:00Z', '2013-03-14T06:00Z'],
      peerShare: 1,
    },
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: prefixes.slice(0, 1),
      upstream: chinaUnicomAs,
      at: ['2013-03-14T08:00Z', '2013-03-14T12:00Z'],
      peerShare: 1,
    },
    {
      event: 'blips',
      asn: 'background',
      from: '2013-03-11T06:00Z',
      until: '2013-03-15T18:00Z',
      count: 12,
      minutes: [1, 2],
    },
  ],
  verdict: {
    source: 'detection.md 1.3: two short outages; WATCH at most',
    must: [
      { case: 'eachLoss', cause: 'first outage, three networks', kind: 'outageFull', toleranceMinutes: 10 },
      { case: 'eachLoss', cause: 'second outage', kind: 'outageFull', toleranceMinutes: 10 },
    ],
    may: [{ subject: `as:${northKoreaAs}`, kinds: ['beatWatch', 'outagePartial'] }],
  },
};

export const kp2017: Scenario = {
  name: 'kp-2017',
  title: 'North Korea, 1 and 2 October 2017: a new upstream, and 99 unstable minutes',
  documented: [
    {
      text: 'TTK (AS20485) carries three of the four networks from 09:07:51 to 10:14:45 on 1 October.',
      source: 'Dyn Research 2017',
    },
    {
      text: 'All four unstable from 10:47 to 12:26 with four short total losses; TTK back at 12:21:55.',
      source: 'Dyn Research 2017',
    },
    {
      text: '175.45.176.0/24 leaves TTK at 07:56:39 and 175.45.179.0/24 at 09:10:29 on 2 October.',
      source: 'Dyn Research 2017',
    },
  ],
  drawn: [
    'when in the 99 minutes the four total losses and the flaps of single networks happened',
    'which networks TTK carried, apart from the two that are named',
    'peers, other ASes, lags, path exploration and noise',
  ],
  from: '2017-09-30T00:00Z',
  until: '2017-10-03T00:00Z',
  topology: around({ asn: northKoreaAs, upstreams: [chinaUnicomAs, transTelecomAs], prefixes }),
  events: [
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: [prefixes[0]!, prefixes[2]!, prefixes[3]!],
      upstream: transTelecomAs,
      at: '2017-10-01T09:07:51Z',
      peerShare: 0.7,
    },
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: [prefixes[0]!, prefixes[2]!, prefixes[3]!],
      upstream: chinaUnicomAs,
      at: '2017-10-01T10:14:45Z',
      peerShare: 1,
    },
    ...['10:47', '11:11', '11:36', '12:00'].map((start, i) => ({
      event: 'loss' as const,
      asn: northKoreaAs,
      from:
        i === 0
          ? `2017-10-01T${start}Z`
          : ([`2017-10-01T${start}Z`, `2017-10-01T${start.slice(0, 4)}9Z`] as const),
      until: { minutes: [2, 5] as const },
      cause: 'short total loss',
    })),
    ...['10:56', '11:03', '11:20', '11:28', '11:45', '11:53', '12:11'].map((start, i) => ({
      event: 'loss' as const,
      asn: northKoreaAs,
      prefixes: [prefixes[i % 4]!, prefixes[(i + 1) % 4]!],
      from: [`2017-10-01T${start}Z`, `2017-10-01T${start}:59Z`] as const,
      until: { minutes: [2, 3] as const },
      cause: 'flap of two networks',
    })),
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: [prefixes[0]!, prefixes[2]!, prefixes[3]!],
      upstream: transTelecomAs,
      at: '2017-10-01T12:21:55Z',
      peerShare: 0.7,
    },
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: prefixes.slice(0, 1),
      upstream: chinaUnicomAs,
      at: '2017-10-02T07:56:39Z',
      peerShare: 1,
    },
    {
      event: 'reroute',
      asn: northKoreaAs,
      prefixes: prefixes.slice(3),
      upstream: chinaUnicomAs,
      at: '2017-10-02T09:10:29Z',
      peerShare: 1,
    },
    {
      event: 'blips',
      asn: 'background',
      from: '2017-09-30T06:00Z',
      until: '2017-10-02T18:00Z',
      count: 8,
      minutes: [1, 2],
    },
  ],
  verdict: {
    source: 'detection.md 1.3: BURST (99 min); not a beat',
    must: [{ case: 'some', subject: `as:${northKoreaAs}`, kind: 'burst' }],
    may: [{ subject: `as:${northKoreaAs}`, kinds: ['beatWatch', 'outageFull', 'outagePartial'] }],
  },
};
