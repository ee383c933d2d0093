import type { Scenario } from '#scenario/scenario.ts';

const asn = 131_279;

/** A small world with something of everything in one day: flaps, a beat, a blackout, a reset, a pause. */
export const beatAndBlackout: Scenario = {
  name: 'beat-and-blackout',
  title: 'A beat and a blackout in one day',
  documented: [],
  drawn: [],
  from: '2014-12-21T22:00Z',
  until: '2014-12-22T23:00Z',
  topology: {
    collectors: 3,
    fullFeedPeers: 18,
    partialFeedPeers: 2,
    ipv6Peers: 2,
    backgroundAses: 60,
    origins: [
      {
        asn,
        upstreams: [4837],
        prefixes: ['175.45.176.0/24', '175.45.177.0/24', '175.45.178.0/24', '175.45.179.0/24'],
      },
      { asn: 12_654, upstreams: [3333], prefixes: ['84.205.64.0/24', '2001:7fb:fe00::/48'] },
    ],
  },
  events: [
    {
      event: 'flapTrain',
      asn,
      from: '2014-12-21T23:00Z',
      until: '2014-12-22T16:00Z',
      gap: { case: 'exponential', meanMinutes: [40, 15] },
      medianDownMinutes: [2, 10],
      downSigma: 0.8,
      downCapMinutes: 25,
      wholeShare: 0.75,
      cause: 'beat',
    },
    { event: 'loss', asn, from: '2014-12-22T16:15Z', until: '2014-12-22T21:46Z', cause: 'blackout' },
    {
      event: 'blips',
      asn: 'background',
      from: '2014-12-21T23:00Z',
      until: '2014-12-22T23:00Z',
      count: 8,
      minutes: [1, 20],
    },
    { event: 'beacons', asn: 12_654, prefixes: ['84.205.64.0/24', '2001:7fb:fe00::/48'] },
    {
      event: 'sessionReset',
      peers: 'one',
      at: '2014-12-22T03:00Z',
      downMinutes: 5,
      transferMinutes: 2,
      stateChanges: true,
    },
    { event: 'collectorPause', at: '2014-12-22T08:00Z', minutes: 20 },
  ],
  verdict: { source: 'none: what matters here is that every run says the same', must: [], may: [] },
};
