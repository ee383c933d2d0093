import { formatSecond } from '#core/event-time.ts';
import { secondOf } from '../draw.ts';
import type { Scenario, ScenarioEvent } from '../scenario.ts';

/** What the sources leave open, and a sensitivity run varies. */
export interface Nk2014Options {
  /** Mean quiet gap between flaps at the onset and just before the blackout, in minutes. */
  readonly gapMinutes: readonly [number, number];
  /** From the onset of the beat to the blackout; 24 or more is documented. */
  readonly leadHours: number;
}

export const nk2014Default: Nk2014Options = { gapMinutes: [45, 15], leadHours: 26 };

/** The seed of the published replay; no other seed is worse. */
export const publishedSeed = 20_141_222;

export const northKoreaAs = 131_279;
const chinaUnicomAs = 4837;
const blackoutStart = '2014-12-22T16:15Z';

/** North Korea, December 2014: the steady beat, the blackout, and an outage without a beat five days later. */
export function nk2014(options: Nk2014Options = nk2014Default): Scenario {
  const onset = formatSecond(secondOf(blackoutStart) - options.leadHours * 3600);
  return {
    name: nameOf(options),
    title: 'North Korea, December 2014: a steady beat, then the blackout',
    documented: [
      {
        text: 'Four networks, 175.45.176.0/24 to 175.45.179.0/24, originated by AS131279 behind AS4837 alone.',
        source: 'Dyn Research, "Someone Disconnects North Korea - Who?" (Cowie, 22 December 2014)',
      },
      {
        text: 'Routes go down and come right back up from Sunday 21 December on, more often and longer as the day goes on.',
        source: "Madory, NPR, 23 December 2014; Tom's Guide on Dyn's graphs",
      },
      {
        text: 'All four networks gone on 22 December at 16:15 after more than 24 hours of instability, everywhere within 10 minutes.',
        source: 'Dyn Research; RIPE NCC BGPlay replay',
      },
      {
        text: 'Restored through AS4837 on 23 December at 01:46, after 9 h 31 min.',
        source: 'Dyn Research via ZDNet',
      },
      {
        text: 'A short outage on 23 December just before 08:00, and one of 31 minutes from 15:41 to 16:12.',
        source: 'Dyn Research via ZDNet; BBC',
      },
      {
        text: 'An outage on 27 December from about 10:30 on, without hours of instability before it.',
        source: 'Xinhua and Reuters via NBC; Dyn Research',
      },
    ],
    drawn: [
      `each flap of the beat: onset ${onset}, gaps exponential with mean ${options.gapMinutes.join(' to ')} minutes, downtimes lognormal with median 2 to 10 minutes, three in four of all four networks`,
      'a sparse prelude from 20 December 03:00 on, in half of the seeds',
      'when each peer withdraws and announces, the paths that it tries in between, and the 1.8 % of withdrawals that it misses',
      'the length of the short outage before 08:00 (10 minutes) and the end of that of 27 December (15:30)',
      'everything else: peers, other ASes, duplicates, path changes, beacon times within a minute, blips, a session reset',
    ],
    from: '2014-12-07T00:00Z',
    until: '2015-01-10T00:00Z',
    topology: {
      collectors: 6,
      fullFeedPeers: 40,
      partialFeedPeers: 4,
      ipv6Peers: 6,
      backgroundAses: 100,
      origins: [
        {
          asn: northKoreaAs,
          upstreams: [chinaUnicomAs],
          prefixes: ['175.45.176.0/24', '175.45.177.0/24', '175.45.178.0/24', '175.45.179.0/24'],
        },
        {
          asn: 12_654,
          upstreams: [3333],
          prefixes: ['84.205.64.0/24', '84.205.80.0/24', '2001:7fb:fe00::/48'],
        },
      ],
    },
    events: [...northKorea(onset, options.gapMinutes), ...distractors],
    verdict: {
      source: 'detection.md 1.2',
      must: [
        { case: 'some', subject: `as:${northKoreaAs}`, kind: 'beatWatch' },
        { case: 'some', subject: `as:${northKoreaAs}`, kind: 'beatConfirmed' },
        { case: 'eachLoss', cause: 'blackout', kind: 'outageFull', toleranceMinutes: 10 },
        { case: 'eachLoss', cause: 'outage of the 23rd', kind: 'outageFull', toleranceMinutes: 10 },
        { case: 'eachLoss', cause: 'outage of the 27th', kind: 'outageFull', toleranceMinutes: 10 },
      ],
      may: [{ subject: `as:${northKoreaAs}`, kinds: ['outageFull', 'outagePartial', 'burst'] }],
    },
  };
}

/** "nk-2014" as it is by default; a variant says where it differs. */
function nameOf({ gapMinutes, leadHours }: Nk2014Options): string {
  const gap =
    gapMinutes.join('-') === nk2014Default.gapMinutes.join('-') ? '' : `-gap-${gapMinutes.join('-')}`;
  const lead = leadHours === nk2014Default.leadHours ? '' : `-lead-${leadHours}`;
  return `nk-2014${gap}${lead}`;
}

function northKorea(onset: string, meanMinutes: readonly [number, number]): ScenarioEvent[] {
  const asn = northKoreaAs;
  return [
    { event: 'blips', asn, from: '2014-12-07T12:00Z', until: '2014-12-19T12:00Z', count: 1, minutes: [1, 2] },
    {
      event: 'flapTrain',
      asn,
      from: ['2014-12-20T03:00Z', '2014-12-20T06:00Z'],
      until: onset,
      gap: { case: 'uniform', minutes: [180, 360] },
      medianDownMinutes: [2, 2],
      downSigma: 0.8,
      downCapMinutes: 10,
      wholeShare: 0.75,
      probability: 0.5,
      cause: 'prelude',
    },
    {
      event: 'flapTrain',
      asn,
      from: onset,
      // The start of the blackout is defined only if all four are up before it.
      until: '2014-12-22T16:04Z',
      gap: { case: 'exponential', meanMinutes },
      medianDownMinutes: [2, 10],
      downSigma: 0.8,
      downCapMinutes: 45,
      wholeShare: 0.75,
      cause: 'beat',
    },
    {
      event: 'loss',
      asn,
      from: blackoutStart,
      until: '2014-12-23T01:46Z',
      convergence: 'long tail',
      cause: 'blackout',
    },
    {
      event: 'loss',
      asn,
      from: '2014-12-23T07:50Z',
      until: '2014-12-23T08:00Z',
      cause: 'outage of the 23rd',
    },
    {
      event: 'loss',
      asn,
      from: '2014-12-23T15:41Z',
      until: '2014-12-23T16:12Z',
      cause: 'outage of the 23rd',
    },
    {
      event: 'loss',
      asn,
      from: '2014-12-27T10:30Z',
      until: '2014-12-27T15:30Z',
      cause: 'outage of the 27th',
    },
    { event: 'blips', asn, from: '2014-12-28T12:00Z', until: '2015-01-09T12:00Z', count: 1, minutes: [1, 2] },
  ];
}

const distractors: readonly ScenarioEvent[] = [
  {
    event: 'blips',
    asn: 'background',
    from: '2014-12-07T06:00Z',
    until: '2015-01-09T18:00Z',
    count: 90,
    minutes: [1, 2],
  },
  { event: 'beacons', asn: 12_654, prefixes: ['84.205.64.0/24', '2001:7fb:fe00::/48'] },
  {
    event: 'sessionReset',
    peers: 'one',
    at: ['2014-12-20T00:00Z', '2014-12-23T00:00Z'],
    downMinutes: [1, 15],
    transferMinutes: [1, 5],
    stateChanges: true,
  },
];
