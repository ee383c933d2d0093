import type { Measure } from '../contract/anomalies.ts';
import type { AsScore, PeerCounts } from '../contract/as-scores.ts';
import type { EventSecond } from '../event-time.ts';
import type { Family } from '../prefix.ts';
import type { AsState, KeptVisibility, PeerSample } from './as-state.ts';
import type { BeatIncident, EvidenceFacts, OutageIncident } from './incident.ts';
import {
  type BeatTier,
  burst,
  cluster,
  confirmed,
  limits,
  outage,
  periodicityMinutes,
  watch,
} from './thresholds.ts';

type PeerFacts = Pick<
  EvidenceFacts,
  'peersFor' | 'livePeers' | 'peerAsesFor' | 'livePeerAses' | 'samplePeersFor' | 'samplePeersAgainst'
>;

export const noPeers: PeerFacts = {
  peersFor: 0,
  livePeers: 0,
  peerAsesFor: 0,
  livePeerAses: 0,
  samplePeersFor: [],
  samplePeersAgainst: [],
};

/** Of an incident of which nothing is known yet. */
export const noFacts: EvidenceFacts = {
  ...noPeers,
  rule: '',
  measures: [],
  sampleUpdates: [],
  upstreamAs: 0,
  viaAses: [],
  members: [],
  expectedPrefixes: 0,
  expectedBasis: '',
};

/** Peers of the last loss. */
function peerFacts(peers: PeerSample | undefined): PeerFacts {
  if (peers === undefined) return noPeers;
  const { peersFor, peersAgainst } = peers;
  return { ...countFacts(peers), samplePeersFor: peersFor, samplePeersAgainst: peersAgainst };
}

export const countFacts = (by: PeerCounts) => ({
  peersFor: by.peers,
  livePeers: by.livePeers,
  peerAsesFor: by.peerAses,
  livePeerAses: by.livePeerAses,
});

/** True where the evidence says these counts already. */
export const saysCounts = (facts: PeerFacts, by: PeerCounts): boolean =>
  facts.peersFor === by.peers &&
  facts.livePeers === by.livePeers &&
  facts.peerAsesFor === by.peerAses &&
  facts.livePeerAses === by.livePeerAses;

/** Of the family that lost a prefix last. */
const lastPeers = ({ ipv4, ipv6 }: AsState): PeerSample | undefined =>
  (ipv6.peers?.second ?? 0) > (ipv4.peers?.second ?? 0) ? ipv6.peers : ipv4.peers;

const sampleUpdates = (state: AsState, from: EventSecond, family?: Family): string[] =>
  state.recent
    .filter(
      ({ second, isIpv6 }) => second >= from && (family === undefined || isIpv6 === (family === 'ipv6')),
    )
    .slice(-limits.sampleUpdates)
    .map(({ text }) => text);

const expectedBasis = (wholeTable: boolean): string => (wholeTable ? 'of the table' : 'seen so far');

const fullRule = `visible share of the prefixes <= ${outage.fullShare} for ${outage.fullMinutes} minutes in a row`;
const partialRule = `visible share of the prefixes <= ${outage.partialShare} for ${outage.partialMinutes} minutes in a row`;
const fewRule = `a whole prefix of at most ${outage.fewPrefixes} lost for ${outage.partialMinutes} minutes in a row`;
const clusterRule = `at least ${cluster.prefixes} uncovered prefixes lost within ${cluster.withinSeconds / 60} minutes, for ${cluster.minutes} minutes`;

/** Evidence of an outage as it stands: what was seen when it began stays, and what was seen last is added. */
export function outageEvidence(
  state: AsState,
  incident: Omit<OutageIncident, 'evidence'>,
  visibility: KeptVisibility,
  earlier?: EvidenceFacts,
): EvidenceFacts {
  const share = incident.expected > 0 ? 1 - incident.lostNow / incident.expected : 1;
  const updates = sampleUpdates(state, incident.startSecond, incident.family);
  const kept = earlier?.sampleUpdates.slice(0, limits.sampleUpdates / 2) ?? [];
  return {
    ...(earlier ?? peerFacts(state[incident.family].peers)),
    rule: outageRule(incident),
    measures: outageMeasures(incident, share),
    sampleUpdates: [...new Set([...kept, ...updates])].slice(0, limits.sampleUpdates),
    upstreamAs: visibility.upstreamAs || (earlier?.upstreamAs ?? 0),
    viaAses: earlier?.viaAses ?? visibility.viaAses,
    members: earlier?.members ?? [],
    expectedPrefixes: incident.expected,
    expectedBasis: expectedBasis(incident.wholeTable),
  };
}

function outageRule({ kind, rule, expected }: Omit<OutageIncident, 'evidence'>): string {
  if (kind === 'outageFull') return fullRule;
  if (rule === 'cluster') return clusterRule;
  return expected <= outage.fewPrefixes ? fewRule : partialRule;
}

function outageMeasures(incident: Omit<OutageIncident, 'evidence'>, share: number): Measure[] {
  const { kind, rule, peakLost, lostBlocks } = incident;
  return [
    {
      name: 'visible share',
      value: share,
      threshold: kind === 'outageFull' ? outage.fullShare : outage.partialShare,
    },
    { name: 'lost prefixes', value: peakLost, threshold: rule === 'cluster' ? cluster.prefixes : 1 },
    {
      name: incident.family === 'ipv4' ? 'lost address space in /24' : 'lost address space in /48',
      value: lostBlocks,
      threshold: 0,
    },
  ];
}

/** Evidence of a beat or a burst, from the score of the minute. */
export function beatEvidence(
  state: AsState,
  score: AsScore,
  kind: BeatIncident['kind'],
  upstreamBefore: number,
): EvidenceFacts {
  const tier = kind === 'beatConfirmed' ? confirmed : watch;
  return {
    rule: kind === 'burst' ? burstRule : tierRule(tier),
    measures:
      kind === 'burst' ? burstMeasures(score) : [...tierMeasures(score, tier), ...shapeMeasures(score)],
    ...peerFacts(lastPeers(state)),
    sampleUpdates: sampleUpdates(state, 0),
    // Returns alone say nothing of it: then what was known holds.
    upstreamAs: score.beat.upstreamAs || (score.beat.events > 1 ? 0 : upstreamBefore),
    viaAses: [],
    members: [],
    expectedPrefixes: score.ipv4.expected + score.ipv6.expected,
    expectedBasis: expectedBasis(
      (score.ipv4.expected === 0 || score.ipv4.wholeTable) &&
        (score.ipv6.expected === 0 || score.ipv6.wholeTable),
    ),
  };
}

const burstRule = `z of the changes of 10 minutes >= ${burst.z} and at least ${burst.events} beat events in 30 minutes`;

const tierRule = (tier: BeatTier): string =>
  `score >= ${tier.score}, at least ${tier.events} beat events in ${tier.activeHours} of the last 6 hours over ${tier.spanMinutes} minutes, surprise >= ${tier.surprise}`;

const burstMeasures = (score: AsScore): Measure[] => [
  { name: 'z of 10 minutes', value: score.burst.z, threshold: burst.z },
  { name: 'beat events in 30 minutes', value: score.burst.events, threshold: burst.events },
];

const tierMeasures = ({ score, surprise, beat }: AsScore, tier: BeatTier): Measure[] => [
  { name: 'score', value: score, threshold: tier.score },
  { name: 'beat events in 6 hours', value: beat.events, threshold: tier.events },
  { name: 'active hours of 6', value: beat.activeHours, threshold: tier.activeHours },
  { name: 'span in minutes', value: beat.spanMinutes, threshold: tier.spanMinutes },
  { name: 'surprise', value: surprise, threshold: tier.surprise },
];

/** Reported, and decides nothing: 4.2 says why. */
const shapeMeasures = ({ beat }: AsScore): Measure[] => [
  { name: 'active quarter-hours of 24', value: beat.activeQuarters, threshold: 0 },
  { name: 'longest gap in minutes', value: beat.longestGapMinutes, threshold: 0 },
  { name: 'evenness', value: beat.evenness, threshold: 0 },
  { name: 'burstiness', value: beat.burstiness, threshold: 0 },
  { name: 'rate of 2 hours over 4 before', value: beat.rateRatio, threshold: 0 },
  ...beat.periodicity.map((value, i) => ({
    name: `periodicity at ${periodicityMinutes[i]} minutes`,
    value,
    threshold: 0,
  })),
];
